using System.Collections.Immutable;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Windows of one to three axes that take a maximum or an average.</summary>
static class Pooling
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_adaptive_avg_pool2d",
            a => F.adaptive_avg_pool2d(a.Tensor(0, "self"), Sizes(a, 2))),
        new("aten::_adaptive_avg_pool3d",
            a => F.adaptive_avg_pool3d(a.Tensor(0, "self"), Sizes(a, 3))),
        new("aten::adaptive_avg_pool1d", a => F.adaptive_avg_pool1d(a.Tensor(0, "self"), a.Ints(1, "output_size")[0])),
        new("aten::adaptive_avg_pool2d", a => F.adaptive_avg_pool2d(a.Tensor(0, "self"), Sizes(a, 2))),
        new("aten::adaptive_avg_pool3d", a => F.adaptive_avg_pool3d(a.Tensor(0, "self"), Sizes(a, 3))),
        new("aten::adaptive_max_pool1d", a => Both(
            F.adaptive_max_pool1d_with_indices(a.Tensor(0, "self"), a.Ints(1, "output_size")[0]))),
        new("aten::adaptive_max_pool2d", a => Both(
            F.adaptive_max_pool2d_with_indices(a.Tensor(0, "self"), Axes(a, 2, 1, "output_size")))),
        new("aten::adaptive_max_pool3d", LargestOfCells),
        new("aten::avg_pool1d", a =>
        {
            long kernel = a.Ints(1, "kernel_size")[0];
            return F.avg_pool1d(
                a.Tensor(0, "self"), kernel, First(a.IntsOrNull(2, "stride"), kernel), a.Ints(3, "padding", 0)[0],
                a.Flag(4, "ceil_mode", false), a.Flag(5, "count_include_pad", true));
        }),
        new("aten::avg_pool2d", a =>
        {
            long[] kernel = Axes(a, 2, 1, "kernel_size");
            return F.avg_pool2d(
                a.Tensor(0, "self"), kernel, Stride(a, kernel), Axes(a, 2, 3, "padding", 0),
                a.Flag(4, "ceil_mode", false), a.Flag(5, "count_include_pad", true),
                a.IntOrNull(6, "divisor_override"));
        }),
        new("aten::avg_pool3d", a =>
        {
            long[] kernel = Axes(a, 3, 1, "kernel_size");
            return F.avg_pool3d(
                a.Tensor(0, "self"), kernel, Stride(a, kernel), Axes(a, 3, 3, "padding", 0),
                a.Flag(4, "ceil_mode", false), a.Flag(5, "count_include_pad", true),
                a.IntOrNull(6, "divisor_override"));
        }),
        new("aten::max_pool1d", a => MaxPool(a, 1, (x, k, s, p, d, ceil) =>
            [F.max_pool1d(x, k[0], s[0], p[0], d[0], ceil)])[0]),
        new("aten::max_pool1d_with_indices", a => MaxPool(a, 1, (x, k, s, p, d, ceil) =>
            Both(F.max_pool1d_with_indices(x, k[0], s[0], p[0], d[0], ceil)))),
        new("aten::max_pool2d", a => MaxPool(a, 2, (x, k, s, p, d, ceil) => [F.max_pool2d(x, k, s, p, d, ceil)])[0]),
        new("aten::max_pool2d_with_indices", a => MaxPool(a, 2, (x, k, s, p, d, ceil) =>
            Both(F.max_pool2d_with_indices(x, k, s, p, d, ceil)))),
        new("aten::max_pool3d", a => MaxPool(a, 3, (x, k, s, p, d, ceil) => [F.max_pool3d(x, k, s, p, d, ceil)])[0]),
        new("aten::max_pool3d_with_indices", a => MaxPool(a, 3, (x, k, s, p, d, ceil) =>
            Both(F.max_pool3d_with_indices(x, k, s, p, d, ceil)))),
        new("aten::max_unpool2d", a => Unpooled(a, 2)),
        new("aten::max_unpool3d", a => Unpooled(a, 3)),
    ];

    // TorchSharp asks libtorch for that of a sequence: cell by cell instead.
    static Value LargestOfCells(Reading a)
    {
        var x = a.Tensor(0, "self");
        long[] sizes = Axes(a, 3, 1, "output_size"), plane = x.shape[^3..];
        var places = torch.arange(plane[0] * plane[1] * plane[2], torch.ScalarType.Int64, a.Device).reshape(plane);
        var (values, indices) = (new List<torch.Tensor>(), new List<torch.Tensor>());
        for (long cell = 0; cell < sizes[0] * sizes[1] * sizes[2]; cell++)
        {
            long[] at = [cell / (sizes[1] * sizes[2]), cell / sizes[2] % sizes[1], cell % sizes[2]];
            var (own, from) = (x, places);
            for (int axis = 0; axis < 3; axis++)
            {
                long extent = plane[axis], size = sizes[axis];
                long first = at[axis] * extent / size, end = ((at[axis] + 1) * extent + size - 1) / size;
                own = own.narrow(axis - 3, first, end - first);
                from = from.narrow(axis - 3, first, end - first);
            }
            var (most, index) = own.flatten(-3).max(-1);
            values.Add(most);
            indices.Add(from.flatten().take(index));
        }
        long[] shape = [.. x.shape[..^3], .. sizes];
        return new[] { torch.stack(values, -1).reshape(shape), torch.stack(indices, -1).reshape(shape) };
    }

    // The strides of the pool decide nothing: the sizes are stated.
    static Value Unpooled(Reading a, int axes)
    {
        var x = a.Tensor(0, "self");
        long[] sizes = Axes(a, axes, 2, "output_size");
        a.Pass(3, "stride");
        a.Pass(4, "padding");
        long[] planes = x.shape[..^axes];
        long plane = sizes.Aggregate(1L, (product, size) => product * size);
        var empty = torch.zeros([.. planes, plane], x.dtype, x.device);
        var filled = empty.scatter(-1, a.Tensor(1, "indices").flatten(-axes), x.flatten(-axes));
        return filled.reshape([.. planes, .. sizes]);
    }

    // None stands for the input's own extent: torch.nn replaces it before the operator.
    static long[] Sizes(Reading a, int axes)
    {
        if (a.Peek(1, "output_size") is not ListValue { Items: { Length: var count } items } || count != axes
            || !items.Any(item => item is NoneValue)) return Axes(a, axes, 1, "output_size");
        a.Pass(1, "output_size");
        long[] own = a.Tensor(0, "self").shape[^axes..];
        return [.. items.Select((item, axis) => item is IntValue number ? number.Number : own[axis])];
    }

    // The values and the indices.
    static torch.Tensor[] Both((torch.Tensor Values, torch.Tensor Indices) result) => [result.Values, result.Indices];

    delegate torch.Tensor[] Pool(
        torch.Tensor x, long[] kernel, long[] stride, long[] padding, long[] dilation, bool ceil);

    static torch.Tensor[] MaxPool(Reading a, int axes, Pool pool)
    {
        var x = a.Tensor(0, "self");
        long[] kernel = Axes(a, axes, 1, "kernel_size"), stride = Stride(a, kernel);
        long[] padding = Axes(a, axes, 3, "padding", 0), dilation = Axes(a, axes, 4, "dilation", 1);
        var result = pool(x, kernel, stride, padding, dilation, a.Flag(5, "ceil_mode", false));
        // The gradient of such a window goes to an index that is none: libtorch then writes outside of its memory.
        for (int axis = 0; axis < axes; axis++)
        {
            long extent = x.shape[^(axes - axis)], outputs = result[0].shape[^(axes - axis)];
            for (long o = 0; o < outputs; o++)
            {
                bool met = false;
                for (long tap = 0; tap < kernel[axis]; tap++)
                {
                    long at = (o * stride[axis]) - padding[axis] + (tap * dilation[axis]);
                    met |= at >= 0 && at < extent;
                }
                if (!met) throw a.Refuse("a window meets nothing but padding");
            }
        }
        return result;
    }

    // An empty list means the window's own size, in PyTorch's words: stride=[].
    static long[] Stride(Reading a, long[] kernel) =>
        a.IntsOrNull(2, "stride") is { Length: > 0 } given ? Each(given, kernel.Length) : kernel;

    static long First(long[]? given, long fallback) => given is { Length: > 0 } ? given[0] : fallback;

    static long[] Axes(Reading a, int axes, int position, string name, params long[] fallback) =>
        Each(fallback.Length > 0 ? a.Ints(position, name, fallback) : a.Ints(position, name), axes);

    // PyTorch repeats a list of one for every axis.
    static long[] Each(long[] values, int axes) =>
        values.Length == 1 ? [.. Enumerable.Repeat(values[0], axes)]
        : values.Length == axes ? values
        : throw new ArgumentException($"a list of {values.Length} numbers for {axes} axes");
}
