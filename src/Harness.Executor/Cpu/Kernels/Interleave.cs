using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Several contiguous sources woven into one destination: what shuffling channels comes to.</summary>
static unsafe class Interleave
{
    const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary><c>destination[row · rowStride + i · stride] = source[i · sourceStride + row]</c>.</summary>
    /// <param name="destination">First element of row 0.</param>
    /// <param name="rowStride">Elements from one row to the next.</param>
    /// <param name="stride">Elements from one i to the next.</param>
    /// <param name="source">First element of source 0.</param>
    /// <param name="sourceStride">Elements from one source to the next.</param>
    /// <param name="rows">Elements of a source.</param>
    /// <param name="sources">Sources.</param>
    [MethodImpl(Hot)]
    public static void Copy<T>(T* destination, nint rowStride, nint stride, T* source, nint sourceStride, int rows,
        int sources)
        where T : unmanaged
    {
        int row = 0;
        if (sources == 2 && stride == 1 && rowStride == 2)
            row = Pairs(destination, source, source + sourceStride, rows);
        const int Block = 64;
        for (; row < rows; row += Block)
        {
            int last = Math.Min(rows, row + Block);
            for (int i = 0; i < sources; i++)
            {
                T* from = source + (i * sourceStride);
                T* to = destination + (i * stride) + (row * rowStride);
                for (int r = row; r < last; r++, to += rowStride) *to = from[r];
            }
        }
    }

    // Two sources by halves of registers; how many elements of each are done.
    [MethodImpl(Hot)]
    static int Pairs<T>(T* destination, T* even, T* odd, int count) where T : unmanaged
    {
        int i = 0;
        if (sizeof(T) == sizeof(float) && (Sse.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            for (; i <= count - 4; i += 4)
            {
                var a = Vector128.Load((float*)even + i);
                var b = Vector128.Load((float*)odd + i);
                (Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b))
                    .Store((float*)destination + (2 * i));
                (Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b))
                    .Store((float*)destination + (2 * i) + 4);
            }
        }
        else if (sizeof(T) == sizeof(double) && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            for (; i <= count - 2; i += 2)
            {
                var a = Vector128.Load((double*)even + i);
                var b = Vector128.Load((double*)odd + i);
                (Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b))
                    .Store((double*)destination + (2 * i));
                (Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b))
                    .Store((double*)destination + (2 * i) + 2);
            }
        }
        return i;
    }
}
