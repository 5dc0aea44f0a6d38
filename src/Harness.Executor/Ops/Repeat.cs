using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A tensor so many times along each logical axis; new axes come first. Source: torch.Tensor.repeat,
/// torch.tile.</summary>
public sealed record Repeat : Composite
{
    /// <summary>How many times, by axis of the result; those of a tile may be fewer than the operand's axes, the first
    /// of which then stay.</summary>
    public required IntList Repeats { get; init; }

    /// <summary>True for a tile.</summary>
    public bool Tile { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => call.Has("dims")
            ? new Repeat { Repeats = IntList.Create(call.Ints("dims").AsSpan()), Tile = true }
            : new Repeat { Repeats = IntList.Create(call.Ints("repeats").AsSpan()) },
        "repeat", "tile");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (!Tile && Repeats.Count < x.Rank)
            return $"{Repeats} has {Repeats.Count} numbers, expected one an axis of {x}";
        foreach (int times in Repeats)
            if (times < 0) return $"{Repeats} has {times} repeats, expected 0 or more";
        int[] counts = Times(x.Rank);
        for (int axis = 0; axis < counts.Length; axis++)
            if (Axis.MisfitOfExtent((long)counts[axis] * ExtentOf(x, axis, counts.Length)) is { } why) return why;
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int[] extents = Times(inputs[0].Rank);
        for (int axis = 0; axis < extents.Length; axis++)
            extents[axis] *= ExtentOf(inputs[0], axis, extents.Length);
        return [Shape.Create(extents)];
    }

    internal override void Write(CallWriter calls)
    {
        var x = calls.ShapeOf(calls.Operands[0]);
        int[] times = Times(x.Rank);
        // Where there is one element along an axis, it is expanded in place: nothing moves.
        var expanded = calls.Call("expand", "aten::expand", calls.Operands[0], CallWriter.Ints(
            times.Select((count, axis) => ExtentOf(x, axis, times.Length) is not 1 and var extent ? extent : count)));
        for (int axis = 0; axis < times.Length; axis++)
        {
            if (times[axis] == 1 || ExtentOf(x, axis, times.Length) == 1) continue;
            // (n) to (1, n), to (times, n), to (times * n).
            var at = Argument.Of((long)axis);
            int[] sizes = [.. Enumerable.Repeat(-1, times.Length + 1)];
            sizes[axis] = times[axis];
            expanded = calls.Call($"unsqueeze{axis}", "aten::unsqueeze", expanded, at);
            expanded = calls.Call($"repeat{axis}", "aten::expand", expanded, CallWriter.Ints(sizes));
            expanded = calls.Call($"flatten{axis}", "aten::flatten", expanded, at, Argument.Of(axis + 1L));
        }
        calls.Give("aten::alias", expanded);
    }

    // By axis of the result.
    int[] Times(int rank) => [.. Enumerable.Repeat(1, Math.Max(0, rank - Repeats.Count)), .. Repeats];

    static int ExtentOf(Shape x, int axis, int rank) => axis < rank - x.Rank ? 1 : x[axis - rank + x.Rank];
}
