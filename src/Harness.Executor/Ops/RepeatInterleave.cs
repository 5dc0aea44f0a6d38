using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Each index of one logical axis so many times in a row; without an axis, each element of the flattened
/// tensor. Source: torch.repeat_interleave with one number.</summary>
public sealed record RepeatInterleave : Composite
{
    /// <summary>How many times.</summary>
    public required int Repeats { get; init; }

    /// <summary>The logical axis, negative counts from the last; null for the flattened tensor.</summary>
    public int? Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => call.Int("repeats") < 0
            ? throw call.Refuse($"repeats is {call.Int("repeats")}, expected 0 or more; PyTorch refuses it too")
            : new RepeatInterleave { Repeats = call.Int("repeats"), Dim = call.IntOrNull("dim") },
        "repeat_interleave.self_int");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => (Dim is { } dim
        ? inputs[0].Rank == 0 ? "input is (), expected at least 1 axis" : Axis.Misfit(dim, inputs[0].Rank) : null)
        ?? Axis.MisfitOfExtent(Repeats * (Dim is { } axis && inputs[0].Rank > 0
            ? inputs[0][Axis.Of(axis, inputs[0].Rank)] : inputs[0].Elements));

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Dim is not { } dim || x.Rank == 0) return [[checked((int)(Repeats * x.Elements))]];
        int axis = Axis.Of(dim, x.Rank);
        return [[.. x.AsSpan()[..axis], Repeats * x[axis], .. x.AsSpan()[(axis + 1)..]]];
    }

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        if (Dim is null || calls.ShapeOf(x).Rank == 0)
            x = calls.Call("flattened", "aten::reshape", x, CallWriter.Ints(-1));
        int rank = calls.ShapeOf(x).Rank, axis = Axis.Of(Dim ?? 0, rank);
        int[] sizes = [.. Enumerable.Repeat(-1, rank + 1)];
        sizes[axis + 1] = Repeats;
        x = calls.Call("unsqueeze", "aten::unsqueeze", x, Argument.Of(axis + 1L));
        x = calls.Call("expand", "aten::expand", x, CallWriter.Ints(sizes));
        calls.Give("aten::flatten", x, Argument.Of((long)axis), Argument.Of(axis + 1L));
    }
}
