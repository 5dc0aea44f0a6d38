namespace Harness.Tests.Naive;

/// <summary>Padding before and after one axis; negative numbers crop.</summary>
readonly record struct Edges(int Low, int High);

/// <summary>What Flax's layers compute, from the documented meaning of the JAX operations under them, in NHWC and HWIO.
/// It shares no code with the executor, nor with <see cref="NaiveOps"/> but the tensor, permuting and
/// dividing.</summary>
static class NaiveFlax
{
    public static NaiveTensor ToNhwc(NaiveTensor x) => NaiveOps.Permute(x, 0, 2, 3, 1);

    public static NaiveTensor ToNchw(NaiveTensor x) => NaiveOps.Permute(x, 0, 3, 1, 2);

    /// <summary>The guide's kernel of a convolution: oihw to hwio.</summary>
    public static NaiveTensor ToHwio(NaiveTensor weight) => NaiveOps.Permute(weight, 2, 3, 1, 0);

    /// <summary><c>lax.conv_general_dilated</c>: the input is spread by its dilation, then padded or cropped, then
    /// correlated with the spread kernel (h, w, i/groups, o) in steps of the stride.</summary>
    public static NaiveTensor Conv(NaiveTensor x, NaiveTensor kernel, Pair strides, Edges[] padding,
        Pair? inputDilation = null, Pair? kernelDilation = null, int groups = 1)
    {
        var (spread, holes) = (inputDilation ?? 1, kernelDilation ?? 1);
        var (group, outputs) = (kernel.Shape[2], kernel.Shape[3]);
        if (group * groups != x.Shape[3]) throw new ArgumentException($"{groups} groups of {group} in {x.Shape[3]}");
        var height = Extent(x.Shape[1], spread.H, padding[0], kernel.Shape[0], holes.H, strides.H);
        var width = Extent(x.Shape[2], spread.W, padding[1], kernel.Shape[1], holes.W, strides.W);
        return NaiveTensor.From([x.Shape[0], height, width, outputs], at =>
        {
            var first = at[3] / (outputs / groups) * group;
            var sum = 0.0;
            for (var kh = 0; kh < kernel.Shape[0]; kh++)
                for (var kw = 0; kw < kernel.Shape[1]; kw++)
                {
                    var h = at[1] * strides.H + kh * holes.H - padding[0].Low;
                    var w = at[2] * strides.W + kw * holes.W - padding[1].Low;
                    if (h < 0 || w < 0 || h % spread.H != 0 || w % spread.W != 0) continue;
                    if (h / spread.H >= x.Shape[1] || w / spread.W >= x.Shape[2]) continue;
                    for (var i = 0; i < group; i++)
                        sum += x[at[0], h / spread.H, w / spread.W, first + i] * kernel[kh, kw, i, at[3]];
                }
            return sum;
        });
    }

    /// <summary><c>nn.ConvTranspose</c>, that is <c>lax.conv_transpose</c>: the strides spread the input, and
    /// <paramref name="transposeKernel"/> flips the window and makes (h, w, o, i) of the kernel (h, w, i, o).</summary>
    public static NaiveTensor ConvTranspose(NaiveTensor x, NaiveTensor kernel, Pair strides, Edges[] padding,
        Pair? kernelDilation = null, bool transposeKernel = false) =>
        Conv(x, transposeKernel ? NaiveOps.Permute(Flip(kernel), 0, 1, 3, 2) : kernel,
            1, padding, strides, kernelDilation);

    /// <summary>The kernel turned upside down and back to front.</summary>
    public static NaiveTensor Flip(NaiveTensor kernel) => NaiveTensor.From(kernel.Shape, at =>
        kernel[kernel.Shape[0] - 1 - at[0], kernel.Shape[1] - 1 - at[1], at[2], at[3]]);

    /// <summary>XLA's 'SAME' for a forward window: ceil(extent / stride) windows, the odd element behind.</summary>
    public static Edges Same(int extent, int kernel, int stride, int dilation = 1)
    {
        var count = (extent + stride - 1) / stride;
        var total = Math.Max((count - 1) * stride + dilation * (kernel - 1) + 1 - extent, 0);
        return new(total / 2, total - total / 2);
    }

    /// <summary><c>lax.conv_transpose</c>'s 'SAME': <c>_conv_transpose_padding</c> in JAX's convolution.py.</summary>
    public static Edges TransposedSame(int kernel, int stride)
    {
        var total = kernel + stride - 2;
        var low = stride > kernel - 1 ? kernel - 1 : (total + 1) / 2;
        return new(low, total - low);
    }

    /// <summary><c>lax.conv_transpose</c>'s 'VALID'; Flax's default is 'SAME'.</summary>
    public static Edges TransposedValid(int kernel, int stride)
    {
        var total = kernel + stride - 2 + Math.Max(kernel - stride, 0);
        return new(kernel - 1, total - (kernel - 1));
    }

    /// <summary><c>nn.pool</c>, that is <c>lax.reduce_window</c>: the padding holds the initial value; strides are 1
    /// unless stated.</summary>
    public static NaiveTensor Pool(NaiveTensor x, double initial, Func<double, double, double> reduce, Pair window,
        Pair? strides = null, Edges[]? padding = null)
    {
        var (step, edges) = (strides ?? 1, padding ?? [default, default]);
        var height = Extent(x.Shape[1], 1, edges[0], window.H, 1, step.H);
        var width = Extent(x.Shape[2], 1, edges[1], window.W, 1, step.W);
        return NaiveTensor.From([x.Shape[0], height, width, x.Shape[3]], at =>
        {
            var result = initial;
            for (var kh = 0; kh < window.H; kh++)
                for (var kw = 0; kw < window.W; kw++)
                {
                    var h = at[1] * step.H + kh - edges[0].Low;
                    var w = at[2] * step.W + kw - edges[1].Low;
                    var inside = h >= 0 && h < x.Shape[1] && w >= 0 && w < x.Shape[2];
                    result = reduce(result, inside ? x[at[0], h, w, at[3]] : initial);
                }
            return result;
        });
    }

    /// <summary><c>nn.max_pool</c>.</summary>
    public static NaiveTensor MaxPool(NaiveTensor x, Pair window, Pair? strides = null, Edges[]? padding = null) =>
        Pool(x, double.NegativeInfinity, Math.Max, window, strides, padding);

    /// <summary><c>nn.avg_pool</c>: divides by the window's size, or by the elements of the input under it.</summary>
    public static NaiveTensor AvgPool(NaiveTensor x, Pair window, Pair? strides = null, Edges[]? padding = null,
        bool countIncludePad = true)
    {
        var sums = Pool(x, 0, (a, b) => a + b, window, strides, padding);
        if (countIncludePad) return sums.Map(sum => sum / (window.H * window.W));
        var counts = Pool(x.Map(_ => 1), 0, (a, b) => a + b, window, strides, padding);
        return NaiveOps.Div(sums, counts);
    }

    static int Extent(int extent, int spread, Edges edges, int kernel, int holes, int stride) =>
        ((extent - 1) * spread + 1 + edges.Low + edges.High - (holes * (kernel - 1) + 1)) / stride + 1;
}
