using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Where an operand is not 0: its places in order, a row each, or an integer tensor an axis. Source:
/// torch.nonzero.</summary>
/// <remarks>How many there are is not known before a run. These are the places of all elements, of which those that are
/// set count: <see cref="Program.Selections"/> holds what reads them to that.</remarks>
public sealed record Nonzero : Composite
{
    /// <summary>True where the result is a list of one tensor an axis.</summary>
    public bool ByAxis { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Nonzero { ByAxis = !call.Call.Target.EndsWith("nonzero", StringComparison.Ordinal)
            && !call.Call.Target.EndsWith("argwhere", StringComparison.Ordinal) },
        "argwhere", "nonzero", "nonzero_numpy", "where");

    /// <inheritdoc/>
    internal override bool GivesList => ByAxis;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Int64;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        inputs[0].Rank == 0 ? $"input is {inputs[0]}, expected at least 1 axis"
        : Axis.MisfitOfExtent(inputs[0].Elements);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int elements = (int)inputs[0].Elements, rank = inputs[0].Rank;
        return ByAxis ? [.. Enumerable.Repeat<Shape>([elements], rank)] : [[elements, rank]];
    }

    internal override void Write(CallWriter calls)
    {
        var shape = calls.ShapeOf(calls.Operands[0]);
        long[] strides = shape.Strides();
        var all = calls.Call("all", "aten::arange", Argument.Of(shape.Elements));
        var places = new Argument[shape.Rank];
        for (int axis = 0; axis < places.Length; axis++)
        {
            var row = calls.Call($"row{axis}", "aten::floor_divide", all, Argument.Of(Math.Max(1, strides[axis])));
            places[axis] = calls.Call($"axis{axis}", "aten::remainder", row, Argument.Of(Math.Max(1L, shape[axis])));
        }
        if (!ByAxis)
        {
            calls.Give("aten::stack", Argument.Of([.. places]), Argument.Of(1L));
            return;
        }
        var table = calls.Call("table", "aten::stack", Argument.Of([.. places]), Argument.Of(1L));
        calls.Give("aten::unbind", table, Argument.Of(1L));
    }
}
