using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>How this column computes one kind of op: the step, and what a plan must know of it before it is made.
/// <see cref="Lowerings"/> lists them.</summary>
abstract class Lowering
{
    /// <summary>The type of the ops it lowers.</summary>
    public abstract Type Op { get; }

    /// <summary>True when the op's step can do a <see cref="Cpu.Tail"/>.</summary>
    public virtual bool TakesTail => false;

    /// <summary>True when the op's step reads images, and writes one, whose pixels lie apart: some channels of a wider
    /// image.</summary>
    public virtual bool TakesSlices => false;

    /// <summary>The logical axis along which the op puts its operands side by side, of one that does nothing else; null
    /// for all others.</summary>
    /// <param name="op">The op.</param>
    /// <param name="rank">The rank of its result.</param>
    public virtual int? JoinedAxis(Op op, int rank) => null;

    /// <summary>How the op does its part in the tail of another's step; null where it can't.</summary>
    public virtual TailPart? Part(Op op) => null;

    /// <summary>The operand that the step adds to each sum, one element a channel, of an op that has one.</summary>
    public virtual int? BiasOf(Op op) => null;

    /// <summary>True when the step wants an operand as one run of elements, without a halo.</summary>
    public virtual bool WantsRun(Op op, int operand) => false;

    /// <summary>Operands whose memory may be the result's where both lie alike: the step reads each element before it
    /// writes the result's at the same place, and never again.</summary>
    public virtual ImmutableArray<int> Overwritable(Op op) => [];

    /// <summary>The zeros that the step wants to find around an operand's plane.</summary>
    public virtual Margin HaloFor(Op op, int operand, ReadOnlySpan<Shape> shapes) => default;

    /// <summary>Bytes of the tables that the step makes of its window: they may be more than all memory.</summary>
    public virtual Int128 TableBytes(Op op, ReadOnlySpan<Shape> shapes) => 0;

    /// <summary>True when the step can read an operand that lies so, with the bits that it makes of one without
    /// gaps.</summary>
    public virtual bool Reads(Op op, int operand, ValueBuffer x) => x.IsDense;

    /// <summary>Where a result lies in the first operand of an op that only looks at parts of it; null for an op that
    /// makes something.</summary>
    /// <param name="op">The op.</param>
    /// <param name="result">Which of its results.</param>
    /// <param name="x">The operand.</param>
    /// <param name="y">The result's shape.</param>
    public virtual StridedPart? PartOf(Op op, int result, ValueBuffer x, Shape y) => null;

    /// <summary>True for a node whose results are all where they belong before it runs.</summary>
    public virtual bool IsInPlace(NhwcNode node, Func<int, ValueBuffer> bufferOf) => false;

    /// <summary>The step that computes the op.</summary>
    public abstract Step Lower<E>(StepSite<E> site) where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>The op some rows at a time, for the step of another that reads these.</summary>
    /// <exception cref="NotSupportedException">No rule asks for it.</exception>
    public virtual BandSource<E> Bands<E>(StepSite<E> site) where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        throw new NotSupportedException($"{site.Op.Name} gives no bands");

    /// <summary>The step that computes the op from rows of operand 0 as they come.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="first">The node that gives them.</param>
    /// <param name="site">The op's own.</param>
    /// <exception cref="NotSupportedException">No rule asks for it.</exception>
    public virtual Step LowerBands<E>(BandSource<E> source, StepSite<E> first, StepSite<E> site)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        throw new NotSupportedException($"{site.Op.Name} takes no bands");
}

/// <summary>A lowering of one type of op.</summary>
abstract class Lowering<TOp> : Lowering where TOp : Op
{
    /// <inheritdoc/>
    public sealed override Type Op => typeof(TOp);
}
