using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The same elements, in the same logical order, under another shape.</summary>
/// <remarks>No element moves: where the operand's layout carries over to the new shape (<see cref="Carry"/>) it may
/// stay; elsewhere the operand first moves as little as that takes.</remarks>
public abstract record Reshaping : Op
{
    /// <summary>The new shape of an operand that fits.</summary>
    public abstract Shape Target(Shape input);

    /// <inheritdoc/>
    public sealed override bool IsView => true;

    /// <inheritdoc/>
    public sealed override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public sealed override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Target(inputs[0])];

    internal sealed override Argument? Replaced(CallWriter calls, Shape operand, int result, Argument value) =>
        calls.Call("whole", "aten::reshape", value, CallWriter.Ints(operand));

    /// <inheritdoc/>
    internal sealed override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs)
    {
        // The same parts where as many elements lie before, and in, each of them.
        Shape x = inputs[0], target = Target(x);
        long before = Elements(x.AsSpan()[..axis]);
        for (int place = 0; place < target.Rank; place++)
            if (target[place] == x[axis] && Elements(target.AsSpan()[..place]) == before) return place;
        return null;
    }

    static long Elements(ReadOnlySpan<int> extents)
    {
        long product = 1;
        foreach (int extent in extents) product *= extent;
        return product;
    }

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var target = Target(inputs[0].Shape);
        var from = inputs[0];
        if (Carry.Through(from.Shape, from.Layout, target) is { } layout)
            return new Arrangement([from.Layout], [layout]);
        var near = Carry.Nearest(from.Shape, from.Layout, target);
        return Carry.Through(from.Shape, near, target) is { } carried
            ? new Arrangement([near], [carried])
            : Arrangements.Plain(inputs, target.Rank);
    }

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 0;
}
