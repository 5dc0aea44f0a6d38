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

    /// <summary><c>matmul</c> of operands whose leading axes are the same.</summary>
    public static NaiveTensor MatMul(NaiveTensor a, NaiveTensor b) =>
        NaiveTensor.From([.. a.Shape[..^1], b.Shape[^1]], at => Enumerable.Range(0, a.Shape[^1])
            .Sum(k => a[[.. at[..^1], k]] * b[[.. at[..^2], k, at[^1]]]));

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
