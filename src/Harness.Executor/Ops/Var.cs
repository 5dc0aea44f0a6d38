using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>Σ (x - mean)² / max(0, n - Correction)</c> along logical axes, or the root of it; and the mean besides,
/// where the call asks for both. Source: torch.var, torch.std, torch.var_mean, torch.std_mean.</summary>
/// <remarks>Two passes: the mean, then squares of what is left. These are corrected by what the mean's own rounding
/// leaves, so that a mean far larger than the deviation costs no digits. Elements join as a <see cref="Sum"/>'s
/// do.</remarks>
public sealed record Var : Reduction
{
    /// <summary>What the number of elements is lessened by: 1 for a sample's variance, 0 for that of all.</summary>
    public double Correction { get; init; } = 1;

    /// <summary>True for the standard deviation.</summary>
    public bool Root { get; init; }

    /// <summary>True where the second result is the mean.</summary>
    public bool WithMean { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "std", "std.correction", "std.dim", "std_mean", "std_mean.correction", "std_mean.dim",
        "var", "var.correction", "var.dim", "var_mean", "var_mean.correction", "var_mean.dim");

    static Var Parse(Bound call)
    {
        string target = call.Call.Target;
        return Read(call, new Var
        {
            Correction = call.Has("unbiased") ? (call.Bool("unbiased") ? 1 : 0) : call.FloatOrNull("correction") ?? 1,
            Root = target.StartsWith("aten::std", StringComparison.Ordinal),
            WithMean = target.EndsWith("_mean", StringComparison.Ordinal),
        });
    }

    /// <inheritdoc/>
    private protected override int Results => WithMean ? 2 : 1;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);
}
