using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>Scale · (x &gt; 0 ? x : Alpha · (exp(InputScale · x) - 1))</c>. Source: torch.nn.ELU.</summary>
public sealed record ELU : Elementwise
{
    /// <summary>The factor below zero.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>The factor of all.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The factor of x below zero.</summary>
    public double InputScale { get; init; } = 1;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new ELU
        {
            Alpha = call.Float("alpha"), Scale = call.Float("scale"), InputScale = call.Float("input_scale"),
        },
        "elu");
}
