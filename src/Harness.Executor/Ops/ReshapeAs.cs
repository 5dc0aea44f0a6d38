using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The elements in another tensor's shape, of which nothing else is read. Source: torch.Tensor.reshape_as,
/// torch.Tensor.view_as.</summary>
public sealed record ReshapeAs : Composite
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new ReshapeAs(), "reshape_as", "view_as");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Reshape.Misfit(IntList.Create(inputs[1].AsSpan()), inputs[0]);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[1]];

    internal override void Write(CallWriter calls) =>
        calls.Give("aten::reshape", calls.Operands[0], CallWriter.Ints(calls.ShapeOf(calls.Operands[1])));
}
