using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A tensor cut before stated indices of one logical axis, or into so many pieces that are as alike as can be.
/// Source: torch.tensor_split.</summary>
public sealed record TensorSplit : Composite
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public int Dim { get; init; }

    /// <summary>The indices, negative counts from the end; empty where <see cref="Sections"/> says.</summary>
    public IntList Indices { get; init; }

    /// <summary>How many pieces, the first ones longer by one where they are not all alike; null where indices
    /// say.</summary>
    public int? Sections { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "tensor_split.sections", "tensor_split.indices");

    static TensorSplit Parse(Bound call)
    {
        var op = new TensorSplit { Dim = call.Int("dim") };
        if (call.Has("indices")) return op with { Indices = IntList.Create(call.Ints("indices").AsSpan()) };
        return call.Int("sections") > 0
            ? op with { Sections = call.Int("sections") }
            : throw call.Refuse($"sections is {call.Int("sections")}, expected a positive number");
    }

    internal override string? Unsupported(ReadOnlySpan<Fact> inputs)
    {
        var x = inputs[0].Shape;
        if (x.Rank == 0 || Axis.Misfit(Dim, x.Rank) is not null) return null;
        return Pieces(x[Axis.Of(Dim, x.Rank)]).Any(piece => piece < 0)
            ? $"indices {Indices} are not in order: pieces that overlap are not supported" : null;
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => inputs[0].Rank == 0
        ? $"input is {inputs[0]}, expected at least 1 axis" : Axis.Misfit(Dim, inputs[0].Rank);

    // A piece is negative where an index is before the one that precedes it.
    IEnumerable<int> Pieces(int extent)
    {
        if (Sections is { } count)
        {
            for (int i = 0; i < count; i++) yield return (extent / count) + (i < extent % count ? 1 : 0);
            yield break;
        }
        int before = 0;
        foreach (int index in Indices)
        {
            int at = Math.Clamp(index < 0 ? index + extent : index, 0, extent);
            yield return at - before;
            before = at;
        }
        yield return extent - before;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int axis = Axis.Of(Dim, x.Rank);
        var pieces = ImmutableArray.CreateBuilder<Shape>();
        foreach (int piece in Pieces(x[axis]))
            pieces.Add([.. x.AsSpan()[..axis], piece, .. x.AsSpan()[(axis + 1)..]]);
        return pieces.ToImmutable();
    }

    internal override void Write(CallWriter calls)
    {
        var x = calls.ShapeOf(calls.Operands[0]);
        int axis = Axis.Of(Dim, x.Rank);
        calls.Give("aten::split_with_sizes", calls.Operands[0], CallWriter.Ints(Pieces(x[axis])),
            Argument.Of((long)axis));
    }
}
