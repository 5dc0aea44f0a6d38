using System.Runtime.InteropServices;

namespace Harness.Executor.Cpu.Kernels;

/// <summary>Keeps the halo of a buffer zero.</summary>
static unsafe class Halo
{
    /// <summary>Writes +0 to every halo element and leaves the interior alone.</summary>
    /// <param name="buffer">The whole buffer, <see cref="BufferLayout.Elements"/> long; with a
    /// <see cref="BufferLayout.Pitch"/>, only the C channels of each halo pixel are written.</param>
    /// <param name="layout">Its layout.</param>
    public static void Clear<E>(E* buffer, in BufferLayout layout) where E : unmanaged
    {
        if (!layout.HasHalo) return;
        nint pitch = layout.PixelStride, stride = layout.PlaneStride;
        nint width = layout.Left + layout.W + layout.Right, pixels = (layout.Top + layout.H + layout.Bottom) * width;
        for (int n = 0; n < layout.N; n++)
        {
            E* image = buffer + (n * layout.ImageStride);
            Pixels(image, layout.Front * pixels, layout);
            for (int d = 0; d < layout.D; d++)
            {
                E* plane = image + ((layout.Front + d) * stride);
                Pixels(plane, layout.Top * width, layout);
                for (int h = 0; h < layout.H; h++)
                {
                    E* row = plane + ((layout.Top + h) * layout.RowStride);
                    Pixels(row, layout.Left, layout);
                    Pixels(row + ((layout.Left + layout.W) * pitch), layout.Right, layout);
                }
                Pixels(plane + ((layout.Top + layout.H) * layout.RowStride), layout.Bottom * width, layout);
            }
            Pixels(image + ((layout.Front + layout.D) * stride), layout.Back * pixels, layout);
        }
    }

    static void Pixels<E>(E* first, nint pixels, in BufferLayout layout) where E : unmanaged
    {
        if (layout.PixelStride == layout.C)
        {
            NativeMemory.Clear(first, (nuint)(pixels * layout.C * sizeof(E)));
            return;
        }
        for (nint p = 0; p < pixels; p++)
            NativeMemory.Clear(first + (p * layout.PixelStride), (nuint)(layout.C * sizeof(E)));
    }
}
