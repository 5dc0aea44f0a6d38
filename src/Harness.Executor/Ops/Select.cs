using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>One index of a logical axis, which goes: Python's <c>x[:, 2]</c>. Source: torch.select.</summary>
public sealed record Select : AxisPart
{
    /// <summary>The index; negative counts from the end.</summary>
    public required int Index { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Select { Dim = call.Int("dim"), Index = call.Int("index") }, "select.int");

    /// <inheritdoc/>
    protected override string? MisfitOfAxis(Shape operand, int axis) =>
        Index < -operand[axis] || Index >= operand[axis]
            ? $"index {Index} is out of range for axis {axis} of {operand}"
            : null;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int axis = Axis.Of(Dim, x.Rank);
        return [[.. x.AsSpan()[..axis], .. x.AsSpan()[(axis + 1)..]]];
    }

    internal override Argument? Replaced(CallWriter calls, Shape operand, int result, Argument value) => calls.Call(
        "whole", "aten::select_scatter", calls.Operands[0], value, Argument.Of((long)Dim), Argument.Of((long)Index));

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        return new Arrangement([layout], [Arrangements.Without(layout, [Axis.Of(Dim, layout.Rank)])]);
    }
}
