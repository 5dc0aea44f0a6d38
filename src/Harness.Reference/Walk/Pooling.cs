using System.Collections.Immutable;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Windows that take a maximum or an average.</summary>
static class Pooling
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_adaptive_avg_pool2d", a => F.adaptive_avg_pool2d(a.Tensor(0, "self"), Pair(a, 1, "output_size"))),
        new("aten::adaptive_avg_pool1d", a => F.adaptive_avg_pool1d(a.Tensor(0, "self"), a.Ints(1, "output_size")[0])),
        new("aten::adaptive_avg_pool2d", a => F.adaptive_avg_pool2d(a.Tensor(0, "self"), Pair(a, 1, "output_size"))),
        new("aten::adaptive_max_pool2d", a =>
        {
            var (values, indices) = F.adaptive_max_pool2d_with_indices(a.Tensor(0, "self"), Pair(a, 1, "output_size"));
            return new[] { values, indices };
        }),
        new("aten::avg_pool1d", a =>
        {
            long kernel = a.Ints(1, "kernel_size")[0];
            return F.avg_pool1d(
                a.Tensor(0, "self"), kernel, First(a.IntsOrNull(2, "stride"), kernel), a.Ints(3, "padding", 0)[0],
                a.Flag(4, "ceil_mode", false), a.Flag(5, "count_include_pad", true));
        }),
        new("aten::avg_pool2d", a =>
        {
            long[] kernel = Pair(a, 1, "kernel_size");
            return F.avg_pool2d(
                a.Tensor(0, "self"), kernel, Stride(a, kernel), Pair(a, 3, "padding", 0), a.Flag(4, "ceil_mode", false),
                a.Flag(5, "count_include_pad", true), a.IntOrNull(6, "divisor_override"));
        }),
        new("aten::max_pool1d", a =>
        {
            long kernel = a.Ints(1, "kernel_size")[0];
            return F.max_pool1d(
                a.Tensor(0, "self"), kernel, First(a.IntsOrNull(2, "stride"), kernel), a.Ints(3, "padding", 0)[0],
                a.Ints(4, "dilation", 1)[0], a.Flag(5, "ceil_mode", false));
        }),
        new("aten::max_pool2d", a =>
        {
            long[] kernel = Pair(a, 1, "kernel_size");
            return F.max_pool2d(
                a.Tensor(0, "self"), kernel, Stride(a, kernel), Pair(a, 3, "padding", 0), Pair(a, 4, "dilation", 1),
                a.Flag(5, "ceil_mode", false));
        }),
        new("aten::max_pool2d_with_indices", a =>
        {
            long[] kernel = Pair(a, 1, "kernel_size");
            var (values, indices) = F.max_pool2d_with_indices(
                a.Tensor(0, "self"), kernel, Stride(a, kernel), Pair(a, 3, "padding", 0), Pair(a, 4, "dilation", 1),
                a.Flag(5, "ceil_mode", false));
            return new[] { values, indices };
        }),
    ];

    // An empty list means the window's own size, in PyTorch's words: stride=[].
    static long[] Stride(Reading a, long[] kernel) =>
        a.IntsOrNull(2, "stride") is { Length: > 0 } given ? Pair(given) : kernel;

    static long First(long[]? given, long fallback) => given is { Length: > 0 } ? given[0] : fallback;

    static long[] Pair(Reading a, int position, string name, params long[] fallback) =>
        Pair(fallback.Length > 0 ? a.Ints(position, name, fallback) : a.Ints(position, name));

    static long[] Pair(long[] values) => values.Length == 1 ? [values[0], values[0]] : values;
}
