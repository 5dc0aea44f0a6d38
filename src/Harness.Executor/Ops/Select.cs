using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>One index of a logical axis, which goes: Python's <c>x[:, 2]</c>. Source: torch.select.</summary>
public sealed record Select : Part
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>The index; negative counts from the end.</summary>
    public required int Index { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Select { Dim = call.Int("dim"), Index = call.Int("index") }, "select.int");

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int axis = AxisOf(x, Dim);
        if (Index < -x[axis] || Index >= x[axis])
            throw new ShapeException($"index {Index} is out of range for axis {axis} of {x}");
        return [[.. x.AsSpan()[..axis], .. x.AsSpan()[(axis + 1)..]]];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        return new Arrangement([layout], [Arrangements.Without(layout, [Axis.Of(Dim, layout.Rank)])]);
    }
}
