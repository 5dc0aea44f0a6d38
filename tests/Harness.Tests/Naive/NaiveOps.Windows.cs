namespace Harness.Tests.Naive;

/// <summary>The arguments of a window of any number of axes, one number an axis.</summary>
sealed record WindowArguments
{
    public required int[] Stride { get; init; }

    public required int[] Padding { get; init; }

    /// <summary>Behind the input; null means <see cref="Padding"/>.</summary>
    public int[]? PaddingAfter { get; init; }

    public required int[] Dilation { get; init; }

    /// <summary>Transposed convolutions only.</summary>
    public int[]? OutputPadding { get; init; }

    /// <summary>Convolutions only.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Pools only.</summary>
    public bool CeilMode { get; init; }

    /// <summary>Average pools only.</summary>
    public bool CountIncludePad { get; init; } = true;

    /// <summary>Average pools only.</summary>
    public int? DivisorOverride { get; init; }
}

static partial class NaiveOps
{
    /// <summary><c>conv1d</c> to <c>conv3d</c>: x (n, c, …), weight (o, c/groups, …). Each output gathers its
    /// window.</summary>
    public static NaiveTensor Conv(NaiveTensor x, NaiveTensor weight, NaiveTensor? bias, WindowArguments a)
    {
        var kernel = weight.Shape[2..];
        var (outputs, group) = (weight.Shape[0], weight.Shape[1]);
        if (group * a.Groups != x.Shape[1] || outputs % a.Groups != 0)
            throw new ArgumentException($"{x.Shape[1]} channels for {a.Groups} groups of {group}");
        var after = a.PaddingAfter ?? a.Padding;
        var extents = kernel.Select((k, axis) =>
            (x.Shape[2 + axis] + a.Padding[axis] + after[axis] - a.Dilation[axis] * (k - 1) - 1) / a.Stride[axis] + 1);
        return NaiveTensor.From([x.Shape[0], outputs, .. extents], at =>
        {
            var sum = bias?[at[1]] ?? 0;
            var first = at[1] / (outputs / a.Groups) * group;
            foreach (var tap in NaiveTensor.Indices(kernel))
            {
                if (Seen(x, at, tap, a) is not { } place) continue;
                for (var i = 0; i < group; i++) sum += x[[at[0], first + i, .. place]] * weight[[at[1], i, .. tap]];
            }
            return sum;
        });
    }

    /// <summary><c>conv_transpose1d</c> to <c>conv_transpose3d</c>: x (n, c, …), weight (c, o/groups, …). Each input
    /// scatters into its window.</summary>
    public static NaiveTensor ConvTranspose(NaiveTensor x, NaiveTensor weight, NaiveTensor? bias, WindowArguments a)
    {
        var kernel = weight.Shape[2..];
        var (channels, group) = (weight.Shape[0], weight.Shape[1]);
        if (channels != x.Shape[1] || channels % a.Groups != 0)
            throw new ArgumentException($"{x.Shape[1]} channels, weight for {channels} in {a.Groups} groups");
        var extents = kernel.Select((k, axis) => (x.Shape[2 + axis] - 1) * a.Stride[axis] - 2 * a.Padding[axis]
            + a.Dilation[axis] * (k - 1) + a.OutputPadding![axis] + 1).ToArray();
        var y = NaiveTensor.From([x.Shape[0], group * a.Groups, .. extents], at => bias?[at[1]] ?? 0);
        foreach (var from in NaiveTensor.Indices(x.Shape))
        {
            var first = from[1] / (channels / a.Groups) * group;
            foreach (var tap in NaiveTensor.Indices(kernel))
            {
                var to = new int[kernel.Length];
                var inside = true;
                for (var axis = 0; axis < to.Length; axis++)
                {
                    to[axis] = from[2 + axis] * a.Stride[axis] - a.Padding[axis] + tap[axis] * a.Dilation[axis];
                    inside &= to[axis] >= 0 && to[axis] < extents[axis];
                }
                if (!inside) continue;
                for (var o = 0; o < group; o++)
                    y[[from[0], first + o, .. to]] += x[from] * weight[[from[1], o, .. tap]];
            }
        }
        return y;
    }

    /// <summary><c>max_pool1d</c> to <c>max_pool3d</c>: what lies in the padding never wins.</summary>
    public static NaiveTensor MaxPool(NaiveTensor x, int[] kernel, WindowArguments a) =>
        NaiveTensor.From(Pooled(x, kernel, a), at =>
        {
            var largest = double.NegativeInfinity;
            foreach (var tap in NaiveTensor.Indices(kernel))
            {
                if (Seen(x, at, tap, a) is not { } place) continue;
                var value = x[[at[0], at[1], .. place]];
                if (value > largest || double.IsNaN(value)) largest = value; // NaN stays: nothing exceeds it
            }
            return largest;
        });

    /// <summary><c>avg_pool1d</c> to <c>avg_pool3d</c>: the explicit padding may count; what ceil mode adds behind it
    /// never does.</summary>
    public static NaiveTensor AvgPool(NaiveTensor x, int[] kernel, WindowArguments a) =>
        NaiveTensor.From(Pooled(x, kernel, a), at =>
        {
            var (sum, real, padded) = (0.0, 0, 0);
            foreach (var tap in NaiveTensor.Indices(kernel))
            {
                var counts = true;
                for (var axis = 0; axis < tap.Length; axis++)
                {
                    counts &= at[2 + axis] * a.Stride[axis] - a.Padding[axis] + tap[axis]
                        < x.Shape[2 + axis] + a.Padding[axis];
                }
                if (counts) padded++;
                if (Seen(x, at, tap, a) is not { } place) continue;
                real++;
                sum += x[[at[0], at[1], .. place]];
            }
            return sum / (a.DivisorOverride ?? (a.CountIncludePad ? padded : real));
        });

    /// <summary><c>adaptive_avg_pool1d</c> to <c>adaptive_avg_pool3d</c>: window i of o over n runs from floor(i·n/o)
    /// to ceil((i+1)·n/o).</summary>
    public static NaiveTensor AdaptiveAvgPool(NaiveTensor x, int[] sizes) =>
        NaiveTensor.From([.. x.Shape[..2], .. sizes], at =>
        {
            var (sum, count) = (0.0, 0);
            foreach (var place in NaiveTensor.Indices(x.Shape[2..]))
            {
                var inside = true;
                for (var axis = 0; axis < sizes.Length; axis++)
                {
                    var extent = x.Shape[2 + axis];
                    inside &= place[axis] >= at[2 + axis] * extent / sizes[axis]
                        && place[axis] < ((at[2 + axis] + 1) * extent + sizes[axis] - 1) / sizes[axis];
                }
                if (!inside) continue;
                count++;
                sum += x[[at[0], at[1], .. place]];
            }
            return sum / count;
        });

    /// <summary>Where a tap of an output's window lies in the input; null in the padding.</summary>
    static int[]? Seen(NaiveTensor x, int[] output, int[] tap, WindowArguments a)
    {
        var place = new int[tap.Length];
        for (var axis = 0; axis < tap.Length; axis++)
        {
            place[axis] = output[2 + axis] * a.Stride[axis] - a.Padding[axis] + tap[axis] * a.Dilation[axis];
            if (place[axis] < 0 || place[axis] >= x.Shape[2 + axis]) return null;
        }
        return place;
    }

    static int[] Pooled(NaiveTensor x, int[] kernel, WindowArguments a) =>
    [
        .. x.Shape[..2],
        .. kernel.Select((k, axis) =>
            Pooled(x.Shape[2 + axis], k, a.Stride[axis], a.Padding[axis], a.Dilation[axis], a.CeilMode)),
    ];
}
