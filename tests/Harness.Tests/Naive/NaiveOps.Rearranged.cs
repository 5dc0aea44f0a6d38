namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary><c>stack</c>: a new axis that counts the tensors.</summary>
    public static NaiveTensor Stack(NaiveTensor[] xs, int axis)
    {
        axis = axis < 0 ? axis + xs[0].Rank + 1 : axis;
        return NaiveTensor.From([.. xs[0].Shape[..axis], xs.Length, .. xs[0].Shape[axis..]],
            at => xs[at[axis]][[.. at[..axis], .. at[(axis + 1)..]]]);
    }

    /// <summary><c>repeat</c> and <c>tile</c>: index i of an axis is i modulo its extent in x.</summary>
    public static NaiveTensor Repeat(NaiveTensor x, int[] repeats)
    {
        int rank = Math.Max(x.Rank, repeats.Length);
        int[] extents = [.. Enumerable.Repeat(1, rank - x.Rank), .. x.Shape];
        int[] times = [.. Enumerable.Repeat(1, rank - repeats.Length), .. repeats];
        return NaiveTensor.From([.. extents.Zip(times, (extent, count) => extent * count)],
            at => x[[.. at.Zip(extents, (i, extent) => i % extent).Skip(rank - x.Rank)]]);
    }

    /// <summary><c>repeat_interleave</c>: index i of the axis is i divided by how many times.</summary>
    public static NaiveTensor RepeatInterleave(NaiveTensor x, int times, int? dim)
    {
        if (dim is null) return RepeatInterleave(Reshape(x, -1), times, 0);
        int axis = Axis(dim.Value, x.Rank);
        return NaiveTensor.From([.. x.Shape.Select((extent, i) => i == axis ? extent * times : extent)],
            at => x[[.. at.Select((index, i) => i == axis ? index / times : index)]]);
    }

    /// <summary><c>roll</c>: index i is what was at i minus the shift, around the end.</summary>
    public static NaiveTensor Roll(NaiveTensor x, int[] shifts, int[] dims)
    {
        if (dims.Length == 0) return Reshape(Roll(Reshape(x, -1), shifts, [0]), x.Shape);
        int[] by = new int[x.Rank];
        for (int i = 0; i < dims.Length; i++) by[Axis(dims[i], x.Rank)] += shifts[i];
        return NaiveTensor.From(x.Shape, at => x[[.. at.Select((index, axis) =>
            ((index - by[axis]) % x.Shape[axis] + x.Shape[axis]) % x.Shape[axis])]]);
    }

    /// <summary><c>pixel_shuffle</c>: place (h, w) of channel c is place (h / r, w / r) of channel c·r² + (h mod r)·r +
    /// w mod r.</summary>
    public static NaiveTensor PixelShuffle(NaiveTensor x, int r)
    {
        int n = x.Rank - 3;
        return NaiveTensor.From(
            [.. x.Shape[..n], x.Shape[n] / (r * r), x.Shape[n + 1] * r, x.Shape[n + 2] * r],
            at => x[[.. at[..n], at[n] * r * r + at[n + 1] % r * r + at[n + 2] % r, at[n + 1] / r, at[n + 2] / r]]);
    }

    /// <summary><c>pixel_unshuffle</c>: place (h, w) of channel c is place (h·r + i, w·r + j) of channel c / r², where
    /// i·r + j is c mod r².</summary>
    public static NaiveTensor PixelUnshuffle(NaiveTensor x, int r)
    {
        int n = x.Rank - 3;
        return NaiveTensor.From(
            [.. x.Shape[..n], x.Shape[n] * r * r, x.Shape[n + 1] / r, x.Shape[n + 2] / r],
            at => x[[.. at[..n], at[n] / (r * r), at[n + 1] * r + at[n] % (r * r) / r, at[n + 2] * r + at[n] % r]]);
    }

    /// <summary><c>channel_shuffle</c>: channel i·g + j is channel i of group j.</summary>
    public static NaiveTensor ChannelShuffle(NaiveTensor x, int groups) => NaiveTensor.From(x.Shape,
        at => x[[at[0], at[1] % groups * (x.Shape[1] / groups) + at[1] / groups, .. at[2..]]]);

    /// <summary><c>tensor_split</c>: cut before each index.</summary>
    public static NaiveTensor[] TensorSplit(NaiveTensor x, int[] indices, int dim)
    {
        int axis = Axis(dim, x.Rank), extent = x.Shape[axis];
        double[] cuts = [0, .. indices.Select(index => (double)(index < 0 ? index + extent : index)), extent];
        return [.. cuts.Zip(cuts.Skip(1), (start, end) => Slice(x, axis, start, end, 1))];
    }

    /// <summary><c>tensor_split</c>: so many pieces, the first ones longer by one.</summary>
    public static NaiveTensor[] TensorSplit(NaiveTensor x, int sections, int dim)
    {
        int extent = x.Shape[Axis(dim, x.Rank)];
        return TensorSplit(x, [.. Enumerable.Range(1, sections - 1)
            .Select(i => i * (extent / sections) + Math.Min(i, extent % sections))], dim);
    }

    /// <summary><c>movedim</c>: the axes named go where it says, the others fill what is left in their order.</summary>
    public static NaiveTensor Movedim(NaiveTensor x, int[] from, int[] to)
    {
        int[] sources = [.. from.Select(axis => Axis(axis, x.Rank))];
        int[] places = [.. to.Select(axis => Axis(axis, x.Rank))];
        var others = new Queue<int>(Enumerable.Range(0, x.Rank).Where(axis => !sources.Contains(axis)));
        return Permute(x, [.. Enumerable.Range(0, x.Rank).Select(place =>
            Array.IndexOf(places, place) is var i && i >= 0 ? sources[i] : others.Dequeue())]);
    }
}
