namespace Harness.Executor.Ops;

/// <summary>The largest element of each cell of a grid over a region whose borders are rounded to elements; 0 where a
/// cell has none. Source: torchvision.ops.RoIPool.</summary>
/// <remarks>NaN is never the largest. The operator gives where the largest stood too, which is no result of this
/// op.</remarks>
public sealed record RoIPool : RegionPool
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new RoIPool
        {
            Scale = call.Float("spatial_scale"), Height = call.Int("pooled_height"), Width = call.Int("pooled_width"),
        },
        "torchvision::roi_pool");
}
