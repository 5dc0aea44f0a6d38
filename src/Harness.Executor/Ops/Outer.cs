using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Each element of one vector times each of another: (n) and (m) to (n, m). Source: torch.outer.</summary>
public sealed record Outer : Composite
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Outer(), "outer", "ger");

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => inputs[0].Rank == 1 && inputs[1].Rank == 1
        ? null : $"operands are {inputs[0]} and {inputs[1]}, expected two vectors";

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [[inputs[0][0], inputs[1][0]]];

    internal override void Write(CallWriter calls) => calls.Give(
        "aten::mul", calls.Call("column", "aten::unsqueeze", calls.Operands[0], Argument.Of(1L)), calls.Operands[1]);
}
