namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary>Two tensors element by element, after broadcasting.</summary>
    public static NaiveTensor Pairwise(NaiveTensor x, NaiveTensor y, Func<double, double, double> f)
    {
        var shape = Together(x.Shape, y.Shape);
        return NaiveTensor.From(shape, at => f(At(x, at), At(y, at)));
    }

    /// <summary><c>where</c>: the one where the condition is not zero, else the other.</summary>
    public static NaiveTensor Where(NaiveTensor condition, NaiveTensor x, NaiveTensor y)
    {
        var shape = Together(condition.Shape, Together(x.Shape, y.Shape));
        return NaiveTensor.From(shape, at => At(condition, at) != 0 ? At(x, at) : At(y, at));
    }

    /// <summary><c>any</c> and <c>all</c> along axes; no axes are all of them.</summary>
    public static NaiveTensor Flags(NaiveTensor x, int[] axes, bool keep, bool all)
    {
        int[] reduced = [.. axes.Length == 0 ? Enumerable.Range(0, x.Rank) : axes.Select(axis => Axis(axis, x.Rank))];
        int[] kept = [.. x.Shape.Select((extent, axis) => reduced.Contains(axis) ? 1 : extent)];
        var result = NaiveTensor.From(kept, _ => all ? 1 : 0);
        foreach (int[] at in NaiveTensor.Indices(x.Shape))
        {
            int[] to = [.. at.Select((index, axis) => reduced.Contains(axis) ? 0 : index)];
            if (x[at] != 0 != all) result[to] = all ? 0 : 1;
        }
        return keep ? result : new NaiveTensor([.. kept.Where((_, axis) => !reduced.Contains(axis))], result.Data);
    }

    /// <summary><c>embedding</c>: a row of the table for each index.</summary>
    public static NaiveTensor Embedding(NaiveTensor table, NaiveTensor indices) => NaiveTensor.From(
        [.. indices.Shape, table.Shape[1]], at => table[(int)indices[at.AsSpan()[..^1]], at[^1]]);

    /// <summary><c>index_select</c>: the indices of an axis that a vector names.</summary>
    public static NaiveTensor IndexSelect(NaiveTensor x, int axis, NaiveTensor index)
    {
        if (x.Rank == 0) return x;
        axis = Axis(axis, x.Rank);
        return NaiveTensor.From(
            Put(x.Shape, axis, index.Data.Length), at => x[Put(at, axis, (int)index.Data[at[axis]])]);
    }

    /// <summary><c>gather</c>: <c>out[i, j, k] = x[i, index[i, j, k], k]</c> for axis 1.</summary>
    public static NaiveTensor Gather(NaiveTensor x, int axis, NaiveTensor index)
    {
        if (x.Rank == 0) return index.Map(_ => x.Data[0]);
        axis = Axis(axis, x.Rank);
        return NaiveTensor.From(index.Shape, at => x[Put(at, axis, (int)index[at])]);
    }

    /// <summary><c>take_along_dim</c>: a gather after both are broadcast on the other axes.</summary>
    public static NaiveTensor TakeAlongDim(NaiveTensor x, NaiveTensor index, int axis)
    {
        axis = Axis(axis, x.Rank);
        var shape = Together(Put(x.Shape, axis, 1), Put(index.Shape, axis, 1));
        return Gather(
            Expand(x, Put(shape, axis, x.Shape[axis])), axis, Expand(index, Put(shape, axis, index.Shape[axis])));
    }

    /// <summary><c>x[i, :, j]</c> as NumPy's rule of advanced indices has it: null stands for a whole axis, and the
    /// axes of the indices come where the first stood if no whole axis is between them, else first.</summary>
    public static NaiveTensor Index(NaiveTensor x, NaiveTensor?[] indices)
    {
        int[] indexed = [.. Enumerable.Range(0, indices.Length).Where(axis => indices[axis] is not null)];
        int[] whole = [.. Enumerable.Range(0, x.Rank).Except(indexed)];
        var block = indexed.Aggregate((int[])[], (shape, axis) => Together(shape, indices[axis]!.Shape));
        bool apart = Enumerable.Range(indexed[0], indexed[^1] - indexed[0]).Any(whole.Contains);
        int before = apart ? 0 : indexed[0];
        int[] extents = [.. whole.Select(axis => x.Shape[axis])];
        return NaiveTensor.From([.. extents[..before], .. block, .. extents[before..]], at =>
        {
            int[] inBlock = at[before..(before + block.Length)];
            int[] rest = [.. at[..before], .. at[(before + block.Length)..]];
            var from = new int[x.Rank];
            for (int i = 0; i < whole.Length; i++) from[whole[i]] = rest[i];
            foreach (int axis in indexed)
            {
                int index = (int)At(indices[axis]!, inBlock);
                from[axis] = index < 0 ? index + x.Shape[axis] : index;
            }
            return x[from];
        });
    }

    /// <summary><c>nonzero</c>: the places of what is not 0, in order, a vector an axis.</summary>
    public static NaiveTensor[] Nonzero(NaiveTensor x)
    {
        int[][] places = [.. NaiveTensor.Indices(x.Shape).Select(at => at.ToArray()).Where(at => x[at] != 0)];
        return [.. Enumerable.Range(0, x.Rank).Select(axis => new NaiveTensor(
            [places.Length], [.. places.Select(at => (double)at[axis])]))];
    }

    /// <summary><c>masked_select</c>: the elements where a mask that broadcasts is set.</summary>
    public static NaiveTensor MaskedSelect(NaiveTensor x, NaiveTensor mask)
    {
        int[][] places = [.. NaiveTensor.Indices(Together(x.Shape, mask.Shape)).Select(at => at.ToArray())
            .Where(at => At(mask, at) != 0)];
        return new NaiveTensor([places.Length], [.. places.Select(at => At(x, at))]);
    }

    /// <summary><c>arange</c>: from start by step, up to the end and without it.</summary>
    public static NaiveTensor Arange(double start, double end, double step)
    {
        var numbers = new List<double>();
        for (int i = 0; step > 0 ? start + i * step < end : start + i * step > end; i++) numbers.Add(start + i * step);
        return new NaiveTensor([numbers.Count], [.. numbers]);
    }

    /// <summary><c>tril</c> and <c>triu</c> of the last two axes.</summary>
    public static NaiveTensor Triangle(NaiveTensor x, int diagonal, bool upper) => NaiveTensor.From(x.Shape, at =>
        (upper ? at[^1] - at[^2] >= diagonal : at[^1] - at[^2] <= diagonal) ? x[at] : 0);

    /// <summary><c>meshgrid</c>: x[i, j] is the one's i and the other's j, or for Cartesian indices the other way
    /// round.</summary>
    public static NaiveTensor[] Meshgrid(NaiveTensor[] vectors, bool cartesian)
    {
        int[] axes = [.. Enumerable.Range(0, vectors.Length)];
        if (cartesian) (axes[0], axes[1]) = (1, 0);
        int[] shape = [.. axes.Select(axis => vectors[axis].Data.Length)];
        return [.. vectors.Select((vector, i) => NaiveTensor.From(shape, at => vector.Data[at[axes[i]]]))];
    }

    /// <summary><c>cumsum</c> and <c>cumprod</c>: each element joined with all before it.</summary>
    public static NaiveTensor Cumulated(NaiveTensor x, int axis, Func<double, double, double> join)
    {
        axis = Axis(axis, x.Rank);
        return NaiveTensor.From(x.Shape, at =>
            Enumerable.Range(0, at[axis] + 1).Select(i => x[Put(at, axis, i)]).Aggregate(join));
    }

    /// <summary><c>argmax</c> or <c>argmin</c>: the first index of the largest, or of the largest of what is
    /// negated.</summary>
    public static NaiveTensor ArgMax(NaiveTensor x, int axis, bool keep, int sign)
    {
        axis = Axis(axis, x.Rank);
        var best = NaiveTensor.From(Put(x.Shape, axis, 1), at => Enumerable.Range(0, x.Shape[axis])
            .Aggregate(0, (one, i) => sign * x[Put(at, axis, i)] > sign * x[Put(at, axis, one)] ? i : one));
        return keep ? best : Squeeze(best, axis);
    }

    /// <summary><c>max</c> or <c>min</c> along an axis: the elements and their indices.</summary>
    public static NaiveTensor[] Extreme(NaiveTensor x, int axis, bool keep, int sign)
    {
        var at = ArgMax(x, axis, keep: true, sign);
        var values = Gather(x, axis, at);
        return keep ? [values, at] : [Squeeze(values, Axis(axis, x.Rank)), Squeeze(at, Axis(axis, x.Rank))];
    }

    /// <summary><c>sort</c>: the elements in order and where each stood; equal ones in the order they had.</summary>
    public static NaiveTensor[] Sort(NaiveTensor x, int axis, bool descending, int? count = null)
    {
        axis = Axis(axis, x.Rank);
        var at = NaiveTensor.From(Put(x.Shape, axis, count ?? x.Shape[axis]), to => Enumerable.Range(0, x.Shape[axis])
            .OrderBy(i => (descending ? -1 : 1) * x[Put(to, axis, i)]).ElementAt(to[axis]));
        return [Gather(x, axis, at), at];
    }

    /// <summary><c>flip</c>: axes the other way round.</summary>
    public static NaiveTensor Flip(NaiveTensor x, int[] dims)
    {
        int[] axes = [.. dims.Select(axis => Axis(axis, x.Rank))];
        return NaiveTensor.From(x.Shape, at =>
            x[[.. at.Select((index, axis) => axes.Contains(axis) ? x.Shape[axis] - 1 - index : index)]]);
    }

    /// <summary><c>scatter</c>: <c>x[i, index[i, j, k], k] = src[i, j, k]</c> for axis 1, one after the
    /// other.</summary>
    public static NaiveTensor Scatter(
        NaiveTensor x, int axis, NaiveTensor index, Func<int[], double> source, bool adds, bool multiplies = false)
    {
        if (x.Rank == 0) return x.Map(element => source([]) + (adds ? element : 0));
        axis = Axis(axis, x.Rank);
        var result = new NaiveTensor(x.Shape, [.. x.Data]);
        foreach (int[] at in NaiveTensor.Indices(index.Shape))
        {
            int[] to = Put(at, axis, (int)index[at]);
            result[to] = multiplies ? result[to] * source(at) : source(at) + (adds ? result[to] : 0);
        }
        return result;
    }

    /// <summary><c>x[i, :, j] = values</c>: each element of the place, found by indexing the numbers of x's
    /// elements.</summary>
    public static NaiveTensor IndexPut(NaiveTensor x, NaiveTensor?[] indices, NaiveTensor values, bool adds)
    {
        int next = 0;
        var places = Index(NaiveTensor.From(x.Shape, _ => next++), indices);
        var result = new NaiveTensor(x.Shape, [.. x.Data]);
        foreach (int[] at in NaiveTensor.Indices(places.Shape))
        {
            int to = (int)places[at];
            result.Data[to] = At(values, at) + (adds ? result.Data[to] : 0);
        }
        return result;
    }

    /// <summary><c>index_add</c>: rows of the source, times a factor, added to those that a vector names.</summary>
    public static NaiveTensor IndexAdd(NaiveTensor x, int axis, NaiveTensor index, NaiveTensor source, double alpha)
    {
        if (x.Rank == 0) return x.Map(element => element + (alpha * source.Data.Sum()));
        axis = Axis(axis, x.Rank);
        var result = new NaiveTensor(x.Shape, [.. x.Data]);
        foreach (int[] at in NaiveTensor.Indices(source.Shape))
            result[Put(at, axis, (int)index.Data[at[axis]])] += alpha * source[at];
        return result;
    }

    /// <summary><c>slice_scatter</c>: a slice replaced, found by slicing the numbers of x's elements.</summary>
    public static NaiveTensor SliceScatter(
        NaiveTensor x, NaiveTensor source, int axis, double start, double end, int step)
    {
        int next = 0;
        var places = Slice(NaiveTensor.From(x.Shape, _ => next++), axis, start, end, step);
        var result = new NaiveTensor(x.Shape, [.. x.Data]);
        for (int i = 0; i < places.Data.Length; i++) result.Data[(int)places.Data[i]] = source.Data[i];
        return result;
    }

    static int[] Put(int[] list, int axis, int number) => [.. list[..axis], number, .. list[(axis + 1)..]];

    // The common shape: axes aligned at the end, and 1 stands for any extent.
    static int[] Together(int[] one, int[] other)
    {
        int rank = Math.Max(one.Length, other.Length);
        int Extent(int[] shape, int axis) => axis < rank - shape.Length ? 1 : shape[axis - rank + shape.Length];
        return [.. Enumerable.Range(0, rank).Select(axis =>
            Extent(one, axis) == 1 ? Extent(other, axis) : Extent(one, axis))];
    }

    // The element that stands at an index of a larger shape.
    static double At(NaiveTensor x, int[] at)
    {
        int[] own = at[(at.Length - x.Rank)..];
        return x[[.. own.Select((index, axis) => x.Shape[axis] == 1 ? 0 : index)]];
    }
}
