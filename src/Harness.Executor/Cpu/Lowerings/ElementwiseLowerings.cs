using Harness.Executor.Model;
using System.Collections.Immutable;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>A lowering to one function of each element, which may end another step.</summary>
interface IActivation
{
    /// <summary>The function of an op.</summary>
    UnaryKernel KernelOf(Op op);
}

/// <summary>One function of each element.</summary>
/// <param name="kernel">The function of an op.</param>
/// <param name="integers">The same of integers, where the op takes them.</param>
sealed class UnaryLowering<TOp>(Func<TOp, UnaryKernel> kernel, Func<TOp, IntegerKernel>? integers = null) : Lowering<TOp>, IActivation where TOp : Op
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public UnaryKernel KernelOf(Op op) => kernel((TOp)op);

    /// <inheritdoc/>
    public override TailRole Tail(Op op) => TailRole.Activation;

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => [0];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => site.Output().Type.IsFloating()
        ? KernelOf(site.Op).Step(site, site.Input(0))
        : integers!((TOp)site.Op).Step(site.Op.Name, site.Output(), site.Input(0), null, 0);
}

/// <summary>One function of two elements, the second of which may be a number.</summary>
/// <param name="withNumber">The function of one operand and a number.</param>
/// <param name="withTensor">The function of two operands.</param>
/// <param name="integers">The same of integers, where the op takes them.</param>
/// <param name="tail">What the op of two operands may be in a tail.</param>
sealed class BinaryLowering<TOp>(
    Func<TOp, double, UnaryKernel> withNumber, Func<TOp, BinaryKernel> withTensor,
    Func<TOp, IntegerKernel>? integers = null, Func<TOp, TailRole>? tail = null)
    : Lowering<TOp> where TOp : Binary
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override TailRole Tail(Op op) =>
        op is TOp { Other: null } two && tail is not null ? tail(two) : TailRole.None;

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => op is Binary { Other: null } ? [0, 1] : [0];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (TOp)site.Op;
        if (!site.Output().Type.IsFloating())
        {
            return integers!(op).Step(
                op.Name, site.Output(), site.Input(0), op.Other is null ? site.Input(1) : null, op.Other?.Integer ?? 0);
        }
        return op.Other is { } other
            ? withNumber(op, other.Value).Step(site, site.Input(0))
            : withTensor(op).Step(site, site.Input(0), site.Input(1));
    }
}
