using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Whether x is a number and no infinity. Source: torch.isfinite.</summary>
public sealed record IsFinite : Elementwise
{
    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new IsFinite(), "isfinite");
}
