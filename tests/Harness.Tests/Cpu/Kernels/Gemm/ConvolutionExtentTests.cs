using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>Every number of pixels, input channels and output channels from 1 to 130, at every width and in both
/// precisions, against plain loops; see <see cref="Extents"/> for what the other axes are meanwhile.</summary>
public sealed class ConvolutionExtentTests
{
    [Fact]
    public void Products_of_every_extent()
    {
        foreach (var (m, k, n) in Extents.Sweep(0, times: 3)) ConvolutionCheck.Near(ConvolutionCheck.Product(m, k, n));
    }

    // Beside blocks of k, strips of columns and registers of both.
    [Fact]
    public void Products_of_a_few_rows_with_a_stored_matrix()
    {
        foreach (int m in (int[])[1, 2, 3, 4])
            foreach (int k in (int[])[1, 2, 3, 4, 5, 255, 256, 257, 260, 518])
                foreach (int n in (int[])[1, 7, 8, 16, 33, 255, 256, 257, 600])
                    ConvolutionCheck.Near(ConvolutionCheck.Product(m, k, n), ConvolutionCheck.By.Stored);
    }

    [Fact]
    public void Windows_of_every_extent_inside_padding()
    {
        foreach (var (w, ci, co) in Extents.Sweep(1, times: 2))
            ConvolutionCheck.Near(Window(1, 2, w, ci, co, 3, 3) with { PadTop = 1, PadLeft = 1 });
    }

    [Fact]
    public void Windows_of_every_extent_with_strides()
    {
        foreach (var (w, ci, co) in Extents.Sweep(2))
        {
            ConvolutionCheck.Near(
                new ConvGeometry(new BufferLayout(2, 3, (2 * w) - 1, ci), new BufferLayout(2, 1, w, co), 3, 3)
                {
                    StrideH = 3, StrideW = 2, PadTop = 1, PadLeft = 1,
                });
        }
    }

    [Fact]
    public void Windows_of_every_extent_with_dilations()
    {
        foreach (var (w, ci, co) in Extents.Sweep(3))
            ConvolutionCheck.Near(
                Window(1, 2, w, ci, co, 2, 3) with { DilationH = 3, DilationW = 2, PadTop = 2, PadLeft = 2 });
    }

    [Fact]
    public void Windows_of_every_extent_with_unequal_padding_in_two_images_and_gaps_between_pixels()
    {
        foreach (var (w, ci, co) in Extents.Sweep(4))
        {
            var input = new BufferLayout(2, 1, w, ci, 0, 1, 2, 0, ci + 3);
            // Two rows more than the input, a column less.
            var output = new BufferLayout(2, 3, Math.Max(1, w - 1), co, 1, 0, 0, 2, co + 1);
            ConvolutionCheck.Near(new ConvGeometry(input, output, 2, 3) { PadTop = 1, PadLeft = 0 });
        }
    }

    [Fact]
    public void Groups_of_every_extent()
    {
        foreach (var (w, ci, co) in Extents.Sweep(5))
            ConvolutionCheck.Near(Window(2, 1, w, 3 * ci, 3 * co, 1, 3) with { Groups = 3, PadLeft = 1 });
    }

    [Fact]
    public void Pointwise_windows_of_every_extent_with_strides()
    {
        foreach (var (w, ci, co) in Extents.Sweep(6))
        {
            ConvolutionCheck.Near(
                new ConvGeometry(new BufferLayout(2, 3, 2 * w, ci), new BufferLayout(2, 2, w, co), 1, 1)
            {
                StrideH = 2, StrideW = 2,
            });
        }
    }

    [Fact]
    public void Transposed_windows_of_every_extent()
    {
        foreach (var (w, ci, co) in Extents.Sweep(7))
        {
            var input = new BufferLayout(2, 1, (w + 1) / 2, ci);
            ConvolutionCheck.Near(new ConvGeometry(input, new BufferLayout(2, 2, w, co), 3, 3)
            {
                Transposed = true, StrideH = 2, StrideW = 2, PadTop = 1, PadLeft = 1,
            });
        }
    }

    [Fact]
    public void Depthwise_windows_of_every_extent()
    {
        foreach (var (w, c) in Extents.SweepPairs(0))
        {
            ConvolutionCheck.Near(Window(2, 2, w, c, c, 3, 3) with { Groups = c, PadTop = 1, PadLeft = 1 });
            var strided = new ConvGeometry(new BufferLayout(1, 4, (2 * w) - 1, c), new BufferLayout(1, 2, w, c), 5, 5)
            {
                Groups = c, StrideH = 2, StrideW = 2, PadTop = 2, PadLeft = 2,
            };
            ConvolutionCheck.Near(strided);
            var uneven =
                Window(1, 3, w, c, c, 2, 3) with { Groups = c, DilationH = 2, DilationW = 2, PadTop = 2, PadLeft = 1 };
            ConvolutionCheck.Near(uneven with
            {
                Input = uneven.Input with { Pitch = c + 2 },
                Output = uneven.Output with { Top = 1, Right = 2, Pitch = c + 1 },
            });
        }
    }

    [Fact]
    public void Transforms_of_every_extent()
    {
        foreach (var (w, ci, co) in Extents.Sweep(8))
        {
            var padded = Window(1, 3, w, ci, co, 3, 3) with { PadTop = 1, PadLeft = 1 };
            ConvolutionCheck.Near(padded, ConvolutionCheck.By.Transform);
        }
    }

    [Fact]
    public void Transforms_of_two_images_with_unequal_padding_and_gaps_between_pixels()
    {
        foreach (var (w, c) in Extents.SweepPairs(1).Where(pair => pair.Item1 * pair.Item2 <= 600))
        {
            var input = new BufferLayout(2, 2, w, c, 0, 0, 2, 1, c + 3);
            var output = new BufferLayout(2, 3, w, c + 1, 1, 1, 0, 2, c + 4);
            ConvolutionCheck.Near(
                new ConvGeometry(input, output, 3, 3) { PadTop = 2, PadLeft = 0 }, ConvolutionCheck.By.Transform);
        }
    }

    // As many outputs as inputs.
    static ConvGeometry Window(int n, int h, int w, int ci, int co, int kernelH, int kernelW) =>
        new(new BufferLayout(n, h, w, ci), new BufferLayout(n, h, w, co), kernelH, kernelW);
}
