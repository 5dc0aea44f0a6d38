using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>|x| &gt; Lambda ? x : 0</c>. Source: torch.nn.Hardshrink.</summary>
public sealed record Hardshrink : Elementwise
{
    /// <summary>Up to which magnitude x becomes 0, PyTorch's <c>lambd</c>.</summary>
    public double Lambda { get; init; } = 0.5;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Hardshrink { Lambda = call.Float("lambd") }, "hardshrink");
}
