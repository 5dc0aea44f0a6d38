using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Windows of one to three axes as the kernels see them: depth, rows and columns, of which those that are
/// missing have one element.</summary>
static class Windows
{
    /// <summary>The pixels of a value by its logical shape (n, c, …), once it lies channels last.</summary>
    public static BufferLayout Pixels(Shape logical) =>
        BufferLayout.Of(Permutation.ChannelsLast(logical.Rank).Physical(logical));

    /// <summary>The geometry of a convolution between two buffers.</summary>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="weight">The weight's logical shape: two axes of channels before the window's.</param>
    /// <param name="stride">Strides by axis of the window.</param>
    /// <param name="dilation">Dilations by axis.</param>
    /// <param name="padding">Zeros before the first element by axis.</param>
    /// <param name="groups">Groups of channels.</param>
    public static ConvGeometry Geometry(
        BufferLayout x, BufferLayout y, Shape weight, IntList stride, IntList dilation, IntList padding, int groups) =>
        new(x, y, Rows(weight.AsSpan()[2..], 1), weight[-1])
        {
            KernelD = Planes(weight.AsSpan()[2..], 1),
            StrideD = Planes(stride.AsSpan(), 1), StrideH = Rows(stride.AsSpan(), 1), StrideW = stride[^1],
            DilationD = Planes(dilation.AsSpan(), 1), DilationH = Rows(dilation.AsSpan(), 1), DilationW = dilation[^1],
            PadFront = Planes(padding.AsSpan(), 0), PadTop = Rows(padding.AsSpan(), 0), PadLeft = padding[^1],
            Groups = groups,
        };

    /// <summary>The three axes of a pool, given those that its window has.</summary>
    /// <param name="axes">How many these are.</param>
    /// <param name="of">One of them by its index.</param>
    public static (WindowAxis Planes, WindowAxis Rows, WindowAxis Columns) Axes(int axes, Func<int, WindowAxis> of) => (
        axes > 2 ? of(axes - 3) : WindowAxis.Single, axes > 1 ? of(axes - 2) : WindowAxis.Single, of(axes - 1));

    static int Planes(ReadOnlySpan<int> byAxis, int absent) => byAxis.Length > 2 ? byAxis[^3] : absent;

    static int Rows(ReadOnlySpan<int> byAxis, int absent) => byAxis.Length > 1 ? byAxis[^2] : absent;
}
