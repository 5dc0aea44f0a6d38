using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Means over a grid.</summary>
sealed class AdaptiveAvgPoolLowering : Lowering<AdaptiveAvgPool>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => x.HasPixels;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        ValueBuffer x = site.Input(0), y = site.Output();
        // The mean of a whole plane adds row by row: a thousand alike, one after another, drift beyond 1e-6 in float32.
        if (y.Pixels is { D: 1, H: 1, W: 1 }) return new PlaneMeanStep<E>(site.Lanes, y, x);
        return PoolStep<E>.Average(
            site.Lanes, y, x,
            Windows.Axes(x.Shape.Rank - 2, axis => WindowAxis.Adaptive(x.Shape[2 + axis], y.Shape[2 + axis])),
            divisor: 0);
    }
}

/// <summary>Largest elements over a grid.</summary>
sealed class AdaptiveMaxPoolLowering : Lowering<AdaptiveMaxPool>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => x.HasPixels;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        ValueBuffer x = site.Input(0), y = site.Output();
        return PoolStep<E>.Max(
            site.Lanes, y, x,
            Windows.Axes(x.Shape.Rank - 2, axis => WindowAxis.Adaptive(x.Shape[2 + axis], y.Shape[2 + axis])));
    }
}

/// <summary>Means of windows.</summary>
sealed class AvgPoolLowering : Lowering<AvgPool>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => x.HasPixels;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (AvgPool)site.Op;
        ValueBuffer x = site.Input(0), y = site.Output();
        return PoolStep<E>.Average(
            site.Lanes, y, x,
            Windows.Axes(op.Kernel.Count, axis => WindowAxis.Pool(
                x.Shape[2 + axis], y.Shape[2 + axis], op.Kernel[axis], op.Stride[axis], op.Padding[axis], 1,
                op.CountIncludePad)),
            op.Divisor ?? 0);
    }
}

/// <summary>Largest elements of windows.</summary>
sealed class MaxPoolLowering : Lowering<MaxPool>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => x.HasPixels;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (MaxPool)site.Op;
        ValueBuffer x = site.Input(0), y = site.Output();
        return PoolStep<E>.Max(
            site.Lanes, y, x,
            Windows.Axes(op.Kernel.Count, axis => WindowAxis.Pool(
                x.Shape[2 + axis], y.Shape[2 + axis], op.Kernel[axis], op.Stride[axis], op.Padding[axis],
                op.Dilation[axis])));
    }
}
