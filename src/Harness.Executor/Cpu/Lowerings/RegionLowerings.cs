using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Grids over regions.</summary>
abstract class RegionLowering<TOp> : Lowering<TOp> where TOp : RegionPool
{
    /// <inheritdoc/>
    public sealed override bool Reads(Op op, int operand, ValueBuffer x) => operand == 1 || x.HasPixels;
}

/// <summary>Means of samples.</summary>
sealed class RoIAlignLowering : RegionLowering<RoIAlign>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (RoIAlign)site.Op;
        return new RegionAlignStep<E>(
            site.Lanes, site.Name, site.Output(), site.Input(0), site.Input(1), op, op.Samples, op.Aligned,
            ownChannels: false);
    }
}

/// <summary>Means of samples, cell by cell from other channels.</summary>
sealed class PSRoIAlignLowering : RegionLowering<PSRoIAlign>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (PSRoIAlign)site.Op;
        return new RegionAlignStep<E>(
            site.Lanes, site.Name, site.Output(), site.Input(0), site.Input(1), op, op.Samples, aligned: true,
            ownChannels: true);
    }
}

/// <summary>Largest elements.</summary>
sealed class RoIPoolLowering : RegionLowering<RoIPool>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new RegionPoolStep<E>(
        site.Name, site.Output(), site.Input(0), site.Input(1), (RoIPool)site.Op, means: false);
}

/// <summary>Means, cell by cell from other channels.</summary>
sealed class PSRoIPoolLowering : RegionLowering<PSRoIPool>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new RegionPoolStep<E>(
        site.Name, site.Output(), site.Input(0), site.Input(1), (PSRoIPool)site.Op, means: true);
}

/// <summary>Convolutions with taps that are moved.</summary>
sealed class DeformConvLowering : Lowering<DeformConv2d>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => operand > 0 || x.HasPixels;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new DeformConvStep<E>(site);
}
