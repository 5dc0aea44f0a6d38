using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Every index of one logical axis, which goes, one result each. Source: torch.unbind.</summary>
public sealed record Unbind : AxisPart
{
    /// <summary>How many results the call has: as many as indices, or one that stands for the list of them.</summary>
    public required int Results { get; init; }

    /// <inheritdoc/>
    internal override bool GivesList => true;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Unbind { Dim = call.Int("dim"), Results = call.Call.Results.Length }, "unbind.int");

    /// <inheritdoc/>
    protected override string? MisfitOfAxis(Shape operand, int axis) =>
        MisfitOfParts(operand[axis], Results, operand[axis]);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int axis = Axis.Of(Dim, x.Rank);
        Shape one = [.. x.AsSpan()[..axis], .. x.AsSpan()[(axis + 1)..]];
        return [.. Enumerable.Repeat(one, x[axis])];
    }

    internal override Argument? Replaced(CallWriter calls, Shape operand, int result, Argument value) => calls.Call(
        "whole", "aten::select_scatter", calls.Operands[0], value, Argument.Of((long)Dim), Argument.Of((long)result));

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var (x, layout) = inputs[0];
        int axis = Axis.Of(Dim, layout.Rank);
        return new Arrangement([layout], [.. Enumerable.Repeat(Arrangements.Without(layout, [axis]), x[axis])]);
    }
}
