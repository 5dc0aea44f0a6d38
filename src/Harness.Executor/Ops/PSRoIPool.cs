namespace Harness.Executor.Ops;

/// <summary>The mean of each cell of a grid over a region whose borders are rounded to elements, each cell from
/// channels of its own as in a <see cref="PSRoIAlign"/>; 0 where a cell has no element. Source:
/// torchvision.ops.PSRoIPool.</summary>
/// <remarks>The operator gives which channel was read too, which is no result of this op.</remarks>
public sealed record PSRoIPool : RegionPool
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new PSRoIPool
        {
            Scale = call.Float("spatial_scale"), Height = call.Int("pooled_height"), Width = call.Int("pooled_width"),
        },
        "torchvision::ps_roi_pool");

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    private protected override bool ReadsOwnChannels => true;
}
