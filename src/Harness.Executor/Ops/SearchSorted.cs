using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Before which element of a sorted row each value would stand. Source: torch.searchsorted,
/// torch.bucketize.</summary>
/// <remarks>NaN stands behind all numbers. Operands: the sorted rows, one for all values or one for each row of them;
/// the values where they are a tensor; the order in which a row is sorted where it is not sorted itself.</remarks>
public sealed record SearchSorted : Op
{
    /// <summary>True where a value stands behind those that equal it.</summary>
    public bool Right { get; init; }

    /// <summary>The value where it is a number; null for an operand.</summary>
    public Number? Value { get; init; }

    /// <summary>True where results are int32.</summary>
    public bool Narrow { get; init; }

    /// <summary>True where the values are operand 0 and the sorted row is operand 1: bucketize.</summary>
    public bool ValuesFirst { get; init; }

    /// <summary>True where the last operand says in which order rows are sorted.</summary>
    public bool Sorter { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "bucketize.Tensor", "bucketize.Scalar", "searchsorted.Tensor", "searchsorted.Scalar");

    static SearchSorted Parse(Bound call)
    {
        bool bucketize = call.Has("boundaries"), right = call.Bool("right");
        if (!bucketize && !call.IsNone("side"))
        {
            string side = call.Text("side");
            if (side is not ("left" or "right") || (right && side == "left"))
                throw call.Refuse($"side='{side}' and right={right}, expected 'left' or 'right', and no two sides");
            right = side == "right";
        }
        return new SearchSorted
        {
            Right = right, Narrow = call.Bool("out_int32"),
            Value = call["self"] is ValueArgument ? null : call.Number("self"),
            ValuesFirst = bucketize && call["self"] is ValueArgument,
            Sorter = !bucketize && !call.IsNone("sorter"),
        };
    }

    /// <summary>Which operand holds the sorted rows.</summary>
    internal int Rows => ValuesFirst ? 1 : 0;

    // What is compared: not the order.
    ReadOnlySpan<Fact> Compared(ReadOnlySpan<Fact> inputs) => Sorter ? inputs[..^1] : inputs;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs)
    {
        if (Sorter && operand == inputs.Length - 1) return ElementType.Int64;
        var met = Promotion.Of(Compared(inputs));
        return Value is { } value ? Promotion.With(met, value) : met;
    }

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) =>
        Narrow ? ElementType.Int32 : ElementType.Int64;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs)
    {
        foreach (var input in Compared(inputs))
            if (input.Type == ElementType.Bool) return $"an operand is {input}: Booleans have no order";
        return Sorter ? Picking.MisfitOfIndex(inputs.Length - 1, inputs[^1], narrow: false) : null;
    }

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        Sorter && operand == inputs.Length - 1 && inputs[0].Rank > 0 ? inputs[0][-1] : null;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var rows = inputs[Rows];
        if (rows.Rank == 0 || (rows.Rank > 1 && (ValuesFirst || Value is not null)))
            return $"the sorted sequence is {rows}, expected one axis";
        if (Sorter && inputs[^1] != rows) return $"sorter is {inputs[^1]}, expected {rows} as the sequence";
        if (Value is not null || rows.Rank == 1) return null;
        var values = inputs[1 - Rows];
        return values.Rank == rows.Rank && values.AsSpan()[..^1].SequenceEqual(rows.AsSpan()[..^1]) ? null
            : $"values are {values}, expected the axes of the sequence {rows} but for the last";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [Value is null ? inputs[1 - Rows] : []];

    /// <summary>Results lie as the values do.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => new(
        [.. Arrangements.Current(inputs)],
        [Value is null ? inputs[1 - Rows].Layout : Permutation.Identity(0)]);
}
