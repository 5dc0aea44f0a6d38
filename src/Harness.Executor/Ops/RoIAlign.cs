namespace Harness.Executor.Ops;

/// <summary>The mean of samples of each cell of a grid over a region, each a bilinear sum of four neighbours. Source:
/// torchvision.ops.RoIAlign.</summary>
/// <remarks>A sample more than one element outside of the input is 0. Without a number of samples a cell takes as many
/// along an axis as it spans elements, rounded up. Samples add up row by row by fused multiply-adds.</remarks>
public sealed record RoIAlign : RegionPool
{
    /// <summary>Samples of a cell along an axis; below 1 for as many as it spans elements.</summary>
    public int Samples { get; init; } = -1;

    /// <summary>True where places are moved by half an element, so that middles meet middles.</summary>
    public bool Aligned { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new RoIAlign
        {
            Scale = call.Float("spatial_scale"), Height = call.Int("pooled_height"), Width = call.Int("pooled_width"),
            Samples = ReadSamples(call), Aligned = call.Bool("aligned"),
        },
        "torchvision::roi_align");

    /// <inheritdoc/>
    public override bool AddsUp => true;
}
