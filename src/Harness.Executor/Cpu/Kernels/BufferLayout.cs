using Harness.Executor.Model;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Where the elements of a value <c>(n, d, h, w, c)</c> lie in its buffer: planes of rows of pixels, with a
/// halo around each image. A value of rank 4 has one plane, one of rank 3 one row of it.</summary>
/// <param name="N">Images, sequences or volumes.</param>
/// <param name="H">Rows of one plane.</param>
/// <param name="W">Pixels of one row.</param>
/// <param name="C">Channels of one pixel; contiguous.</param>
/// <param name="Top">Halo rows above each plane.</param>
/// <param name="Left">Halo pixels before each row.</param>
/// <param name="Bottom">Halo rows below each plane.</param>
/// <param name="Right">Halo pixels after each row.</param>
/// <param name="Pitch">Elements from one pixel to the next when that is more than <paramref name="C"/>: a channel slice
/// of a wider buffer. 0 means <paramref name="C"/>.</param>
/// <remarks>The halo holds zeros whenever a convolution reads the buffer, which is why windows need no test for
/// padding. Producers write the interior only; <see cref="Halo"/> clears the rest. All counts are elements.</remarks>
readonly record struct BufferLayout(
    int N, int H, int W, int C, int Top = 0, int Left = 0, int Bottom = 0, int Right = 0, int Pitch = 0)
{
    /// <summary>Planes of one image: the depth of a volume.</summary>
    public int D { get; init; } = 1;

    /// <summary>Halo planes before each volume.</summary>
    public int Front { get; init; }

    /// <summary>Halo planes behind each volume.</summary>
    public int Back { get; init; }

    /// <summary>True for the ranks that have pixels.</summary>
    public static bool Holds(int rank) => rank is >= 3 and <= 5;

    /// <summary>A value of rank 3 to 5, channels last, by its shape in memory.</summary>
    public static BufferLayout Of(Shape physical) => new(
        physical[0], physical.Rank > 3 ? physical[-3] : 1, physical[-2], physical[-1])
    {
        D = physical.Rank > 4 ? physical[-4] : 1,
    };

    /// <summary>Elements from one pixel to the next.</summary>
    public nint PixelStride => Pitch == 0 ? C : Pitch;

    /// <summary>Elements from one row to the next where that is not what its pixels take: rows of a wider
    /// image.</summary>
    public nint? RowPitch { get; init; }

    /// <summary>Elements from one plane to the next where that is not what its rows take: parts of larger
    /// planes.</summary>
    public nint? PlanePitch { get; init; }

    /// <summary>Elements from one image to the next where that is not what its planes take: parts of larger
    /// images.</summary>
    public nint? ImagePitch { get; init; }

    /// <summary>Elements from one row to the next.</summary>
    public nint RowStride => RowPitch ?? (((nint)Left + W + Right) * PixelStride);

    /// <summary>Elements from one plane to the next.</summary>
    public nint PlaneStride => PlanePitch ?? (((nint)Top + H + Bottom) * RowStride);

    /// <summary>Elements from one image to the next.</summary>
    public nint ImageStride => ImagePitch ?? (((nint)Front + D + Back) * PlaneStride);

    /// <summary>Index of element (0, 0, 0, 0, 0).</summary>
    public nint Origin => (Front * PlaneStride) + (Top * RowStride) + (Left * PixelStride);

    /// <summary>Elements of the whole buffer, halo included.</summary>
    public nint Elements => N * ImageStride;

    /// <summary>True when a halo exists.</summary>
    public bool HasHalo => (Front | Top | Left | Back | Bottom | Right) != 0;

    /// <summary>Rows of all planes of all images.</summary>
    public int Rows => checked(N * D * H);

    /// <summary>Index of element (n, 0, h, w, 0).</summary>
    public nint Index(int n, int h, int w) => Origin + (n * ImageStride) + (h * RowStride) + (w * PixelStride);

    /// <summary>Index of element (n, d, h, w, 0).</summary>
    public nint Index(int n, int d, int h, int w) => Index(n, h, w) + (d * PlaneStride);

    /// <summary>Index of the first element of a row, counted through all images.</summary>
    public nint RowIndex(int row)
    {
        var (n, d, h) = PlaceOf(row);
        return Index(n, d, h, 0);
    }

    /// <summary>Image, plane and row of a row that is counted through all images.</summary>
    public (int N, int D, int H) PlaceOf(int row)
    {
        // An empty value has no row to divide by.
        if (row == 0) return (0, 0, 0);
        int plane = Math.DivRem(row, H, out int h);
        int n = Math.DivRem(plane, D, out int d);
        return (n, d, h);
    }

    /// <summary>The same value with a halo at least as wide on every side.</summary>
    public BufferLayout WithHalo(Margin halo) => this with
    {
        Front = Math.Max(Front, halo.Front),
        Top = Math.Max(Top, halo.Top),
        Left = Math.Max(Left, halo.Left),
        Back = Math.Max(Back, halo.Back),
        Bottom = Math.Max(Bottom, halo.Bottom),
        Right = Math.Max(Right, halo.Right),
    };

    /// <summary>Element strides of the axes of a value of this rank: n, then d and h where it has them, w, c.</summary>
    public nint[] Strides(int rank = 4) => rank switch
    {
        3 => [ImageStride, PixelStride, 1],
        4 => [ImageStride, RowStride, PixelStride, 1],
        _ => [ImageStride, PlaneStride, RowStride, PixelStride, 1],
    };
}

/// <summary>Zeros around a value that an op wants to find in its operand's buffer.</summary>
readonly record struct Margin(int Top, int Left, int Bottom, int Right)
{
    /// <summary>Planes before a volume.</summary>
    public int Front { get; init; }

    /// <summary>Planes behind a volume.</summary>
    public int Back { get; init; }

    /// <summary>Enough for both.</summary>
    public Margin Or(Margin other) => new(
        Math.Max(Top, other.Top), Math.Max(Left, other.Left), Math.Max(Bottom, other.Bottom),
        Math.Max(Right, other.Right))
    {
        Front = Math.Max(Front, other.Front),
        Back = Math.Max(Back, other.Back),
    };

    /// <summary><c>(top, left, bottom, right)</c>, with the planes of a volume before and behind.</summary>
    public override string ToString() => (Front | Back) == 0
        ? $"({Top}, {Left}, {Bottom}, {Right})"
        : $"({Front}, {Top}, {Left}, {Back}, {Bottom}, {Right})";
}
