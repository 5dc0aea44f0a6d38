using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>PyTorch's broadcasting of logical shapes, and the layouts it wants.</summary>
static class Broadcast
{
    /// <summary>Why shapes have no common one; null where they do.</summary>
    public static string? Misfit(ReadOnlySpan<Shape> inputs)
    {
        var common = Infer(inputs);
        foreach (var shape in inputs)
        {
            for (int axis = 1; axis <= shape.Rank; axis++)
            {
                if (shape[-axis] != 1 && shape[-axis] != common[-axis])
                    return $"shapes {string.Join(" and ", inputs.ToArray())} do not broadcast";
            }
        }
        return null;
    }

    /// <summary>The common shape: trailing axes aligned, of each the first extent that is not 1.</summary>
    public static Shape Infer(ReadOnlySpan<Shape> inputs)
    {
        int rank = 0;
        foreach (var shape in inputs) rank = Math.Max(rank, shape.Rank);
        var extents = new int[rank];
        Array.Fill(extents, 1);
        foreach (var shape in inputs)
        {
            for (int axis = 0; axis < shape.Rank; axis++)
            {
                ref int extent = ref extents[axis + rank - shape.Rank];
                if (extent == 1) extent = shape[axis];
            }
        }
        return Shape.Create(extents);
    }

    /// <summary>The result's axis that an operand's is; null where that is repeated.</summary>
    public static int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs)
    {
        var common = Infer(inputs);
        int place = axis + common.Rank - inputs[operand].Rank;
        return common[place] == inputs[operand][axis] ? place : null;
    }

    /// <summary>All operands in one layout: that of the largest operand of full rank that depends on a model's input,
    /// and of several as large that of the first that is not PyTorch's own; where none depends on one, that of the
    /// largest of all. Operands of lower rank get the same order restricted to the axes they have.</summary>
    /// <remarks>Sizes alone would make the layout, and with it the order of a sum along an axis, follow from the batch:
    /// a table of positions is as large as the scores of one window, and smaller than those of several.</remarks>
    public static Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        int rank = 0;
        foreach (var input in inputs) rank = Math.Max(rank, input.Shape.Rank);
        bool depends = false;
        foreach (var input in inputs) depends |= input.DependsOnInput && input.Shape.Rank == rank;
        var layout = Permutation.Identity(rank);
        long most = -1;
        foreach (var input in inputs)
        {
            // The largest operand decides, so that small ones move; ties go to a layout that is not plain.
            if (input.Shape.Rank != rank || input.DependsOnInput != depends) continue;
            long elements = input.Shape.Elements;
            if (elements < most || (elements == most && !layout.IsIdentity)) continue;
            most = elements;
            layout = input.Layout;
        }
        var wanted = new Permutation[inputs.Length];
        for (int i = 0; i < wanted.Length; i++) wanted[i] = Restrict(layout, inputs[i].Shape.Rank);
        return new Arrangement([.. wanted], [layout]);
    }

    /// <summary>The order of the last <paramref name="rank"/> logical axes of a layout.</summary>
    public static Permutation Restrict(Permutation layout, int rank)
    {
        int dropped = layout.Rank - rank;
        var axes = new List<int>(rank);
        foreach (int axis in layout.AsSpan())
            if (axis >= dropped) axes.Add(axis - dropped);
        return new Permutation(axes.ToArray());
    }
}
