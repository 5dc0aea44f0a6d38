using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>How this column computes one kind of op: the step, and what a plan must know of it before it is made.
/// <see cref="Lowerings"/> lists them.</summary>
abstract class Lowering
{
    /// <summary>The type of the ops it lowers.</summary>
    public abstract Type Op { get; }

    /// <summary>True when the op's step can do a tail: batch norm, addition, activation.</summary>
    public virtual bool TakesTail => false;

    /// <summary>True when the op's step reads images, and writes one, whose pixels lie apart: some channels of a wider
    /// image.</summary>
    public virtual bool TakesSlices => false;

    /// <summary>What the op may be in the tail of a fused step.</summary>
    public virtual TailRole Tail(Op op) => TailRole.None;

    /// <summary>Operands whose memory may be the result's where both lie alike: the step reads each element before it
    /// writes the result's at the same place, and never again.</summary>
    public virtual ImmutableArray<int> Overwritable(Op op) => [];

    /// <summary>The zeros that the step wants to find around an operand's plane.</summary>
    public virtual Margin HaloFor(Op op, int operand, ReadOnlySpan<Shape> shapes) => default;

    /// <summary>The step that computes the op.</summary>
    public abstract Step Lower<E>(StepSite<E> site) where E : unmanaged, IBinaryFloatingPointIeee754<E>;
}

/// <summary>A lowering of one type of op.</summary>
abstract class Lowering<TOp> : Lowering where TOp : Op
{
    /// <inheritdoc/>
    public sealed override Type Op => typeof(TOp);
}

/// <summary>What an op may be in the tail of a fused step; a tail has at most one of each, in this order.</summary>
enum TailRole
{
    /// <summary>Nothing: a step of its own.</summary>
    None,
    /// <summary>A scale and shift by channel.</summary>
    Norm,
    /// <summary>The addition of a value of the same shape and layout.</summary>
    Residual,
    /// <summary>An element-wise function.</summary>
    Activation,
}
