using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The operand with other values at the indices of a logical axis that a vector names: rows of a tensor, or
/// one value everywhere. Source: torch.index_copy, torch.index_fill.</summary>
/// <remarks>Of several writes to one place the last one stays. An integer that is no index ends the run.</remarks>
public sealed record IndexCopy : Composite
{
    /// <inheritdoc/>
    public override string Name => Fills ? "IndexFill" : "IndexCopy";

    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>True where one value is written everywhere.</summary>
    public bool Fills { get; init; }

    /// <summary>That value as a number; null where operand 2 holds what is written.</summary>
    public Number? Value { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new IndexCopy
        {
            Dim = call.Int("dim"),
            Fills = call.Has("value"),
            Value = call.Has("value") && call["value"] is not ValueArgument ? call.Number("value") : null,
        },
        "index_copy", "index_fill.int_Scalar", "index_fill.int_Tensor");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs)
    {
        if (Picking.MisfitOfIndex(1, inputs[1], narrow: false) is { } why) return why;
        return Value is not null || inputs[2].Type == inputs[0].Type ? null
            : $"operands 0 and 2 are {inputs[0]} and {inputs[2]}, expected one type";
    }

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        Value is { IsInteger: false } && !inputs[0].Type.IsFloating()
        ? $"{inputs[0].Type.NumPyName()} from a floating-point number is not supported" : null;

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) => operand != 1 ? null
        : inputs[0].Rank > 0 ? inputs[0][Axis.Of(Dim, inputs[0].Rank)] : 1;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], index = inputs[1];
        if (Axis.Misfit(Dim, x.Rank) is { } why) return why;
        if (index.Rank > 1) return $"index is {index}, expected at most 1 axis";
        if (Value is not null) return null;
        var source = inputs[2];
        if (Fills) return source.Rank == 0 ? null : $"the value is {source}, expected 0 axes";
        int axis = Axis.Of(Dim, x.Rank);
        bool fits = source.Elements == index.Elements && source.Rank <= 1 && x.Rank <= 1;
        if (!fits && source.Rank == x.Rank && source[axis] == index.Elements)
        {
            fits = true;
            for (int i = 0; i < x.Rank; i++) fits &= i == axis || source[i] == x[i];
        }
        return fits ? null : $"source is {source}, expected {x} with {index.Elements} on axis {axis}";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        Argument x = calls.Operands[0], index = calls.Operands[1];
        var shape = calls.ShapeOf(x);
        // A scalar is a vector of one, and so are its indices.
        if (shape.Rank == 0) x = calls.Call("vector", "aten::reshape", x, CallWriter.Ints(1));
        if (calls.ShapeOf(index).Rank == 0) index = calls.Call("index", "aten::reshape", index, CallWriter.Ints(1));
        int axis = Axis.Of(Dim, shape.Rank);
        var indices = Argument.Of([.. Enumerable.Repeat(Argument.None, axis), index]);
        var values = Value is not { } value ? calls.Operands[2]
            : calls.Call("value", "aten::new_full", x, Argument.Of([]), value.IsInteger
                ? Argument.Of(value.Integer) : Argument.Of(value.Value));
        if (!Fills && calls.ShapeOf(values).Rank == 0)
            values = calls.Call("source", "aten::reshape", values, CallWriter.Ints(1));
        if (shape.Rank > 0) calls.Give("aten::index_put", x, indices, values, Argument.Of(false));
        else
        {
            calls.Give("aten::reshape", calls.Call(
                "written", "aten::index_put", x, indices, values, Argument.Of(false)), CallWriter.Ints([]));
        }
    }
}
