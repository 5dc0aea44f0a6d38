namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary><c>permute</c>: axis j of the result is axis <paramref name="order"/>[j] of x.</summary>
    public static NaiveTensor Permute(NaiveTensor x, params int[] order)
    {
        int[] axes = [.. order.Select(axis => Axis(axis, x.Rank))];
        if (!axes.Order().SequenceEqual(Enumerable.Range(0, x.Rank)))
            throw new ArgumentException($"({string.Join(", ", order)}) is no permutation of rank {x.Rank}");
        return NaiveTensor.From([.. axes.Select(axis => x.Shape[axis])], at =>
        {
            var from = new int[axes.Length];
            for (var j = 0; j < axes.Length; j++) from[axes[j]] = at[j];
            return x[from];
        });
    }

    /// <summary><c>transpose</c>: two axes change places.</summary>
    public static NaiveTensor Transpose(NaiveTensor x, int one, int other)
    {
        int[] order = [.. Enumerable.Range(0, x.Rank)];
        var (a, b) = (Axis(one, x.Rank), Axis(other, x.Rank));
        (order[a], order[b]) = (b, a);
        return Permute(x, order);
    }

    /// <summary><c>reshape</c>, <c>view</c>: the same elements in row-major order; one −1 is worked out.</summary>
    public static NaiveTensor Reshape(NaiveTensor x, params int[] shape)
    {
        var known = shape.Where(extent => extent != -1).Aggregate(1, (a, b) => a * b);
        return new NaiveTensor([.. shape.Select(extent => extent == -1 ? x.Data.Length / known : extent)], x.Data);
    }

    /// <summary><c>flatten</c>: the axes from start to end become one.</summary>
    public static NaiveTensor Flatten(NaiveTensor x, int start = 0, int end = -1)
    {
        var (first, last) = (Axis(start, x.Rank), Axis(end, x.Rank));
        return Reshape(x, [.. x.Shape[..first], x.Shape[first..(last + 1)].Aggregate(1, (a, b) => a * b),
            .. x.Shape[(last + 1)..]]);
    }

    /// <summary><c>select</c>: one index of an axis, which goes.</summary>
    public static NaiveTensor Select(NaiveTensor x, int axis, int index)
    {
        axis = Axis(axis, x.Rank);
        index = index < 0 ? index + x.Shape[axis] : index;
        return NaiveTensor.From(
            [.. x.Shape[..axis], .. x.Shape[(axis + 1)..]], at => x[[.. at[..axis], index, .. at[axis..]]]);
    }

    /// <summary><c>slice</c>: Python's <c>start:end:step</c> of an axis; numbers below zero count from its end, and
    /// what lies outside is cut off.</summary>
    public static NaiveTensor Slice(NaiveTensor x, int axis, double start, double end, int step)
    {
        axis = Axis(axis, x.Rank);
        var extent = x.Shape[axis];
        double Inside(double index) => Math.Min(Math.Max(index < 0 ? index + extent : index, 0), extent);
        var taken = new List<int>();
        for (var i = (int)Inside(start); i < Inside(end); i += step) taken.Add(i);
        return NaiveTensor.From(With(x.Shape, axis, taken.Count), at => x[With(at, axis, taken[at[axis]])]);
    }

    /// <summary><c>narrow</c>: so many elements of an axis from one on.</summary>
    public static NaiveTensor Narrow(NaiveTensor x, int axis, int start, int length)
    {
        axis = Axis(axis, x.Rank);
        if (start < 0) start += x.Shape[axis];
        return NaiveTensor.From(With(x.Shape, axis, length), at => x[With(at, axis, start + at[axis])]);
    }

    /// <summary><c>unbind</c>: each index of an axis.</summary>
    public static NaiveTensor[] Unbind(NaiveTensor x, int axis) =>
        [.. Enumerable.Range(0, x.Shape[Axis(axis, x.Rank)]).Select(index => Select(x, axis, index))];

    /// <summary><c>split_with_sizes</c>: one part behind the other along an axis.</summary>
    public static NaiveTensor[] Split(NaiveTensor x, int[] sizes, int axis)
    {
        axis = Axis(axis, x.Rank);
        if (sizes.Sum() != x.Shape[axis]) throw new ArgumentException($"parts of {sizes.Sum()} from {x.Shape[axis]}");
        return [.. sizes.Select((size, part) => Slice(x, axis, sizes[..part].Sum(), sizes[..part].Sum() + size, 1))];
    }

    /// <summary><c>split</c>: parts of one size; the last is what is left.</summary>
    public static NaiveTensor[] Split(NaiveTensor x, int size, int axis)
    {
        var sizes = new List<int>();
        for (var left = x.Shape[Axis(axis, x.Rank)]; left > 0; left -= size) sizes.Add(Math.Min(size, left));
        return Split(x, [.. sizes], axis);
    }

    /// <summary><c>chunk</c>: at most so many parts, of one size but for the last.</summary>
    public static NaiveTensor[] Chunk(NaiveTensor x, int parts, int axis) =>
        Split(x, (x.Shape[Axis(axis, x.Rank)] + parts - 1) / parts, axis);

    /// <summary><c>squeeze</c>: every axis of extent 1 goes, or the named one if it has extent 1.</summary>
    public static NaiveTensor Squeeze(NaiveTensor x, int? axis)
    {
        bool Named(int i) => axis is not { } one || i == Axis(one, x.Rank);
        return new NaiveTensor([.. x.Shape.Where((extent, i) => extent != 1 || !Named(i))], x.Data);
    }

    /// <summary><c>unsqueeze</c>: a new axis of extent 1, counted in the result.</summary>
    public static NaiveTensor Unsqueeze(NaiveTensor x, int axis)
    {
        axis = Axis(axis, x.Rank + 1);
        return new NaiveTensor([.. x.Shape[..axis], 1, .. x.Shape[axis..]], x.Data);
    }

    /// <summary><c>unflatten</c>: one axis as several; one −1 is worked out.</summary>
    public static NaiveTensor Unflatten(NaiveTensor x, int axis, int[] sizes)
    {
        axis = Axis(axis, x.Rank);
        return Reshape(x, [.. x.Shape[..axis], .. sizes, .. x.Shape[(axis + 1)..]]);
    }

    /// <summary><c>matmul</c> of matrices, their leading axes broadcast.</summary>
    public static NaiveTensor MatMul(NaiveTensor a, NaiveTensor b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        int Leading(NaiveTensor x, int axis) => axis - rank + x.Rank is >= 0 and var own ? x.Shape[own] : 1;
        int[] leading = [.. Enumerable.Range(0, rank - 2)
            .Select(axis => Leading(a, axis) == 1 ? Leading(b, axis) : Leading(a, axis))];
        int[] Of(NaiveTensor x, int[] at) =>
            [.. x.Shape[..^2].Select((extent, axis) => extent == 1 ? 0 : at[axis + rank - x.Rank])];
        return NaiveTensor.From([.. leading, a.Shape[^2], b.Shape[^1]], at => Enumerable.Range(0, a.Shape[^1])
            .Sum(k => a[[.. Of(a, at), at[^2], k]] * b[[.. Of(b, at), k, at[^1]]]));
    }

    /// <summary><c>expand</c>: axes of extent 1 repeated, new axes in front; −1 keeps an extent.</summary>
    public static NaiveTensor Expand(NaiveTensor x, int[] sizes)
    {
        var added = sizes.Length - x.Rank;
        int[] shape = [.. sizes.Select((size, axis) => size == -1 ? x.Shape[axis - added] : size)];
        return NaiveTensor.From(shape,
            at => x[[.. x.Shape.Select((extent, axis) => extent == 1 ? 0 : at[axis + added])]]);
    }

    /// <summary><c>cat</c>: one behind the other along an axis.</summary>
    public static NaiveTensor Cat(NaiveTensor[] parts, int axis)
    {
        axis = Axis(axis, parts[0].Rank);
        int[] shape = [.. parts[0].Shape];
        if (parts.Any(part => !With(part.Shape, axis, 0).SequenceEqual(With(shape, axis, 0))))
            throw new ArgumentException($"parts differ on another axis than {axis}");
        shape[axis] = parts.Sum(part => part.Shape[axis]);
        return NaiveTensor.From(shape, at =>
        {
            var i = at[axis];
            foreach (var part in parts)
            {
                if (i < part.Shape[axis]) return part[With(at, axis, i)];
                i -= part.Shape[axis];
            }
            throw new InvalidOperationException("an index beyond the last part");
        });
    }

    /// <summary><c>pad</c> with a constant: (before, after) from the last axis backwards; negative ones crop.</summary>
    public static NaiveTensor Pad(NaiveTensor x, int[] pads, double value = 0)
    {
        int Before(int axis) => x.Rank - 1 - axis < pads.Length / 2 ? pads[2 * (x.Rank - 1 - axis)] : 0;
        int After(int axis) => x.Rank - 1 - axis < pads.Length / 2 ? pads[2 * (x.Rank - 1 - axis) + 1] : 0;

        return NaiveTensor.From([.. x.Shape.Select((extent, axis) => extent + Before(axis) + After(axis))], at =>
        {
            int[] from = [.. at.Select((i, axis) => i - Before(axis))];
            return from.Select((i, axis) => i >= 0 && i < x.Shape[axis]).All(inside => inside) ? x[from] : value;
        });
    }
}
