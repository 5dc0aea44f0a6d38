namespace Harness.Executor.Cpu.Kernels;

/// <summary>What is reduced: <c>outer</c> results rows of <c>inner</c> contiguous elements, each from
/// <c>rows × length</c> source rows. Strides are elements.</summary>
/// <param name="Outer">Independent reductions.</param>
/// <param name="Rows">Outer part of the reduced axes: 1 for one axis; image rows for a halo'd image.</param>
/// <param name="Length">Inner part of the reduced axes.</param>
/// <param name="Inner">Contiguous elements beside each other that are reduced separately: channels. 1 when the reduced
/// axis is itself the contiguous one.</param>
/// <param name="OuterStride">From one reduction's source to the next.</param>
/// <param name="RowStride">From one reduced row to the next.</param>
/// <param name="Stride">From one reduced element to the next.</param>
/// <param name="DestinationStride">From one reduction's result to the next; results' <c>inner</c> elements are
/// contiguous.</param>
readonly record struct ReduceShape(
    int Outer, int Rows, int Length, int Inner, nint OuterStride, nint RowStride, nint Stride, nint DestinationStride)
{
    /// <summary>How many elements, one after another, join before they join the total, where results lie beside each
    /// other.</summary>
    /// <remarks>A plane of values alike rounds the same way at every addition: blocks of 256 drifted by 3e-6 of the
    /// mean, these do not.</remarks>
    public int Block { get; init; } = 32;

    /// <summary>The last axis of a contiguous value: <c>(outer, length)</c> to <c>(outer)</c>.</summary>
    public static ReduceShape LastAxis(int outer, int length) => new(outer, 1, length, 1, length, 0, 1, 1);

    /// <summary>A middle axis of a contiguous value: <c>(outer, length, inner)</c> to <c>(outer, inner)</c>.</summary>
    public static ReduceShape MiddleAxis(int outer, int length, int inner) => inner == 1
        ? LastAxis(outer, length)
        : new(outer, 1, length, inner, (nint)length * inner, 0, inner, inner);

    /// <summary>Height and width of an image: <c>(n, h, w, c)</c> to <c>(n, c)</c>. The source pointer is the whole
    /// buffer's plus <see cref="BufferLayout.Origin"/>.</summary>
    public static ReduceShape Spatial(in BufferLayout x) =>
        new(x.N, x.H, x.W, x.C, x.ImageStride, x.RowStride, x.PixelStride, x.C);

    /// <summary>Elements that join in each result.</summary>
    public long Count => (long)Rows * Length;
}
