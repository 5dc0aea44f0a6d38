using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Whether x is NaN. Source: torch.isnan.</summary>
public sealed record IsNan : Elementwise
{
    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new IsNan(), "isnan");
}
