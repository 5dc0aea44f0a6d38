using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>x · Φ(x)</c>: exactly, <c>x/2 · (1 + erf(x/√2))</c>, or by
/// <c>x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))</c>. Source: torch.nn.GELU.</summary>
public sealed record GELU : Elementwise
{
    /// <summary>True for the tanh form, which differs from the exact one by up to 4.73e-4.</summary>
    public bool Approximate { get; init; }

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "gelu");

    static GELU Parse(Bound call) => call.Text("approximate") switch
    {
        "none" => new GELU(),
        "tanh" => new GELU { Approximate = true },
        var other => throw call.Refuse($"approximate='{other}', expected 'none' or 'tanh'"),
    };
}
