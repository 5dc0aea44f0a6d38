using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x &gt; 0 ? x : alpha · (exp(x) - 1)</c>. Source: torch.nn.ELU.</summary>
public sealed record ELU : Elementwise
{
    /// <summary>The factor below zero.</summary>
    public double Alpha { get; init; } = 1;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => call.Float("scale") == 1 && call.Float("input_scale") == 1
            ? new ELU { Alpha = call.Float("alpha") }
            : throw call.Refuse(
                $"scale={call.Float("scale")}, input_scale={call.Float("input_scale")}, expected 1 and 1"),
        "elu");
}
