namespace Harness.Tests.Naive;

/// <summary>How an interpolation weighs its neighbours, in PyTorch's words.</summary>
enum NaiveMode
{
    Nearest,
    NearestExact,
    Linear,
    Cubic,
    LinearAntialiased,
    CubicAntialiased,
}

static partial class NaiveOps
{
    /// <summary><c>interpolate</c>: every output is the sum of ALL input elements times a weight an axis, most of them
    /// 0.</summary>
    /// <param name="x">(n, c, …).</param>
    /// <param name="sizes">The output's extents after n and c; null where the scales give them.</param>
    /// <param name="scales">Output over input an axis, where the call states it.</param>
    /// <param name="mode">The weights.</param>
    /// <param name="aligned"><c>align_corners</c>.</param>
    public static NaiveTensor Interpolate(
        NaiveTensor x, int[]? sizes, double?[] scales, NaiveMode mode, bool aligned)
    {
        int[] extents = sizes ?? [.. scales.Select((scale, axis) => (int)(x.Shape[2 + axis] * scale!.Value))];
        double[][][] weights = [.. extents.Select((o, axis) => Enumerable.Range(0, o)
            .Select(i => Weights(mode, aligned, scales[axis], i, x.Shape[2 + axis], o)).ToArray())];
        return NaiveTensor.From([x.Shape[0], x.Shape[1], .. extents], at =>
        {
            var sum = 0.0;
            foreach (var from in NaiveTensor.Indices(x.Shape[2..]))
            {
                var weight = 1.0;
                for (var axis = 0; axis < from.Length; axis++) weight *= weights[axis][at[2 + axis]][from[axis]];
                if (weight != 0) sum += weight * x[[at[0], at[1], .. from]];
            }
            return sum;
        });
    }

    /// <summary>The weight of each of n elements in output i of o.</summary>
    static double[] Weights(NaiveMode mode, bool aligned, double? scale, int i, int n, int o)
    {
        var weights = new double[n];
        var step = aligned ? (o == 1 ? 0 : (double)(n - 1) / (o - 1)) : scale is { } given ? 1 / given : (double)n / o;
        // The middle of the output element, in input elements counted from the middle of the first.
        var place = aligned ? i * step : (i + 0.5) * step - 0.5;
        switch (mode)
        {
            case NaiveMode.Nearest when scale is null:
                weights[(int)((long)i * n / o)] = 1;
                break;
            case NaiveMode.NearestExact when scale is null:
                weights[(int)((2L * i + 1) * n / (2L * o))] = 1;
                break;
            case NaiveMode.Nearest:
                weights[Math.Min((int)(i * step + 1e-9), n - 1)] = 1;
                break;
            case NaiveMode.NearestExact:
                weights[Math.Min((int)((i + 0.5) * step + 1e-9), n - 1)] = 1;
                break;
            case NaiveMode.Linear:
                if (n == o) place = i;
                place = Math.Clamp(place, 0, n - 1);
                for (var j = 0; j < n; j++) weights[j] = Math.Max(0, 1 - Math.Abs(j - place));
                break;
            case NaiveMode.Cubic:
                // Elements beyond the ends are those at the ends.
                for (var j = -4; j < n + 4; j++) weights[Math.Clamp(j, 0, n - 1)] += Keys(j - place, -0.75);
                break;
            default:
                var wide = Math.Max(step, 1);
                var center = (i + 0.5) * step;
                for (var j = 0; j < n; j++)
                {
                    var distance = (j + 0.5 - center) / wide;
                    weights[j] = mode == NaiveMode.CubicAntialiased
                        ? Keys(distance, -0.5) : Math.Max(0, 1 - Math.Abs(distance));
                }
                var total = weights.Sum();
                for (var j = 0; j < n; j++) weights[j] /= total;
                break;
        }
        return weights;
    }

    /// <summary><c>pad</c> by elements of x: from each place outside walk back inside, step by step.</summary>
    /// <param name="x">(…).</param>
    /// <param name="amounts">Before and after, the last axis first.</param>
    /// <param name="mode">PyTorch's word.</param>
    public static NaiveTensor Border(NaiveTensor x, int[] amounts, string mode)
    {
        int[] before = new int[x.Rank], extents = [.. x.Shape];
        for (var pair = 0; pair < amounts.Length / 2; pair++)
        {
            var axis = x.Rank - 1 - pair;
            before[axis] = amounts[2 * pair];
            extents[axis] += amounts[2 * pair] + amounts[2 * pair + 1];
        }
        return NaiveTensor.From(extents, at =>
        {
            var from = new int[x.Rank];
            for (var axis = 0; axis < x.Rank; axis++)
            {
                var (place, n) = (at[axis] - before[axis], x.Shape[axis]);
                var first = Math.Max(-before[axis], 0);
                var end = Math.Min(n, extents[axis] - before[axis]);
                while (mode == "reflect" && (place < 0 || place >= n)) place = place < 0 ? -place : 2 * n - 2 - place;
                while (mode == "replicate" && place < 0) place++;
                while (mode == "replicate" && place >= n) place--;
                while (mode == "circular" && place < first) place += end - first;
                while (mode == "circular" && place >= end) place -= end - first;
                from[axis] = place;
            }
            return x[from];
        });
    }

    /// <summary><c>adaptive_max_pool1d</c> to <c>adaptive_max_pool3d</c>: the largest element of each cell, which runs
    /// from floor(i·n/o) to ceil((i+1)·n/o).</summary>
    public static NaiveTensor AdaptiveMaxPool(NaiveTensor x, int[] sizes) =>
        NaiveTensor.From([x.Shape[0], x.Shape[1], .. sizes], at =>
        {
            var largest = double.NegativeInfinity;
            foreach (var from in NaiveTensor.Indices(x.Shape[2..]))
            {
                var inside = true;
                for (var axis = 0; axis < sizes.Length; axis++)
                {
                    double n = x.Shape[2 + axis], o = sizes[axis], i = at[2 + axis];
                    inside &= from[axis] >= Math.Floor(i * n / o) && from[axis] < Math.Ceiling((i + 1) * n / o);
                }
                if (inside) largest = Math.Max(largest, x[[at[0], at[1], .. from]]);
            }
            return largest;
        });

    /// <summary><c>im2col</c>: row c·kh·kw + …, column the window.</summary>
    public static NaiveTensor Unfold(NaiveTensor x, int[] kernel, WindowArguments a)
    {
        var (rows, columns) = (Windows(x.Shape[2], 0, kernel, a), Windows(x.Shape[3], 1, kernel, a));
        var taps = kernel[0] * kernel[1];
        return NaiveTensor.From([x.Shape[0], x.Shape[1] * taps, rows * columns], at =>
        {
            var (c, kh, kw) = (at[1] / taps, at[1] % taps / kernel[1], at[1] % kernel[1]);
            var h = at[2] / columns * a.Stride[0] + kh * a.Dilation[0] - a.Padding[0];
            var w = at[2] % columns * a.Stride[1] + kw * a.Dilation[1] - a.Padding[1];
            return h < 0 || h >= x.Shape[2] || w < 0 || w >= x.Shape[3] ? 0 : x[at[0], c, h, w];
        });
    }

    /// <summary><c>col2im</c>: what <see cref="Unfold"/> takes from a place goes back there, and adds up.</summary>
    public static NaiveTensor Fold(NaiveTensor x, int[] sizes, int[] kernel, WindowArguments a)
    {
        var taps = kernel[0] * kernel[1];
        // Which element each came from, by unfolding the elements' numbers; 0 is padding.
        var numbers = Unfold(NaiveTensor.Counting(1, 1, sizes[0], sizes[1]), kernel, a);
        var y = NaiveTensor.Zeros(x.Shape[0], x.Shape[1] / taps, sizes[0], sizes[1]);
        foreach (var at in NaiveTensor.Indices(x.Shape))
        {
            var number = (int)numbers[0, at[1] % taps, at[2]];
            if (number > 0) y[at[0], at[1] / taps, (number - 1) / sizes[1], (number - 1) % sizes[1]] += x[at];
        }
        return y;
    }

    static int Windows(int extent, int axis, int[] kernel, WindowArguments a) =>
        (extent + 2 * a.Padding[axis] - a.Dilation[axis] * (kernel[axis] - 1) - 1) / a.Stride[axis] + 1;

    /// <summary><c>affine_grid</c>: the places of an output's elements, mapped.</summary>
    public static NaiveTensor AffineGrid(NaiveTensor theta, int[] size, bool aligned)
    {
        var extents = size[2..];
        return NaiveTensor.From([size[0], .. extents, extents.Length], at =>
        {
            // Coordinates are listed from the last axis on.
            var sum = theta[at[0], at[^1], extents.Length];
            for (var i = 0; i < extents.Length; i++)
            {
                var (place, extent) = (at[extents.Length - i], extents[^(i + 1)]);
                var ends = extent == 1 ? 0 : -1 + 2.0 * place / (extent - 1);
                sum += theta[at[0], at[^1], i] * (aligned ? ends : ends * (extent - 1) / extent);
            }
            return sum;
        });
    }

    /// <summary><c>grid_sample</c>: every output is the sum of the elements around its place, each brought inside or
    /// left out by itself.</summary>
    public static NaiveTensor GridSample(NaiveTensor x, NaiveTensor grid, string mode, string padding, bool aligned)
    {
        var axes = x.Rank - 2;
        return NaiveTensor.From([x.Shape[0], x.Shape[1], .. grid.Shape[1..^1]], at =>
        {
            var places = new double[axes];
            for (var axis = 0; axis < axes; axis++)
            {
                var (number, n) = (grid[[at[0], .. at[2..], axes - 1 - axis]], x.Shape[2 + axis]);
                var place = aligned ? (number + 1) / 2 * (n - 1) : (number + 1) / 2 * n - 0.5;
                places[axis] = mode == "bicubic" ? place : Inside(place, n, padding, aligned);
            }
            var sum = 0.0;
            // The neighbours from two before to two behind; most of them weigh 0.
            foreach (var step in NaiveTensor.Indices([.. Enumerable.Repeat(5, axes)]))
            {
                var (weight, outside) = (1.0, false);
                var from = new int[axes];
                for (var axis = 0; axis < axes; axis++)
                {
                    var neighbour = Math.Floor(places[axis]) + step[axis] - 2;
                    var distance = Math.Abs(neighbour - places[axis]);
                    weight *= mode switch
                    {
                        "bilinear" => Math.Max(0, 1 - distance),
                        "bicubic" => Keys(distance, -0.75),
                        // Half-way to the even element.
                        _ => neighbour == Math.Round(places[axis]) ? 1 : 0,
                    };
                    if (mode == "bicubic") neighbour = Inside(neighbour, x.Shape[2 + axis], padding, aligned);
                    outside |= neighbour < 0 || neighbour >= x.Shape[2 + axis];
                    from[axis] = (int)neighbour;
                }
                if (weight != 0 && !outside) sum += weight * x[[at[0], at[1], .. from]];
            }
            return sum;
        });
    }

    // The place itself where zeros lie outside.
    static double Inside(double place, int n, string padding, bool aligned)
    {
        if (padding == "zeros") return place;
        var (low, high) = aligned ? (0.0, n - 1.0) : (-0.5, n - 0.5);
        while (padding == "reflection" && low < high && (place < low || place > high))
            place = place < low ? 2 * low - place : 2 * high - place;
        return Math.Clamp(place, 0, n - 1);
    }

    /// <summary>Keys' cubic: 1 at 0, 0 at the other integers.</summary>
    static double Keys(double distance, double a)
    {
        var x = Math.Abs(distance);
        if (x >= 2) return 0;
        return x < 1
            ? (a + 2) * x * x * x - (a + 3) * x * x + 1
            : a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a;
    }
}
