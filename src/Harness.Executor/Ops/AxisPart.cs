using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A part that is cut out along one axis.</summary>
public abstract record AxisPart : Part
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public int Dim { get; init; }

    // Far more than any network cuts, and few enough to list.
    const int MostParts = 1 << 16;

    /// <inheritdoc/>
    public sealed override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank == 0) return $"input is {x}, expected at least 1 axis";
        return Axis.Misfit(Dim, x.Rank) ?? MisfitOfAxis(x, Axis.Of(Dim, x.Rank));
    }

    /// <inheritdoc/>
    internal sealed override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs)
    {
        int rank = inputs[0].Rank, cut = Axis.Of(Dim, rank);
        if (axis == cut) return IsView ? axis : null;
        return axis > cut && InferShapes(inputs)[0].Rank < rank ? axis - 1 : axis;
    }

    /// <summary>Why an axis that is there is not cut so; null where it is.</summary>
    protected virtual string? MisfitOfAxis(Shape operand, int axis) => null;

    /// <summary>Why so many parts are not what the call takes; null where they are.</summary>
    /// <param name="parts">How many the axis is cut into.</param>
    /// <param name="results">How many results the call has; one stands for the list of all parts.</param>
    /// <param name="extent">The axis's extent.</param>
    private protected static string? MisfitOfParts(long parts, int results, int extent)
    {
        if (results != 1 && results != parts)
            return $"an axis of {extent} gives {parts} pieces, the call has {results} results";
        return parts > MostParts ? $"an axis of {extent} gives {parts} pieces, at most {MostParts} are computed" : null;
    }
}
