using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Whether x is ∞ or -∞. Source: torch.isinf.</summary>
public sealed record IsInf : Elementwise
{
    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new IsInf(), "isinf");
}
