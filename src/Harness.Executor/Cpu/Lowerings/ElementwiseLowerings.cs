using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>One function of each element.</summary>
/// <param name="kernel">The function of an op.</param>
/// <param name="integers">The same of integers, where the op takes them.</param>
sealed class UnaryLowering<TOp>(Func<TOp, UnaryKernel> kernel, Func<TOp, IntegerKernel>? integers = null)
    : Lowering<TOp> where TOp : Op
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override TailPart Part(Op op) => new FunctionPart(kernel((TOp)op));

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => [0];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => site.Output().Type.IsFloating()
        ? kernel((TOp)site.Op).Step(site, site.Input(0))
        : integers!((TOp)site.Op).Step(site.Op.Name, site.Output(), site.Input(0), null, 0);
}

/// <summary>One function of two elements, the second of which may be a number.</summary>
/// <param name="withNumber">The function of one operand and a number.</param>
/// <param name="withTensor">The function of two operands.</param>
/// <param name="integers">The same of integers, where the op takes them.</param>
sealed class BinaryLowering<TOp>(
    Func<TOp, double, UnaryKernel> withNumber, Func<TOp, BinaryKernel> withTensor,
    Func<TOp, IntegerKernel>? integers = null)
    : Lowering<TOp> where TOp : Binary
{
    /// <summary>Of an op whose second operand never is a number.</summary>
    public BinaryLowering(Func<TOp, BinaryKernel> withTensor, Func<TOp, IntegerKernel>? integers = null)
        : this((op, _) => throw new InvalidOperationException($"{op.Name} takes no number"), withTensor, integers)
    {
    }

    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override TailPart Part(Op op) => op is TOp { Other: { } other } with
        ? new FunctionPart(withNumber(with, other.Value))
        : new PairPart(withTensor((TOp)op));

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

    /// <inheritdoc/>
    public override BandSource<E> Bands<E>(StepSite<E> site) => withTensor((TOp)site.Op).Bands(site);
}

/// <summary>Slopes by channel.</summary>
sealed class PReLULowering : Lowering<PReLU>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override TailPart Part(Op op) => new ChannelPart(BinaryKernel.Of<PReLUFunction>());

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => [0];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new PReLUStep<E>(site);
}

/// <summary>Limits that are tensors.</summary>
sealed class ClampLowering : Lowering<Clamp>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override TailPart? Part(Op op) => op switch
    {
        Clamp { Min: true, Max: true } => null,
        Clamp { Min: true } => new PairPart(BinaryKernel.Of<MaximumOfTwo>()),
        _ => new PairPart(BinaryKernel.Of<MinimumOfTwo>()),
    };

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => op is Clamp { Min: true, Max: true } ? [0, 1, 2] : [0, 1];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Clamp)site.Op;
        ValueBuffer y = site.Output(), x = site.Input(0), limit = site.Input(1);
        if (op.Min && op.Max)
        {
            return y.Type.IsFloating()
                ? new TernaryStep<ClampBetween, E>(site.Lanes, y, x, limit, site.Input(2), default, op.Name)
                : IntegerKernel.OfThree<ClampIntegerBetween>(op.Name, y, x, limit, site.Input(2));
        }
        if (!y.Type.IsFloating())
        {
            var integers = op.Min ? IntegerKernel.Of<MaxInteger>() : IntegerKernel.Of<MinInteger>();
            return integers.Step(op.Name, y, x, limit, 0);
        }
        return (op.Min ? BinaryKernel.Of<MaximumOfTwo>() : BinaryKernel.Of<MinimumOfTwo>()).Step(site, x, limit);
    }
}
