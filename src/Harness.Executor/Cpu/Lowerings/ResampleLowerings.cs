using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Another resolution: nearest elements are copied, others are sums of neighbours.</summary>
sealed class UpsampleLowering : Lowering<Upsample>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => x.HasPixels;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Upsample)site.Op;
        ValueBuffer x = site.Input(0), y = site.Output();
        if (op.IsNearest)
        {
            var from = new int[]?[op.Axes + 2];
            for (int axis = 0; axis < op.Axes; axis++)
                from[1 + axis] = op.Nearest(axis, x.Shape[2 + axis], y.Shape[2 + axis]);
            return new PickStep(y, x, from);
        }
        return new ResampleStep<E>(site.Lanes, y, x, Axis(3), Axis(2), Axis(1));

        // One of the last three axes, counted from behind.
        ResampleAxis Axis(int behind) => behind > op.Axes ? ResampleAxis.Single
            : ResampleAxis.Of(op, op.Axes - behind, x.Shape[-behind], y.Shape[-behind]);
    }
}

/// <summary>Reads at computed places.</summary>
sealed class GridSampleLowering : Lowering<GridSample>
{
    /// <inheritdoc/>
    public override bool TakesSlices => true;

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => operand == 1 || x.HasPixels;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new GridSampleStep<E>(
        site.Lanes, site.Output(), site.Input(0), site.Input(1), (GridSample)site.Op);
}

/// <summary>Places under an affine map.</summary>
sealed class AffineGridLowering : Lowering<AffineGrid>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new AffineGridStep<E>(site.Output(), site.Input(0), (AffineGrid)site.Op);
}
