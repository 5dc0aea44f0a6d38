using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The operand with elements written, or added, at the places that integers name along one logical axis; what
/// is written is a tensor at least as large as the indices, or a number. Source: torch.scatter and torch.scatter_add.
/// </summary>
/// <remarks>In PyTorch's order: of several writes to one place the last one stays. An integer that is no index of the
/// axis ends the run.</remarks>
public sealed record Scatter : Op
{
    /// <inheritdoc/>
    public override string Name => Adds ? "ScatterAdd" : "Scatter";

    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>What is written when it is a number; null when it is operand 2.</summary>
    public Number? Value { get; init; }

    /// <summary>True where it is added.</summary>
    public bool Adds { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Scatter
        {
            Dim = call.Int("dim"), Value = call.Has("value") ? call.Number("value") : null,
            Adds = call.Call.Target.StartsWith("aten::scatter_add", StringComparison.Ordinal),
        },
        "scatter.src", "scatter.value", "scatter_add");

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        inputs[0].Shape.Rank == 0 || inputs[1].Shape.Rank == 0
            ? $"operands are {inputs[0].Shape} and {inputs[1].Shape}: scalars are not supported"
        : !inputs[0].Type.IsFloating() && Value is { IsInteger: false }
            ? $"operand 0 is {inputs[0]}: integers filled with a floating-point number are not supported"
        : Adds && inputs[0].Type == ElementType.Bool ? $"operand 0 is {inputs[0]}: Booleans are not added" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Picking.MisfitOfIndex(1, inputs[1], narrow: false) ?? (Value is null && inputs[2].Type != inputs[0].Type
            ? $"operands 0 and 2 are {inputs[0]} and {inputs[2]}, expected one type; PyTorch refuses it too" : null);

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand == 1 && inputs[0].Rank > 0 ? inputs[0][Axis.Of(Dim, inputs[0].Rank)] : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], index = inputs[1];
        if (Picking.MisfitOfPlaces(Dim, x, index) is { } why) return why;
        if (Value is not null) return null;
        if (inputs[2].Rank != x.Rank) return $"src is {inputs[2]}, expected {x.Rank} axes as of {x}";
        for (int axis = 0; axis < x.Rank; axis++)
            if (index[axis] > inputs[2][axis]) return $"index is {index}, longer than src {inputs[2]} on axis {axis}";
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
