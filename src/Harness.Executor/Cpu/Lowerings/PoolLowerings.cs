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

/// <summary>Largest elements and where they stand.</summary>
sealed class MaxPoolWithIndicesLowering : Lowering<MaxPoolWithIndices>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        ValueBuffer x = site.Input(0), y = site.Output();
        var pool = ((MaxPoolWithIndices)site.Op).Pool;
        var taps = new Taps[x.Shape.Rank - 2][];
        for (int axis = 0; axis < taps.Length; axis++)
        {
            int of = axis;
            taps[axis] = [.. Enumerable.Range(0, y.Shape[2 + axis]).Select(o => pool is MaxPool fixedPool
                ? InWindow(fixedPool, of, o, x.Shape[2 + of])
                : InCell(o, x.Shape[2 + of], y.Shape[2 + of]))];
        }
        return new PoolIndexStep<E>(y, site.Output(1), x, taps);
    }

    static Taps InWindow(MaxPool op, int axis, int o, int extent)
    {
        int first = (o * op.Stride[axis]) - op.Padding[axis], dilation = op.Dilation[axis];
        // Taps before the input, and those behind it.
        int before = first >= 0 ? 0 : (-first + dilation - 1) / dilation;
        first += before * dilation;
        int inside = first >= extent ? 0 : (extent - first + dilation - 1) / dilation;
        return new Taps(first, Math.Min(op.Kernel[axis] - before, inside), dilation);
    }

    static Taps InCell(int o, int extent, int size)
    {
        long first = (long)o * extent / size, end = ((((long)o + 1) * extent) + size - 1) / size;
        return new Taps((int)first, (int)(end - first), 1);
    }
}

/// <summary>Elements back where a pool found them.</summary>
sealed class MaxUnpoolLowering : Lowering<MaxUnpool>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new UnpoolStep<E>(
        site.Name, site.Output(), site.Input(0), site.Input(1), ((MaxUnpool)site.Op).Sizes.Count);
}
