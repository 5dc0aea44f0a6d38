namespace Harness.Tests.Naive;

static partial class NaiveOps
{
    /// <summary><c>max_pool2d</c>: what lies in the padding never wins.</summary>
    public static NaiveTensor MaxPool2d(NaiveTensor x, Pair kernel, PoolArguments arguments)
    {
        var stride = arguments.Stride ?? kernel;
        return NaiveTensor.From(Pooled(x, kernel, stride, arguments), at =>
        {
            var largest = double.NegativeInfinity;
            for (var kh = 0; kh < kernel.H; kh++)
                for (var kw = 0; kw < kernel.W; kw++)
                {
                    var h = at[2] * stride.H - arguments.Padding.H + kh * arguments.Dilation.H;
                    var w = at[3] * stride.W - arguments.Padding.W + kw * arguments.Dilation.W;
                    if (h < 0 || h >= x.Shape[2] || w < 0 || w >= x.Shape[3]) continue;
                    var value = x[at[0], at[1], h, w];
                    if (value > largest || double.IsNaN(value)) largest = value; // NaN stays: nothing exceeds it
                }
            return largest;
        });
    }

    /// <summary><c>avg_pool2d</c>: the explicit padding may count; what ceil mode adds behind it never does.</summary>
    public static NaiveTensor AvgPool2d(NaiveTensor x, Pair kernel, PoolArguments arguments)
    {
        var (stride, padding) = (arguments.Stride ?? kernel, arguments.Padding);
        if (arguments.Dilation != 1) throw new ArgumentException("an average pool has no dilation");
        return NaiveTensor.From(Pooled(x, kernel, stride, arguments), at =>
        {
            var (sum, real, padded) = (0.0, 0, 0);
            for (var kh = 0; kh < kernel.H; kh++)
                for (var kw = 0; kw < kernel.W; kw++)
                {
                    var h = at[2] * stride.H - padding.H + kh;
                    var w = at[3] * stride.W - padding.W + kw;
                    if (h >= x.Shape[2] + padding.H || w >= x.Shape[3] + padding.W) continue;
                    padded++;
                    if (h < 0 || h >= x.Shape[2] || w < 0 || w >= x.Shape[3]) continue;
                    real++;
                    sum += x[at[0], at[1], h, w];
                }
            return sum / (arguments.DivisorOverride ?? (arguments.CountIncludePad ? padded : real));
        });
    }

    /// <summary><c>adaptive_avg_pool2d</c>: window i of o over n runs from floor(i·n/o) to ceil((i+1)·n/o).</summary>
    public static NaiveTensor AdaptiveAvgPool2d(NaiveTensor x, Pair size)
    {
        var (height, width) = (x.Shape[2], x.Shape[3]);
        return NaiveTensor.From([x.Shape[0], x.Shape[1], size.H, size.W], at =>
        {
            var (top, bottom) = (at[2] * height / size.H, ((at[2] + 1) * height + size.H - 1) / size.H);
            var (left, right) = (at[3] * width / size.W, ((at[3] + 1) * width + size.W - 1) / size.W);
            var sum = 0.0;
            for (var h = top; h < bottom; h++)
                for (var w = left; w < right; w++)
                    sum += x[at[0], at[1], h, w];
            return sum / ((bottom - top) * (right - left));
        });
    }

    static int[] Pooled(NaiveTensor x, Pair kernel, Pair stride, PoolArguments a) =>
        [x.Shape[0], x.Shape[1],
            Pooled(x.Shape[2], kernel.H, stride.H, a.Padding.H, a.Dilation.H, a.CeilMode),
            Pooled(x.Shape[3], kernel.W, stride.W, a.Padding.W, a.Dilation.W, a.CeilMode)];

    /// <summary>Windows along one axis, counted.</summary>
    static int Pooled(int extent, int kernel, int stride, int padding, int dilation, bool ceil)
    {
        var reach = dilation * (kernel - 1) + 1;
        var count = 0;
        while (count * stride + reach <= extent + 2 * padding) count++;
        // Rounding up adds a window where the last leaves elements over, unless it would start in the padding behind.
        var last = (count - 1) * stride + reach;
        if (ceil && last < extent + 2 * padding && count * stride < extent + padding) count++;
        return count;
    }
}
