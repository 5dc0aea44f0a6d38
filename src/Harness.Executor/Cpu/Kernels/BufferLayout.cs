namespace Harness.Executor.Cpu.Kernels;

/// <summary>Where the elements of a rank-4 value <c>(n, h, w, c)</c> lie in its buffer: rows of pixels, with a halo
/// around each image.</summary>
/// <param name="N">Images.</param>
/// <param name="H">Rows of one image.</param>
/// <param name="W">Pixels of one row.</param>
/// <param name="C">Channels of one pixel; contiguous.</param>
/// <param name="Top">Halo rows above each image.</param>
/// <param name="Left">Halo pixels before each row.</param>
/// <param name="Bottom">Halo rows below each image.</param>
/// <param name="Right">Halo pixels after each row.</param>
/// <param name="Pitch">Elements from one pixel to the next when that is more than <paramref name="C"/>: a channel slice
/// of a wider buffer. 0 means <paramref name="C"/>.</param>
/// <remarks>The halo holds zeros whenever a convolution reads the buffer, which is why windows need no test for
/// padding. Producers write the interior only; <see cref="Halo"/> clears the rest. All counts are elements.</remarks>
readonly record struct BufferLayout(
    int N, int H, int W, int C, int Top = 0, int Left = 0, int Bottom = 0, int Right = 0, int Pitch = 0)
{
    /// <summary>Elements from one pixel to the next.</summary>
    public nint PixelStride => Pitch == 0 ? C : Pitch;

    /// <summary>Elements from one row to the next where that is not what its pixels take: rows of a wider image.</summary>
    public nint? RowPitch { get; init; }

    /// <summary>Elements from one image to the next where that is not what its rows take: parts of larger images.</summary>
    public nint? ImagePitch { get; init; }

    /// <summary>Elements from one row to the next.</summary>
    public nint RowStride => RowPitch ?? (((nint)Left + W + Right) * PixelStride);

    /// <summary>Elements from one image to the next.</summary>
    public nint ImageStride => ImagePitch ?? (((nint)Top + H + Bottom) * RowStride);

    /// <summary>Index of element (0, 0, 0, 0).</summary>
    public nint Origin => (Top * RowStride) + (Left * PixelStride);

    /// <summary>Elements of the whole buffer, halo included.</summary>
    public nint Elements => N * ImageStride;

    /// <summary>True when a halo exists.</summary>
    public bool HasHalo => (Top | Left | Bottom | Right) != 0;

    /// <summary>Index of element (n, h, w, 0).</summary>
    public nint Index(int n, int h, int w) => Origin + (n * ImageStride) + (h * RowStride) + (w * PixelStride);

    /// <summary>The same value with a halo at least as wide on every side.</summary>
    public BufferLayout WithHalo(int top, int left, int bottom, int right) => this with
    {
        Top = Math.Max(Top, top),
        Left = Math.Max(Left, left),
        Bottom = Math.Max(Bottom, bottom),
        Right = Math.Max(Right, right),
    };

    /// <summary>Element strides of the axes n, h, w, c.</summary>
    public nint[] Strides() => [ImageStride, RowStride, PixelStride, 1];
}
