using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The operand with another tensor's parts in place of those of one logical axis that a vector names. Source:
/// torch.index_copy.</summary>
public sealed record IndexCopy : Composite
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new IndexCopy { Dim = call.Int("dim") }, "index_copy");

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => inputs[0].Shape.Rank == 0
        ? "operand 0 has 0 axes: scalars are not supported" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Picking.MisfitOfIndex(1, inputs[1], narrow: false) ?? (inputs[2].Type == inputs[0].Type ? null
            : $"operands 0 and 2 are {inputs[0]} and {inputs[2]}, expected one type; PyTorch refuses it too");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], source = inputs[2];
        if (Axis.Misfit(Dim, x.Rank) is { } why) return why;
        int dim = Axis.Of(Dim, x.Rank);
        if (inputs[1].Rank > 1) return $"index is {inputs[1]}, expected at most 1 axis";
        Shape wanted = [.. x.AsSpan()[..dim], (int)inputs[1].Elements, .. x.AsSpan()[(dim + 1)..]];
        return source == wanted ? null : $"source is {source}, expected {wanted}";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        int dim = Axis.Of(Dim, calls.ShapeOf(calls.Operands[0]).Rank);
        var index = calls.ShapeOf(calls.Operands[1]).Rank == 1 ? calls.Operands[1]
            : calls.Call("index", "aten::reshape", calls.Operands[1], CallWriter.Ints(1));
        calls.Give("aten::index_put", calls.Operands[0], AdvancedIndex.Along(dim, index), calls.Operands[2]);
    }
}
