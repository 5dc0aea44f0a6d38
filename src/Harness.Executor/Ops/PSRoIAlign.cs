namespace Harness.Executor.Ops;

/// <summary>As a <see cref="RoIAlign"/> that is aligned, each cell of the grid from channels of its own: channel c of
/// cell (i, j) is channel (c · height + i) · width + j of the input. Source: torchvision.ops.PSRoIAlign.</summary>
/// <remarks>A region is not widened where it is empty. The operator gives which channel was read too, which is no
/// result of this op.</remarks>
public sealed record PSRoIAlign : RegionPool
{
    /// <summary>Samples of a cell along an axis; below 1 for as many as it spans elements.</summary>
    public int Samples { get; init; } = -1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new PSRoIAlign
        {
            Scale = call.Float("spatial_scale"), Height = call.Int("pooled_height"), Width = call.Int("pooled_width"),
            Samples = ReadSamples(call),
        },
        "torchvision::ps_roi_align");

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    private protected override bool ReadsOwnChannels => true;
}
