using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>What ops that read or write at places named by integers have in common.</summary>
static class Picking
{
    /// <summary>Why an operand holds no indices; null where it does.</summary>
    /// <param name="operand">Which operand.</param>
    /// <param name="fact">Its type and shape.</param>
    /// <param name="narrow">True where PyTorch takes int32 too.</param>
    public static string? MisfitOfIndex(int operand, Fact fact, bool narrow = true) =>
        fact.Type == ElementType.Int64 || (narrow && fact.Type == ElementType.Int32) ? null
            : $"operand {operand} is {fact}, expected indices of int64{(narrow ? " or int32" : "")}; "
                + "PyTorch refuses it too";

    /// <summary>A shape with at least one axis: where places along an axis are named, a scalar is a vector of one.
    /// </summary>
    public static Shape Vector(Shape shape) => shape.Rank == 0 ? [1] : shape;

    /// <summary>Why an index does not name places along an axis, within the others' extents; null where it
    /// does.</summary>
    public static string? MisfitOfPlaces(int dim, Shape x, Shape index)
    {
        if (Axis.Misfit(dim, x.Rank) is { } why) return why;
        (x, index) = (Vector(x), Vector(index));
        if (index.Rank != x.Rank) return $"index is {index}, expected {x.Rank} axes as of {x}";
        int along = Axis.Of(dim, x.Rank);
        for (int axis = 0; axis < x.Rank; axis++)
            if (axis != along && index[axis] > x[axis]) return $"index is {index}, longer than {x} on axis {axis}";
        return null;
    }

    /// <summary>A layout in which the axes that stay lie as in the operand, and those that indices put in the place of
    /// some others where the outermost of these lay.</summary>
    /// <param name="layout">The operand's.</param>
    /// <param name="rank">The result's rank.</param>
    /// <param name="goes">For each axis of the operand its axis in the result; null for those that go.</param>
    /// <param name="at">The first of the axes that come, in the result.</param>
    /// <param name="come">How many come.</param>
    public static Permutation Layout(Permutation layout, int rank, ReadOnlySpan<int?> goes, int at, int come)
    {
        if (layout.IsIdentity) return Permutation.Identity(rank);
        var axes = new List<int>(rank);
        bool placed = false;
        foreach (int axis in layout.AsSpan())
        {
            if (goes[axis] is { } stays) axes.Add(stays);
            else if (!placed)
            {
                axes.AddRange(Enumerable.Range(at, come));
                placed = true;
            }
        }
        if (!placed) axes.InsertRange(0, Enumerable.Range(at, come));
        return new Permutation([.. axes]);
    }
}
