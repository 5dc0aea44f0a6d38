using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A tensor cut into pieces along one logical axis, one result each: chunk and split. Source: torch.split,
/// torch.chunk.</summary>
public sealed record Split : AxisPart
{
    /// <summary>The pieces' extents where the call states them all; otherwise empty.</summary>
    public IntList Sizes { get; init; }

    /// <summary>Each piece's extent, the last one being what is left; 0 where the call does not state it.</summary>
    public int Size { get; init; }

    /// <summary>At most how many pieces, all but the last alike; 0 where the call does not state it.</summary>
    public int Chunks { get; init; }

    /// <summary>How many results the call has: as many as pieces, or one that stands for the list of them.</summary>
    public required int Results { get; init; }

    /// <inheritdoc/>
    internal override bool GivesList => true;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "chunk", "split.Tensor", "split.sizes", "split_with_sizes", "unsafe_chunk", "unsafe_split.Tensor",
        "unsafe_split_with_sizes");

    static Split Parse(Bound call)
    {
        var op = new Split { Dim = call.Int("dim"), Results = call.Call.Results.Length };
        if (call.Has("chunks"))
        {
            return call.Int("chunks") > 0
                ? op with { Chunks = call.Int("chunks") }
                : throw call.Refuse($"chunks is {call.Int("chunks")}, expected a positive number");
        }
        string name = call.Has("split_size") ? "split_size" : "split_sizes";
        if (call.IsList(name)) return op with { Sizes = IntList.Create(call.Ints(name).AsSpan()) };
        return call.Int(name) > 0
            ? op with { Size = call.Int(name) }
            : throw call.Refuse($"{name} is {call.Int(name)}, expected a positive number");
    }

    /// <summary>The pieces do not make up the axis, or are not as many as the results.</summary>
    protected override string? MisfitOfAxis(Shape operand, int axis)
    {
        int extent = operand[axis];
        bool stated = Size == 0 && Chunks == 0;
        if (stated && (Sizes.Any(piece => piece < 0) || Sizes.Sum(piece => (long)piece) != extent))
            return $"pieces of {Sizes} do not make up the extent {extent}";
        long pieces = stated ? Sizes.Count : Math.Max(1, ((long)extent + PieceOf(extent) - 1) / PieceOf(extent));
        return MisfitOfParts(pieces, Results, extent);
    }

    // chunk rounds the piece up, so that fewer pieces than asked for may do.
    int PieceOf(int extent) => Math.Max(Size > 0 ? Size : (int)(((long)extent + Chunks - 1) / Chunks), 1);

    /// <summary>The pieces' extents along an axis of this extent.</summary>
    public ImmutableArray<int> Pieces(int extent)
    {
        if (Size == 0 && Chunks == 0) return [.. Sizes];
        var pieces = ImmutableArray.CreateBuilder<int>();
        int piece = PieceOf(extent);
        for (long at = 0; at < extent || pieces.Count == 0; at += piece)
            pieces.Add((int)Math.Min(piece, extent - at));
        return pieces.ToImmutable();
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int axis = Axis.Of(Dim, x.Rank);
        var shapes = ImmutableArray.CreateBuilder<Shape>();
        foreach (int piece in Pieces(x[axis]))
            shapes.Add([.. x.AsSpan()[..axis], piece, .. x.AsSpan()[(axis + 1)..]]);
        return shapes.ToImmutable();
    }

    internal override Argument? Replaced(CallWriter calls, Shape operand, int result, Argument value)
    {
        var pieces = Pieces(operand[Axis.Of(Dim, operand.Rank)]);
        long first = pieces[..result].Sum();
        return calls.Call("whole", "aten::slice_scatter", calls.Operands[0], value, Argument.Of((long)Dim),
            Argument.Of(first), Argument.Of(first + pieces[result]), Argument.Of(1L));
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var (x, layout) = inputs[0];
        int pieces = Pieces(x[Axis.Of(Dim, x.Rank)]).Length;
        return new Arrangement([layout], [.. Enumerable.Repeat(layout, pieces)]);
    }
}
