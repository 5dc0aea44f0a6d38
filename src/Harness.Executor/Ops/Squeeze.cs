using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Logical axes of extent 1 dropped: all, or those named that have extent 1. Source: torch.squeeze.</summary>
public sealed record Squeeze : Reshaping
{
    /// <summary>The axes that may go; null means all.</summary>
    public IntList? Dims { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Squeeze { Dims = call.Has("dim") ? IntList.Create(call.Ints("dim").AsSpan()) : null },
        "squeeze", "squeeze.dim", "squeeze.dims");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Dims is { } dims ? Axis.Misfit(dims, inputs[0].Rank) : null;

    /// <inheritdoc/>
    public override Shape Target(Shape input)
    {
        int[] axes = Dims is { } dims ? Axis.Of(dims, input.Rank) : [.. Enumerable.Range(0, input.Rank)];
        var extents = new List<int>(input.Rank);
        for (int axis = 0; axis < input.Rank; axis++)
            if (input[axis] != 1 || !axes.Contains(axis)) extents.Add(input[axis]);
        return Shape.Create([.. extents]);
    }
}
