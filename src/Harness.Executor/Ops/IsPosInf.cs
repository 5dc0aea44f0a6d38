using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Whether x is ∞. Source: torch.isposinf.</summary>
public sealed record IsPosInf : Elementwise
{
    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new IsPosInf(), "isposinf");
}
