using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>One number of all elements along axes.</summary>
abstract class ReductionLowering<TOp> : Lowering<TOp> where TOp : Reduction
{
    /// <inheritdoc/>
    public sealed override bool Reads(Op op, int operand, ValueBuffer x) =>
        !x.Type.IsFloating() || ReductionOrder.IsThatOfDense(x, ((TOp)op).AxesOf(x.Shape.Rank));

    /// <inheritdoc/>
    public sealed override Step Lower<E>(StepSite<E> site)
    {
        var op = (TOp)site.Op;
        int[] axes = op.AxesOf(site.ShapeOf(0).Rank);
        return site.Output().Type.IsFloating() ? Floats(site, op, axes) : Integers(op.Name, site, axes);
    }

    /// <summary>The step of floating-point numbers.</summary>
    private protected abstract Step Floats<E>(StepSite<E> site, TOp op, int[] axes)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>The step whose results are integers.</summary>
    private protected virtual Step Integers<E>(string name, StepSite<E> site, int[] axes)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        throw new InvalidOperationException($"{name} takes no integers");
}

/// <summary>Sums along axes, divided.</summary>
/// <param name="divisor">What the sums of an op over an operand of this shape are divided by.</param>
sealed class SumLowering<TOp>(Func<TOp, Shape, double> divisor) : ReductionLowering<TOp> where TOp : Reduction
{
    /// <inheritdoc/>
    private protected override Step Floats<E>(StepSite<E> site, TOp op, int[] axes) =>
        new ReduceStep<SumReduction, Map.Identity, E>(
            site.Lanes, site.Output(), site.Input(0), axes, E.CreateTruncating(divisor(op, site.ShapeOf(0))));

    /// <inheritdoc/>
    private protected override Step Integers<E>(string name, StepSite<E> site, int[] axes) =>
        new FoldStep<SumFold, long, long>(name, site.Output(), site.Input(0), axes);
}

/// <summary>Products along axes.</summary>
sealed class ProdLowering : ReductionLowering<Prod>
{
    /// <inheritdoc/>
    private protected override Step Floats<E>(StepSite<E> site, Prod op, int[] axes) =>
        new ReduceStep<ProductReduction, Map.Identity, E>(site.Lanes, site.Output(), site.Input(0), axes, E.One);

    /// <inheritdoc/>
    private protected override Step Integers<E>(string name, StepSite<E> site, int[] axes) =>
        new FoldStep<ProductFold, long, long>(name, site.Output(), site.Input(0), axes);
}

/// <summary>The largest elements along axes.</summary>
sealed class AmaxLowering : ReductionLowering<Amax>
{
    /// <inheritdoc/>
    private protected override Step Floats<E>(StepSite<E> site, Amax op, int[] axes) =>
        new ReduceStep<MaxReduction, Map.Identity, E>(site.Lanes, site.Output(), site.Input(0), axes, E.One);

    /// <inheritdoc/>
    private protected override Step Integers<E>(string name, StepSite<E> site, int[] axes)
    {
        ValueBuffer y = site.Output(), x = site.Input(0);
        return x.Type switch
        {
            ElementType.Int64 => new FoldStep<MaxFold<long>, long, long>(name, y, x, axes),
            ElementType.Int32 => new FoldStep<MaxFold<int>, int, int>(name, y, x, axes),
            ElementType.Int16 => new FoldStep<MaxFold<short>, short, short>(name, y, x, axes),
            ElementType.Int8 => new FoldStep<MaxFold<sbyte>, sbyte, sbyte>(name, y, x, axes),
            _ => new FoldStep<MaxFold<byte>, byte, byte>(name, y, x, axes),
        };
    }
}

/// <summary>The smallest elements along axes.</summary>
sealed class AminLowering : ReductionLowering<Amin>
{
    /// <inheritdoc/>
    private protected override Step Floats<E>(StepSite<E> site, Amin op, int[] axes) =>
        new ReduceStep<MinReduction, Map.Identity, E>(site.Lanes, site.Output(), site.Input(0), axes, E.One);

    /// <inheritdoc/>
    private protected override Step Integers<E>(string name, StepSite<E> site, int[] axes)
    {
        ValueBuffer y = site.Output(), x = site.Input(0);
        return x.Type switch
        {
            ElementType.Int64 => new FoldStep<MinFold<long>, long, long>(name, y, x, axes),
            ElementType.Int32 => new FoldStep<MinFold<int>, int, int>(name, y, x, axes),
            ElementType.Int16 => new FoldStep<MinFold<short>, short, short>(name, y, x, axes),
            ElementType.Int8 => new FoldStep<MinFold<sbyte>, sbyte, sbyte>(name, y, x, axes),
            _ => new FoldStep<MinFold<byte>, byte, byte>(name, y, x, axes),
        };
    }
}

/// <summary>How many elements along axes are not 0.</summary>
sealed class CountNonzeroLowering : ReductionLowering<CountNonzero>
{
    /// <inheritdoc/>
    private protected override Step Floats<E>(StepSite<E> site, CountNonzero op, int[] axes) =>
        throw new InvalidOperationException("a count is an integer");

    /// <inheritdoc/>
    private protected override Step Integers<E>(string name, StepSite<E> site, int[] axes)
    {
        ValueBuffer y = site.Output(), x = site.Input(0);
        return x.Type switch
        {
            ElementType.Float32 => new FoldStep<CountFold<float>, float, long>(name, y, x, axes),
            ElementType.Float64 => new FoldStep<CountFold<double>, double, long>(name, y, x, axes),
            ElementType.Int64 => new FoldStep<CountFold<long>, long, long>(name, y, x, axes),
            ElementType.Int32 => new FoldStep<CountFold<int>, int, long>(name, y, x, axes),
            ElementType.Int16 => new FoldStep<CountFold<short>, short, long>(name, y, x, axes),
            _ => new FoldStep<CountFold<byte>, byte, long>(name, y, x, axes),
        };
    }
}

/// <summary>Logarithms of sums of exponentials.</summary>
sealed class LogSumExpLowering : ReductionLowering<LogSumExp>
{
    /// <inheritdoc/>
    private protected override Step Floats<E>(StepSite<E> site, LogSumExp op, int[] axes) =>
        new LogSumExpStep<E>(site.Lanes, site.Output(), site.Input(0), axes);
}

/// <summary>Norms of any order.</summary>
sealed class VectorNormLowering : ReductionLowering<VectorNorm>
{
    /// <inheritdoc/>
    private protected override Step Floats<E>(StepSite<E> site, VectorNorm op, int[] axes)
    {
        return op.Order switch
        {
            2 => Of<DeviationReduction, PowRoot>(),
            1 => Of<MagnitudeReduction, Map.Identity>(),
            0 => Of<NonzeroReduction, Map.Identity>(),
            double.PositiveInfinity => Of<LargestMagnitudeReduction, Map.Identity>(),
            double.NegativeInfinity => Of<SmallestMagnitudeReduction, Map.Identity>(),
            var order => new PowerNormStep<E>(site.Lanes, site.Output(), site.Input(0), axes, order),
        };

        ReduceStep<TOp, TEnd, E> Of<TOp, TEnd>() where TOp : struct, IReduction where TEnd : struct, IUnary =>
            new(site.Lanes, site.Output(), site.Input(0), axes, E.One);
    }
}

/// <summary>Variances and standard deviations.</summary>
sealed class VarLowering : ReductionLowering<Var>
{
    /// <inheritdoc/>
    private protected override Step Floats<E>(StepSite<E> site, Var op, int[] axes) => new VarStep<E>(
        site.Lanes, site.Output(), op.WithMean ? site.Output(1) : null, site.Input(0), axes,
        op.Count(site.ShapeOf(0)), op.Correction, op.Root);
}
