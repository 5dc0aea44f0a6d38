using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>x moved towards 0 by Lambda, and 0 where it is nearer than that. Source: torch.nn.Softshrink.</summary>
public sealed record Softshrink : Elementwise
{
    /// <summary>How far x moves, PyTorch's <c>lambd</c>.</summary>
    public double Lambda { get; init; } = 0.5;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Lambda < 0 ? $"lambd is {Lambda}, expected at least 0; PyTorch refuses it too" : null;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Softshrink { Lambda = call.Float("lambd") }, "softshrink");
}
