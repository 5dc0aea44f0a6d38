namespace Harness.Executor.Cpu;

/// <summary>A convolution with a large result computes it band by band for the depthwise one that alone reads
/// it.</summary>
sealed class WindowRule : Rule
{
    /// <inheritdoc/>
    public override Joined? Join(in Neighbours pair, FusionScope scope)
    {
        var (first, value, _, second) = pair;
        return first.Then is null && second.Then is null && second.Main.Inputs[0] == value
            && scope.ElementsOfImage(value) >= scope.Large
            && ConvLowering.FillsBands(scope.Program, first.Main)
            && ConvLowering.IsDepthwise(scope.Program, second.Main)
            // Parameters only: another value's rows would take their part of the cache that bands are measured by.
            && first.Tail.Reads.All(other => scope.LeafOf(other) is not null)
            ? new Joined(null, first with { Then = second })
            : null;
    }
}
