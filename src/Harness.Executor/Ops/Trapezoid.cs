using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The integral along a logical axis by the trapezoidal rule. Source: torch.trapezoid.</summary>
/// <remarks>Operands: y, and its places x where they are given; a vector of these lies along the axis.</remarks>
public sealed record Trapezoid : Composite
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public int Dim { get; init; } = -1;

    /// <summary>From one place to the next; null where operand 1 says where they are.</summary>
    public double? Step { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Trapezoid { Dim = call.Int("dim"), Step = call.Has("dx") ? call.Float("dx") : null },
        "trapezoid.x", "trapezoid.dx", "trapz.x", "trapz.dx");

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFlags(inputs);

    // The extents of x as it meets y.
    static int[] Viewed(Shape x, Shape y, int axis)
    {
        if (x.Rank >= y.Rank) return [.. x];
        int[] extents = [.. Enumerable.Repeat(1, y.Rank)];
        if (x.Rank == 1) extents[axis] = x[0];
        else for (int i = 1; i <= x.Rank; i++) extents[^i] = x[-i];
        return extents;
    }

    // What is added up: intervals.
    static Shape Intervals(Shape x, int axis)
    {
        int[] extents = [.. x];
        extents[axis] = Math.Max(0, extents[axis] - 1);
        return Shape.Create(extents);
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var y = inputs[0];
        if (y.Rank == 0) return $"input is {y}, expected at least 1 axis";
        if (Axis.Misfit(Dim, y.Rank) is { } why) return why;
        int axis = Axis.Of(Dim, y.Rank);
        if (y[axis] == 0) return $"input is {y}, expected elements along axis {axis}";
        if (Step is not null) return null;
        var x = inputs[1];
        if (x.Rank == 0 || x.Rank > y.Rank) return $"x is {x}, expected 1 to {y.Rank} axes";
        if (x.Rank == 1 && x[0] != y[axis]) return $"x is {x}, expected {y[axis]} places along axis {axis} of {y}";
        Shape places = Shape.Create(Viewed(x, y, axis));
        return Broadcast.Misfit([Intervals(y, axis), Intervals(places, axis)]);
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var y = inputs[0];
        int axis = Axis.Of(Dim, y.Rank);
        var all = Step is not null ? y
            : Broadcast.Infer([Intervals(y, axis), Intervals(Shape.Create(Viewed(inputs[1], y, axis)), axis)]);
        return [[.. all.AsSpan()[..axis], .. all.AsSpan()[(axis + 1)..]]];
    }

    internal override void Write(CallWriter calls)
    {
        var y = calls.Operands[0];
        var shape = calls.ShapeOf(y);
        int axis = Axis.Of(Dim, shape.Rank);
        var dim = CallWriter.Ints(axis);
        if (Step is { } step)
        {
            var sum = calls.Call("sum", "aten::sum", y, dim);
            var ends = calls.Call("ends", "aten::add", Select("first", 0), Select("last", shape[axis] - 1));
            var half = calls.Call("half", "aten::mul", ends, Argument.Of(0.5));
            calls.Give("aten::mul", calls.Call("inner", "aten::sub", sum, half), Argument.Of(step));
            return;
        }
        var x = calls.Operands[1];
        x = calls.Call("places", "aten::reshape", x, CallWriter.Ints(Viewed(calls.ShapeOf(x), shape, axis)));
        var widths = calls.Call("widths", "aten::sub", Slice("right", x, true), Slice("left", x, false));
        var heights = calls.Call("heights", "aten::add", Slice("later", y, true), Slice("earlier", y, false));
        var areas = calls.Call("areas", "aten::mul", heights, widths);
        calls.Give("aten::div", calls.Call("sum", "aten::sum", areas, dim), Argument.Of(2.0));

        Argument Select(string name, long index) => calls.Call(
            name, "aten::select", y, Argument.Of((long)axis), Argument.Of(index));

        Argument Slice(string name, Argument of, bool later)
        {
            int extent = calls.ShapeOf(of)[axis];
            return calls.Call(
                name, "aten::slice", of, Argument.Of((long)axis), Argument.Of(later ? 1L : 0L),
                Argument.Of(later ? extent : Math.Max(0L, extent - 1)), Argument.Of(1L));
        }
    }
}
