using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A new logical axis of extent 1. Source: torch.unsqueeze.</summary>
public sealed record Unsqueeze : Reshaping
{
    /// <summary>Where the axis stands in the result; negative counts from the result's last axis.</summary>
    public required int Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Unsqueeze { Dim = call.Int("dim") }, "unsqueeze");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Axis.Misfit(Dim, inputs[0].Rank + 1);

    /// <inheritdoc/>
    public override Shape Target(Shape input)
    {
        int axis = Axis.Of(Dim, input.Rank + 1);
        return [.. input.AsSpan()[..axis], 1, .. input.AsSpan()[axis..]];
    }
}
