using System.Collections.Immutable;
using Harness.Executor.Cpu.Kernels;
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

/// <summary>One function of two elements, of which one may be a number.</summary>
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
    public override TailPart Part(Op op) => NumberOf((TOp)op) is { } number
        ? new FunctionPart(withNumber((TOp)op, number.Value))
        : new PairPart(withTensor((TOp)op));

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => NumberOf((TOp)op) is null ? [0, 1] : [0];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (TOp)site.Op;
        var number = NumberOf(op);
        if (!site.Output().Type.IsFloating())
        {
            return integers!(op).Step(
                op.Name, site.Output(), site.Input(0), number is null ? site.Input(1) : null, number?.Integer ?? 0);
        }
        return number is { } other
            ? withNumber(op, other.Value).Step(site, site.Input(0))
            : withTensor(op).Step(site, site.Input(0), site.Input(1));
    }

    /// <inheritdoc/>
    public override BandSource<E> Bands<E>(StepSite<E> site) => withTensor((TOp)site.Op).Bands(site);

    // Whichever term it stands for: the function knows.
    static Number? NumberOf(TOp op) => op.Other ?? op.First;
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
    public override ImmutableArray<int> Overwritable(Op op) =>
        op is Clamp { Min: true, Max: true } ? [0, 1, 2] : [0, 1];

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

/// <summary>Two halves of an axis.</summary>
sealed class GLULowering : Lowering<GLU>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new GLUStep<E>(site);
}

/// <summary>A question about each element.</summary>
sealed class PredicateLowering<TOp, TPredicate> : Lowering<TOp>
    where TOp : Op
    where TPredicate : struct, IPredicate
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new PredicateStep<TPredicate, E>(site.Output(), site.Input(0), site.Op.Name);
}

/// <summary>One function of three elements.</summary>
/// <param name="told">What the function is told.</param>
sealed class TernaryLowering<TOp, TFunction>(Func<TOp, double> told) : Lowering<TOp>
    where TOp : Ternary
    where TFunction : struct, ITernary
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => [0, 1, 2];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new TernaryStep<TFunction, E>(
        site.Lanes, site.Output(), site.Input(0), site.Input(1), site.Input(2),
        Scalars<E>.Of(told((TOp)site.Op)), site.Op.Name);
}

/// <summary>A point between two.</summary>
sealed class LerpLowering : Lowering<Lerp>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override TailPart? Part(Op op) =>
        op is Lerp { Weight: { } weight } ? new PairPart(BinaryKernel.Of<LerpByNumber>(weight)) : null;

    /// <inheritdoc/>
    public override ImmutableArray<int> Overwritable(Op op) => op is Lerp { Weight: null } ? [0, 1, 2] : [0, 1];

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => site.Op is Lerp { Weight: { } weight }
        ? BinaryKernel.Of<LerpByNumber>(weight).Step(site, site.Input(0), site.Input(1))
        : new TernaryStep<LerpOfThree, E>(
            site.Lanes, site.Output(), site.Input(0), site.Input(1), site.Input(2), default, site.Op.Name);
}
