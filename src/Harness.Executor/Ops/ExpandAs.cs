using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Axes of extent 1 repeated to another tensor's shape, of which nothing else is read. Source:
/// torch.Tensor.expand_as.</summary>
public sealed record ExpandAs : Composite
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new ExpandAs(), "expand_as");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Expand(inputs[1]).MisfitOfShapes(inputs[..1]);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[1]];

    internal override void Write(CallWriter calls) =>
        calls.Give("aten::expand", calls.Operands[0], CallWriter.Ints(calls.ShapeOf(calls.Operands[1])));

    static Expand Expand(Shape to) => new() { Sizes = IntList.Create(to.AsSpan()) };
}
