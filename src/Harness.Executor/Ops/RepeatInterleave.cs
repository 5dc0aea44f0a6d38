using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Each index of one logical axis so many times in a row; without an axis, each element of the flattened
/// tensor. How many times is one number, or an integer of operand 1 each where the call says how many there are in all.
/// Source: torch.repeat_interleave.</summary>
/// <remarks>Integers that are negative, or do not add up to what the call says, end the run.</remarks>
public sealed record RepeatInterleave : Composite
{
    /// <summary>How many times; null where operand 1 says it for each.</summary>
    public int? Repeats { get; init; }

    /// <summary>How many indices the result has where operand 1 says how often each comes; null where the call does not
    /// say it.</summary>
    public int? Size { get; init; }

    /// <summary>The logical axis, negative counts from the last; null for the flattened tensor.</summary>
    public int? Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "repeat_interleave.self_int", "repeat_interleave.self_Tensor");

    static RepeatInterleave Parse(Bound call)
    {
        int? dim = call.IntOrNull("dim");
        if (call["repeats"] is ValueArgument)
            return new RepeatInterleave { Size = call.IntOrNull("output_size"), Dim = dim };
        int repeats = call.Int("repeats");
        return repeats >= 0 ? new RepeatInterleave { Repeats = repeats, Dim = dim }
            : throw call.Refuse($"repeats is {repeats}, expected 0 or more; PyTorch refuses it too");
    }

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => Repeats is null && Size is null
        ? $"the elements of {inputs[1]} decide how long the result is, expected output_size" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Repeats is null ? Picking.MisfitOfIndex(1, inputs[1]) : null;

    int ExtentOf(Shape x) => Dim is { } dim && x.Rank > 0 ? x[Axis.Of(dim, x.Rank)] : checked((int)x.Elements);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Dim is { } dim)
        {
            if (x.Rank == 0) return "input is (), expected at least 1 axis";
            if (Axis.Misfit(dim, x.Rank) is { } why) return why;
        }
        else if (Axis.MisfitOfExtent(x.Elements) is { } beyond) return beyond;
        if (Repeats is { } repeats) return Axis.MisfitOfExtent((long)repeats * ExtentOf(x));
        if (Size < 0) return $"output_size is {Size}, expected 0 or more";
        return inputs[1].Rank == 1 && inputs[1][0] == ExtentOf(x) ? null
            : $"repeats are {inputs[1]}, expected ({ExtentOf(x)})";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int extent = Repeats is { } repeats ? repeats * ExtentOf(x) : Size!.Value;
        if (Dim is not { } dim || x.Rank == 0) return [[extent]];
        int axis = Axis.Of(dim, x.Rank);
        return [[.. x.AsSpan()[..axis], extent, .. x.AsSpan()[(axis + 1)..]]];
    }

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        if (Dim is null || calls.ShapeOf(x).Rank == 0)
            x = calls.Call("flattened", "aten::reshape", x, CallWriter.Ints(-1));
        int rank = calls.ShapeOf(x).Rank, axis = Axis.Of(Dim ?? 0, rank);
        if (Repeats is not { } repeats)
        {
            calls.Give("aten::index_select", x, Argument.Of((long)axis), Indices(calls, calls.ShapeOf(x)[axis]));
            return;
        }
        int[] sizes = [.. Enumerable.Repeat(-1, rank + 1)];
        sizes[axis + 1] = repeats;
        x = calls.Call("unsqueeze", "aten::unsqueeze", x, Argument.Of(axis + 1L));
        x = calls.Call("expand", "aten::expand", x, CallWriter.Ints(sizes));
        calls.Give("aten::flatten", x, Argument.Of((long)axis), Argument.Of(axis + 1L));
    }

    // For each place of the result the index that it repeats: the first whose end lies behind it.
    Argument Indices(CallWriter calls, int extent)
    {
        var counts = calls.Operands[1];
        var ends = calls.Call("ends", "aten::cumsum", counts, Argument.Of(0L));
        var places = calls.Call("places", "aten::arange", Argument.Of((long)Size!.Value));
        // bucketize(x, boundaries, out_int32=False, right=True) has names alone for the last two: what is right of n is
        // left of n + 1.
        places = calls.Call("behind", "aten::add", places, Argument.Of(1L));
        var indices = calls.Call("indices", "aten::bucketize", places, ends);
        if (extent == 0) return indices;
        // What adds up to more, or counts below 0, makes them indices of nothing.
        var last = calls.Call("last", "aten::select", ends, Argument.Of(0L), Argument.Of(extent - 1L));
        var left = calls.Call("left", "aten::rsub", last, Argument.Of((long)Size.Value));
        var least = calls.Call("least", "aten::minimum", left, calls.Call(
            "fewest", "aten::amin", calls.Call("counts", "aten::to", counts, Argument.Of(4L)), CallWriter.Ints(0),
            Argument.Of(false)));
        var fault = calls.Call("fault", "aten::clamp_max", least, Argument.Of(0L));
        fault = calls.Call("away", "aten::mul", fault, Argument.Of(extent + 1L));
        return calls.Call("checked", "aten::add", indices, fault);
    }
}
