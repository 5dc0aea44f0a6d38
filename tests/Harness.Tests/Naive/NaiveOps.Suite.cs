namespace Harness.Tests.Naive;

// Operators that PyTorch's own suite asks for, each as its documentation states it.
static partial class NaiveOps
{
    /// <summary><c>numpy_T</c>: the axes from the last to the first.</summary>
    public static NaiveTensor Reversed(NaiveTensor x) =>
        NaiveTensor.From([.. x.Shape.Reverse()], at => x[[.. at.Reverse()]]);

    /// <summary><c>outer</c>.</summary>
    public static NaiveTensor Outer(NaiveTensor a, NaiveTensor b) =>
        NaiveTensor.From([a.Shape[0], b.Shape[0]], at => a[at[0]] * b[at[1]]);

    /// <summary><c>diff</c>: differences of neighbours, so often; of flags whether they differ.</summary>
    public static NaiveTensor Diff(NaiveTensor x, int order, int dim, bool flags)
    {
        int axis = dim < 0 ? dim + x.Rank : dim;
        for (var i = 0; i < order; i++)
        {
            var before = x;
            int[] shape = [.. x.Shape];
            shape[axis]--;
            x = NaiveTensor.From(shape, at =>
            {
                var difference = before[Replaced(at, axis, at[axis] + 1)] - before[at];
                return flags ? Math.Abs(difference) : difference;
            });
        }
        return x;
    }

    static int[] Replaced(int[] index, int axis, int at)
    {
        int[] copy = [.. index];
        copy[axis] = at;
        return copy;
    }

    /// <summary>The same elements under another shape.</summary>
    public static NaiveTensor View(NaiveTensor x, params int[] shape) => new(shape, x.Data);

    /// <summary><c>linalg.cross</c> of what broadcasts.</summary>
    public static NaiveTensor Cross(NaiveTensor a, NaiveTensor b, int? dim)
    {
        int axis = dim is { } given ? (given < 0 ? given + a.Rank : given) : Array.IndexOf(a.Shape, 3);
        int[] shape = [.. a.Shape.Zip(b.Shape, Math.Max)];
        return NaiveTensor.From(shape, at =>
        {
            int next = (at[axis] + 1) % 3, after = (at[axis] + 2) % 3;
            return (Of(a, at, next) * Of(b, at, after)) - (Of(a, at, after) * Of(b, at, next));
        });

        double Of(NaiveTensor x, int[] at, int along) =>
            x[[.. Replaced(at, axis, along).Select((index, i) => x.Shape[i] == 1 ? 0 : index)]];
    }

    /// <summary><c>trapezoid</c>: widths times the mean of both heights.</summary>
    public static NaiveTensor Trapezoid(NaiveTensor y, NaiveTensor? x, double step, int dim)
    {
        int axis = dim < 0 ? dim + y.Rank : dim;
        return NaiveTensor.From([.. y.Shape[..axis], .. y.Shape[(axis + 1)..]], at =>
        {
            var sum = 0.0;
            for (var i = 0; i + 1 < y.Shape[axis]; i++)
            {
                int[] here = [.. at[..axis], i, .. at[axis..]], there = [.. at[..axis], i + 1, .. at[axis..]];
                var width = x is null ? step : x.Rank == 1 ? x[i + 1] - x[i] : x[there] - x[here];
                sum += width * (y[here] + y[there]) / 2;
            }
            return sum;
        });
    }

    /// <summary><c>rot90</c>, a quarter after another: what comes to (i, j) stood at (j, last - i).</summary>
    public static NaiveTensor Rot90(NaiveTensor x, int quarters, int[] dims)
    {
        int first = dims[0] < 0 ? dims[0] + x.Rank : dims[0], second = dims[1] < 0 ? dims[1] + x.Rank : dims[1];
        for (var turn = 0; turn < ((quarters % 4) + 4) % 4; turn++)
        {
            var before = x;
            int[] shape = [.. x.Shape];
            (shape[first], shape[second]) = (shape[second], shape[first]);
            x = NaiveTensor.From(shape, at =>
                before[Replaced(Replaced(at, first, at[second]), second, before.Shape[second] - 1 - at[first])]);
        }
        return x;
    }

    /// <summary><c>kron</c>: the element at i is a's at i / extent times b's at i % extent, axis by axis.</summary>
    public static NaiveTensor Kron(NaiveTensor a, NaiveTensor b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        a = View(a, [.. Enumerable.Repeat(1, rank - a.Rank), .. a.Shape]);
        b = View(b, [.. Enumerable.Repeat(1, rank - b.Rank), .. b.Shape]);
        return NaiveTensor.From([.. a.Shape.Zip(b.Shape, (n, m) => n * m)], at =>
            a[[.. at.Select((i, axis) => i / b.Shape[axis])]] * b[[.. at.Select((i, axis) => i % b.Shape[axis])]]);
    }

    /// <summary><c>cosine_similarity</c> along an axis of what both broadcast to.</summary>
    public static NaiveTensor CosineSimilarity(NaiveTensor a, NaiveTensor b, int dim, double eps)
    {
        var product = Zip(a, b, (x, y) => x * y);
        // Both in the shape of the product.
        (a, b) = (Zip(a, product, (x, _) => x), Zip(b, product, (x, _) => x));
        var norms = Zip(Lengths(a), Lengths(b), (x, y) => Math.Max(x, eps) * Math.Max(y, eps));
        return Zip(Reduce(product, [dim], false, row => row.Sum()), norms, (sum, norm) => sum / norm);

        NaiveTensor Lengths(NaiveTensor x) => Reduce(x, [dim], false, row => Math.Sqrt(row.Sum(e => e * e)));
    }

    /// <summary><c>linalg.matrix_norm</c> of order ±1, ±2, ±∞, Frobenius' (null) or nuclear (0).</summary>
    public static NaiveTensor MatrixNorm(NaiveTensor x, double? order, int[] dims, bool keep)
    {
        int first = dims[0] < 0 ? dims[0] + x.Rank : dims[0], second = dims[1] < 0 ? dims[1] + x.Rank : dims[1];
        if (order is not { } p) return Reduce(x, [first, second], keep, row => Math.Sqrt(row.Sum(e => e * e)));
        if (p == 0 || Math.Abs(p) == 2)
        {
            // Matrices of these two axes behind all others.
            int[] others = [.. Enumerable.Range(0, x.Rank).Where(axis => axis != first && axis != second)];
            int[] shape = [.. others.Select(axis => x.Shape[axis]), x.Shape[first], x.Shape[second]];
            var turned = NaiveTensor.From(shape, at =>
            {
                var from = new int[x.Rank];
                for (var i = 0; i < others.Length; i++) from[others[i]] = at[i];
                (from[first], from[second]) = (at[^2], at[^1]);
                return x[from];
            });
            var norm = Reduce(
                SingularValues(turned), [-1], false, row => p == 0 ? row.Sum() : p > 0 ? row.Max() : row.Min());
            return keep ? View(norm, [.. x.Shape.Select((n, axis) => axis == first || axis == second ? 1 : n)]) : norm;
        }
        int summed = Math.Abs(p) == 1 ? first : second, left = Math.Abs(p) == 1 ? second : first;
        var sums = Reduce(x, [summed], true, row => row.Sum(Math.Abs));
        var most = Reduce(sums, [left], true, row => p > 0 ? row.Max() : row.Min());
        return keep ? most : View(most, [.. most.Shape.Where((_, axis) => axis != first && axis != second)]);
    }

    /// <summary><c>renorm</c>: slices of an axis whose norm is too large.</summary>
    public static NaiveTensor Renorm(NaiveTensor x, double order, int axis, double most)
    {
        double[] norms = [.. Enumerable.Range(0, x.Shape[axis]).Select(slice => Norm(
            [.. NaiveTensor.Indices(x.Shape).Where(at => at[axis] == slice).Select(at => x[at])], order))];
        return NaiveTensor.From(x.Shape, at =>
            norms[at[axis]] > most ? x[at] * most / (norms[at[axis]] + 1e-7) : x[at]);
    }

    /// <summary><c>addbmm</c>.</summary>
    public static NaiveTensor Addbmm(NaiveTensor self, NaiveTensor a, NaiveTensor b, double beta, double alpha)
    {
        var product = NaiveTensor.From([a.Shape[1], b.Shape[2]], at =>
        {
            var sum = 0.0;
            for (var n = 0; n < a.Shape[0]; n++)
                for (var k = 0; k < a.Shape[2]; k++) sum += a[n, at[0], k] * b[n, k, at[1]];
            return alpha * sum;
        });
        return Zip(self, product, (x, y) => (beta * x) + y);
    }

    /// <summary>ln |Γ(x)| by the product formula of Γ, shifted to where Stirling's series is exact.</summary>
    public static double LogGamma(double x)
    {
        if (x <= 0 && Math.Floor(x) == x) return double.PositiveInfinity;
        // Γ(x) = Γ(x + n) / (x (x + 1) … (x + n - 1)).
        var shift = 0.0;
        while (x < 30) shift += Math.Log(Math.Abs(x++));
        var inverse = 1 / x;
        var series = inverse * ((1.0 / 12) - (inverse * inverse * ((1.0 / 360) - (inverse * inverse
            * ((1.0 / 1260) - (inverse * inverse / 1680))))));
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + series - shift;
    }

    /// <summary><c>mvlgamma</c>.</summary>
    public static double Multigammaln(double x, int p) => (p * (p - 1) / 4.0 * Math.Log(Math.PI))
        + Enumerable.Range(1, p).Sum(j => LogGamma(x + ((1.0 - j) / 2)));

    /// <summary>The number whose erf is y: halved until nothing moves.</summary>
    public static double InverseErf(double y)
    {
        double low = 0, high = 6;
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            if (Erf(middle) < Math.Abs(y)) low = middle;
            else high = middle;
        }
        return Math.CopySign((low + high) / 2, y);
    }

    /// <summary><c>index_copy</c> and <c>index_fill</c>: what is written at each index of an axis, in order.</summary>
    public static NaiveTensor IndexCopy(NaiveTensor x, int dim, NaiveTensor index, NaiveTensor source)
    {
        var vector = x.Rank == 0 ? View(x, 1) : x;
        int axis = dim < 0 ? dim + vector.Rank : dim;
        var result = new NaiveTensor(vector.Shape, [.. vector.Data]);
        for (var i = 0; i < index.Data.Length; i++)
        {
            foreach (var at in NaiveTensor.Indices(vector.Shape).Where(at => at[axis] == (int)index.Data[i]))
                result[at] = source.Data.Length == 1 ? source.Data[0] : source[Replaced(at, axis, i)];
        }
        return x.Rank == 0 ? View(result) : result;
    }

    /// <summary><c>masked_scatter</c>: the next element of the source wherever the mask is set.</summary>
    public static NaiveTensor MaskedScatter(NaiveTensor x, NaiveTensor mask, NaiveTensor source)
    {
        var next = 0;
        return Zip(x, mask, (element, set) => set != 0 ? source.Data[next++] : element);
    }

    /// <summary><c>linspace</c>.</summary>
    public static NaiveTensor Linspace(double start, double end, int steps) => NaiveTensor.From(
        [steps], at => steps == 1 ? start : start + ((end - start) * at[0] / (steps - 1)));

    /// <summary><c>diagonal</c>.</summary>
    public static NaiveTensor Diagonal(NaiveTensor x, int offset, int first, int second)
    {
        first = first < 0 ? first + x.Rank : first;
        second = second < 0 ? second + x.Rank : second;
        int[] others = [.. Enumerable.Range(0, x.Rank).Where(axis => axis != first && axis != second)];
        var length = 0;
        int down = Math.Max(-offset, 0), across = Math.Max(offset, 0);
        while (length + down < x.Shape[first] && length + across < x.Shape[second]) length++;
        return NaiveTensor.From([.. others.Select(axis => x.Shape[axis]), length], at =>
        {
            var from = new int[x.Rank];
            for (var i = 0; i < others.Length; i++) from[others[i]] = at[i];
            from[first] = at[^1] + down;
            from[second] = at[^1] + across;
            return x[from];
        });
    }

    /// <summary><c>Tensor.unfold</c>: windows of one axis.</summary>
    public static NaiveTensor Windows(NaiveTensor x, int dim, int size, int step)
    {
        int axis = dim < 0 ? dim + x.Rank : dim;
        var count = 0;
        while ((count * step) + size <= x.Shape[axis]) count++;
        return NaiveTensor.From([.. Replaced(x.Shape, axis, count), size], at =>
            x[Replaced(at[..^1], axis, (at[axis] * step) + at[^1])]);
    }

    /// <summary><c>searchsorted</c>: how many elements of a row stand before a value.</summary>
    public static NaiveTensor SearchSorted(NaiveTensor rows, NaiveTensor values, bool right, NaiveTensor? order) =>
        NaiveTensor.From(values.Shape, at =>
        {
            var count = 0;
            for (var i = 0; i < rows.Shape[^1]; i++)
            {
                int[] place = rows.Rank == 1 ? [i] : [.. at[..^1], i];
                if (order is not null) place[^1] = (int)order[place];
                var element = rows[place];
                if (element < values[at] || (right && element == values[at])) count++;
            }
            return count;
        });

    /// <summary><c>cdist</c>.</summary>
    public static NaiveTensor Distances(NaiveTensor a, NaiveTensor b, double order)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        a = View(a, [.. Enumerable.Repeat(1, rank - a.Rank), .. a.Shape]);
        b = View(b, [.. Enumerable.Repeat(1, rank - b.Rank), .. b.Shape]);
        int[] batch = [.. a.Shape[..^2].Zip(b.Shape[..^2], Math.Max)];
        return NaiveTensor.From([.. batch, a.Shape[^2], b.Shape[^2]], at => Norm(
            [.. Enumerable.Range(0, a.Shape[^1]).Select(m => Of(a, at, at[^2], m) - Of(b, at, at[^1], m))], order));

        static double Of(NaiveTensor x, int[] at, int row, int m) =>
            x[[.. at[..^2].Select((i, axis) => x.Shape[axis] == 1 ? 0 : i), row, m]];
    }

    /// <summary><c>linalg.svdvals</c>: the roots of the eigenvalues of xᵀx, by Jacobi's rotations of that matrix.
    /// </summary>
    public static NaiveTensor SingularValues(NaiveTensor x)
    {
        int rows = x.Shape[^2], columns = x.Shape[^1], count = Math.Min(rows, columns);
        int[] batch = x.Shape[..^2];
        return NaiveTensor.From([.. batch, count], at =>
        {
            int n = columns;
            var square = new double[n, n];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                    for (var k = 0; k < rows; k++) square[i, j] += x[[.. at[..^1], k, i]] * x[[.. at[..^1], k, j]];
            }
            for (var turn = 0; turn < 100 * n * n; turn++)
            {
                var (p, q) = (0, 0);
                for (var i = 0; i < n; i++)
                    for (var j = i + 1; j < n; j++)
                        if (p == q || Math.Abs(square[i, j]) > Math.Abs(square[p, q])) (p, q) = (i, j);
                if (p == q || square[p, q] == 0) break;
                var angle = Math.Atan2(2 * square[p, q], square[q, q] - square[p, p]) / 2;
                double c = Math.Cos(angle), s = Math.Sin(angle);
                for (var k = 0; k < n; k++)
                {
                    var (left, right) = (square[k, p], square[k, q]);
                    (square[k, p], square[k, q]) = (c * left - s * right, s * left + c * right);
                }
                for (var k = 0; k < n; k++)
                {
                    var (left, right) = (square[p, k], square[q, k]);
                    (square[p, k], square[q, k]) = (c * left - s * right, s * left + c * right);
                }
            }
            return Enumerable.Range(0, n).Select(i => Math.Sqrt(Math.Max(0, square[i, i])))
                .OrderDescending().ElementAt(at[^1]);
        });
    }

    /// <summary><c>logcumsumexp</c>.</summary>
    public static NaiveTensor LogCumsumExp(NaiveTensor x, int dim)
    {
        int axis = dim < 0 ? dim + x.Rank : dim;
        return NaiveTensor.From(x.Shape, at =>
            LogSumExp([.. Enumerable.Range(0, at[axis] + 1).Select(i => x[Replaced(at, axis, i)])]));
    }

    /// <summary>Any pool of largest elements with their places: each window as the elements that are in it.</summary>
    /// <param name="x">(n, c, …).</param>
    /// <param name="sizes">The result's extents after these.</param>
    /// <param name="covers">Whether element i of an axis is in window o of it: (axis, o, i).</param>
    public static NaiveTensor[] PoolIndices(NaiveTensor x, int[] sizes, Func<int, int, int, bool> covers)
    {
        int[] plane = x.Shape[2..], shape = [x.Shape[0], x.Shape[1], .. sizes];
        var indices = NaiveTensor.From(shape, at =>
        {
            int place = 0, best = -1;
            var most = double.NegativeInfinity;
            foreach (var from in NaiveTensor.Indices(plane))
            {
                if (Enumerable.Range(0, plane.Length).All(axis => covers(axis, at[2 + axis], from[axis]))
                    && (best < 0 || x[[at[0], at[1], .. from]] > most))
                {
                    (best, most) = (place, x[[at[0], at[1], .. from]]);
                }
                place++;
            }
            return best;
        });
        var values = NaiveTensor.From(shape, at =>
            x.Data[(((at[0] * x.Shape[1]) + at[1]) * plane.Aggregate(1, (a, b) => a * b)) + (int)indices[at]]);
        return [values, indices];
    }

    /// <summary><c>max_unpool2d</c> and <c>max_unpool3d</c>.</summary>
    public static NaiveTensor Unpool(NaiveTensor x, NaiveTensor indices, int[] sizes)
    {
        int planes = x.Rank - sizes.Length, plane = sizes.Aggregate(1, (a, b) => a * b);
        var result = NaiveTensor.Zeros([.. x.Shape[..planes], .. sizes]);
        int each = x.Shape[planes..].Aggregate(1, (a, b) => a * b);
        for (var i = 0; i < x.Data.Length; i++) result.Data[(i / each * plane) + (int)indices.Data[i]] = x.Data[i];
        return result;
    }
}
