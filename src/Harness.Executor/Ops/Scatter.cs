using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The operand with elements written, or added, at the places that integers name along one logical axis; what
/// is written is a tensor at least as large as the indices, or a number; or what is there is multiplied with it.
/// Source: torch.scatter and torch.scatter_add.</summary>
/// <remarks>In PyTorch's order: of several writes to one place the last one stays. An integer that is no index of the
/// axis ends the run.</remarks>
public sealed record Scatter : Op
{
    /// <inheritdoc/>
    public override string Name => Adds ? "ScatterAdd" : Multiplies ? "ScatterMultiply" : "Scatter";

    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>What is written when it is a number; null when it is operand 2.</summary>
    public Number? Value { get; init; }

    /// <summary>True where it is added.</summary>
    public bool Adds { get; init; }

    /// <summary>True where what is there is multiplied with it.</summary>
    public bool Multiplies { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "scatter.src", "scatter.value", "scatter.reduce", "scatter.value_reduce", "scatter_add");

    static Scatter Parse(Bound call)
    {
        string? reduce = call.Has("reduce") ? call.Text("reduce") : null;
        if (reduce is not (null or "add" or "multiply"))
            throw call.Refuse($"reduce='{reduce}', expected 'add' or 'multiply'; PyTorch refuses it too");
        return new Scatter
        {
            Dim = call.Int("dim"), Value = call.Has("value") ? call.Number("value") : null,
            Adds = reduce == "add" || call.Call.Target.StartsWith("aten::scatter_add", StringComparison.Ordinal),
            Multiplies = reduce == "multiply",
        };
    }

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        !inputs[0].Type.IsFloating() && Value is { IsInteger: false }
            ? $"operand 0 is {inputs[0]}: integers filled with a floating-point number are not supported"
        : (Adds || Multiplies) && inputs[0].Type == ElementType.Bool
            ? $"operand 0 is {inputs[0]}: Booleans are not added" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Picking.MisfitOfIndex(1, inputs[1], narrow: false) ?? (Value is null && inputs[2].Type != inputs[0].Type
            ? $"operands 0 and 2 are {inputs[0]} and {inputs[2]}, expected one type; PyTorch refuses it too" : null);

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand == 1 ? Picking.Vector(inputs[0])[Axis.Of(Dim, inputs[0].Rank)] : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        if (Picking.MisfitOfPlaces(Dim, inputs[0], inputs[1]) is { } why) return why;
        if (Value is not null) return null;
        Shape x = Picking.Vector(inputs[0]), index = Picking.Vector(inputs[1]), source = Picking.Vector(inputs[2]);
        if (source.Rank != x.Rank) return $"src is {source}, expected {x.Rank} axes as of {x}";
        for (int axis = 0; axis < x.Rank; axis++)
            if (index[axis] > source[axis]) return $"index is {index}, longer than src {source} on axis {axis}";
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
