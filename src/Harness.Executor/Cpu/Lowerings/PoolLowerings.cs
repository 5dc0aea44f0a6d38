using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Means over a grid.</summary>
sealed class AdaptiveAvgPoolLowering : Lowering<AdaptiveAvgPool2d>
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
        if (y.Shape[2] * y.Shape[3] == 1) return new PlaneMeanStep<E>(site.Lanes, y, x);
        return PoolStep<E>.Average(site.Lanes, y, x,
            WindowAxis.Adaptive(x.Shape[2], y.Shape[2]), WindowAxis.Adaptive(x.Shape[3], y.Shape[3]), divisor: 0);
    }
}

/// <summary>Means of windows.</summary>
sealed class AvgPoolLowering : Lowering<AvgPool2d>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => x.HasPixels;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (AvgPool2d)site.Op;
        ValueBuffer x = site.Input(0), y = site.Output();
        return PoolStep<E>.Average(site.Lanes, y, x,
            WindowAxis.Pool(
                x.Shape[2], y.Shape[2], op.Kernel.H, op.Stride.H, op.Padding.H, 1, op.CountIncludePad),
            WindowAxis.Pool(
                x.Shape[3], y.Shape[3], op.Kernel.W, op.Stride.W, op.Padding.W, 1, op.CountIncludePad),
            op.Divisor ?? 0);
    }
}

/// <summary>Largest elements of windows.</summary>
sealed class MaxPoolLowering : Lowering<MaxPool2d>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => x.HasPixels;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (MaxPool2d)site.Op;
        ValueBuffer x = site.Input(0), y = site.Output();
        return PoolStep<E>.Max(site.Lanes, y, x,
            WindowAxis.Pool(x.Shape[2], y.Shape[2], op.Kernel.H, op.Stride.H, op.Padding.H, op.Dilation.H),
            WindowAxis.Pool(x.Shape[3], y.Shape[3], op.Kernel.W, op.Stride.W, op.Padding.W, op.Dilation.W));
    }
}
