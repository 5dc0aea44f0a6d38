using System.Numerics;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Whether elements compare.</summary>
sealed class ComparisonLowering : Lowering<Comparison>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Comparison)site.Op;
        var (output, x, y) = (site.Output(), site.Input(0), op.Other is null ? site.Input(1) : null);
        return op.Relation switch
        {
            Relation.Eq => new Maker<Equal>(output, x, y, op.Other).StepOf(x.Type),
            Relation.Ge => new Maker<GreaterOrEqual>(output, x, y, op.Other).StepOf(x.Type),
            Relation.Gt => new Maker<Greater>(output, x, y, op.Other).StepOf(x.Type),
            Relation.Le => new Maker<LessOrEqual>(output, x, y, op.Other).StepOf(x.Type),
            Relation.Lt => new Maker<Less>(output, x, y, op.Other).StepOf(x.Type),
            _ => new Maker<NotEqual>(output, x, y, op.Other).StepOf(x.Type),
        };
    }

    readonly struct Maker<TOp>(ValueBuffer output, ValueBuffer x, ValueBuffer? y, Number? other) : IStepMaker
        where TOp : struct, IComparison
    {
        public Step Make<T>() where T : unmanaged, INumber<T> => new ComparisonStep<TOp, T>(
            output, x, y, other is { } number ? number.Element<T>(x.Type) : default);
    }
}

/// <summary>One of two terms by a condition.</summary>
/// <param name="terms">The operands of an op that are the condition and the two terms, negative where a term is a
/// number, and these numbers.</param>
sealed class WhereLowering<TOp>(Func<TOp, (int Condition, int Self, int Other, Number One, Number Two)> terms)
    : Lowering<TOp> where TOp : Op
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var (condition, self, other, one, two) = terms((TOp)site.Op);
        return new Maker(
            site.Output(), site.Input(condition), self < 0 ? null : site.Input(self),
            other < 0 ? null : site.Input(other), one, two).StepOf(site.Output().Type);
    }

    readonly struct Maker(
        ValueBuffer output, ValueBuffer condition, ValueBuffer? x, ValueBuffer? y, Number one, Number two) : IStepMaker
    {
        public Step Make<T>() where T : unmanaged, INumber<T> => new WhereStep<T>(
            output, condition, x, y, one.Element<T>(output.Type), two.Element<T>(output.Type));
    }
}

/// <summary>Truth values, and the bits of integers.</summary>
/// <param name="read">An op's connective and its number.</param>
sealed class ConnectiveLowering<TOp>(Func<TOp, (Connective Connective, Number? Other)> read) : Lowering<TOp>
    where TOp : Op
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var (connective, other) = read((TOp)site.Op);
        var output = site.Output();
        // Every bit turned; of Booleans, which have one, that one.
        long number = connective == Connective.Not ? (output.Type == ElementType.Bool ? 1 : -1) : other?.Integer ?? 0;
        var kernel = connective switch
        {
            Connective.And => IntegerKernel.Of<AndInteger>(),
            Connective.Or => IntegerKernel.Of<OrInteger>(),
            Connective.LeftShift => IntegerKernel.Of<LeftShiftInteger>(),
            Connective.RightShift => IntegerKernel.Of<RightShiftInteger>(),
            _ => IntegerKernel.Of<XorInteger>(),
        };
        return kernel.Step(
            site.Op.Name, output, site.Input(0), site.Operands == 2 ? site.Input(1) : null, number);
    }
}

/// <summary>Whether any, or all, of the elements along axes are not 0.</summary>
/// <param name="all">True for all of them.</param>
sealed class FlagReductionLowering<TOp>(bool all) : Lowering<TOp> where TOp : Reduction
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new FlagReductionStep(
        site.Output(), site.Input(0), ((TOp)site.Op).AxesOf(site.ShapeOf(0).Rank), all);
}
