using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>One logical axis split into several. Source: torch.nn.Unflatten.</summary>
public sealed record Unflatten : Reshaping
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>The extents it splits into, at most one of them -1.</summary>
    public required IntList Sizes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Unflatten { Dim = call.Int("dim"), Sizes = IntList.Create(call.Ints("sizes").AsSpan()) },
        "unflatten.int");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank == 0) return "a scalar has no axis to split";
        return Axis.Misfit(Dim, x.Rank) ?? Reshape.Misfit(Sizes, [x[Axis.Of(Dim, x.Rank)]]);
    }

    /// <inheritdoc/>
    public override Shape Target(Shape input)
    {
        int axis = Axis.Of(Dim, input.Rank);
        var split = Reshape.Resolve(Sizes, input[axis]);
        return [.. input.AsSpan()[..axis], .. split.AsSpan(), .. input.AsSpan()[(axis + 1)..]];
    }
}
