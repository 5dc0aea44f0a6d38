using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Tensors in the shape to which all of them broadcast, one result each. Source:
/// torch.broadcast_tensors.</summary>
public sealed record BroadcastTensors : Op
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        _ => new BroadcastTensors(), "broadcast_tensors");

    /// <inheritdoc/>
    internal override bool GivesList => true;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[result].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        inputs.Length == 0 ? "0 tensors, expected at least 1" : Broadcast.Misfit(inputs);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [.. Enumerable.Repeat(Broadcast.Infer(inputs), inputs.Length)];

    /// <summary>Operands stay where they are; results lie as the operand does that has their shape already, if one
    /// has.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var shapes = new Shape[inputs.Length];
        for (int i = 0; i < shapes.Length; i++) shapes[i] = inputs[i].Shape;
        var shape = Broadcast.Infer(shapes);
        var layout = Permutation.Identity(shape.Rank);
        foreach (var input in inputs) if (input.Shape == shape) layout = input.Layout;
        return new Arrangement([.. Arrangements.Current(inputs)], [.. Enumerable.Repeat(layout, inputs.Length)]);
    }
}
