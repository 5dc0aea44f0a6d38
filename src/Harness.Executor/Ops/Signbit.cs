using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Whether x has a minus, as -0 has. Source: torch.signbit.</summary>
public sealed record Signbit : Elementwise
{
    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Signbit(), "signbit");
}
