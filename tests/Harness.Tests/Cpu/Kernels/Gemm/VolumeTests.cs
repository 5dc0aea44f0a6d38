using CsCheck;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>Convolutions of volumes, and of sequences, which are images of one row.</summary>
public sealed unsafe class VolumeTests
{
    // Extent, kernel, stride, padding and dilation of one axis, and what a transposed one adds; axes come out oblong.
    static readonly Gen<(int N, int K, int Stride, int Padding, int Dilation, int More)> s_axis =
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[0, 2]);

    [Fact]
    public void Random_convolutions_are_near_and_equal_in_every_width() =>
        Gen.Select(Gen.Int[1, 3], s_axis, s_axis, s_axis, Gen.Int[1, 4], Gen.Int[1, 7], Gen.Int[1, 20])
            .Sample((n, d, h, w, groups, ci, co) =>
            {
                static int Out((int N, int K, int Stride, int Padding, int Dilation, int) a) =>
                    a.N + (2 * a.Padding) <= a.Dilation * (a.K - 1)
                        ? 0
                        : ((a.N + (2 * a.Padding) - (a.Dilation * (a.K - 1)) - 1) / a.Stride) + 1;
                if (Out(d) * Out(h) * Out(w) == 0) return;
                ConvolutionCheck.Near(Of(n, d, h, w, groups, ci, co, Out(d), Out(h), Out(w)));
            }, iter: 60, threads: 1);

    [Fact]
    public void Random_transposed_convolutions_are_near_and_equal_in_every_width() =>
        Gen.Select(Gen.Int[1, 2], s_axis, s_axis, s_axis, Gen.Int[1, 3], Gen.Int[1, 6], Gen.Int[1, 18])
            .Sample((n, d, h, w, groups, ci, co) =>
            {
                static int Out((int N, int K, int Stride, int Padding, int Dilation, int More) a) => Math.Max(
                    0, ((a.N - 1) * a.Stride) - (2 * a.Padding) + (a.Dilation * (a.K - 1)) + 1
                        + Math.Min(a.More, Math.Max(a.Stride, a.Dilation) - 1));
                if (Out(d) * Out(h) * Out(w) == 0) return;
                ConvolutionCheck.Near(
                    Of(n, d, h, w, groups, ci, co, Out(d), Out(h), Out(w)) with { Transposed = true });
            }, iter: 60, threads: 1);

    [Theory]
    [InlineData(1, 3, 5, 7, 2)]
    [InlineData(3, 1, 1, 4, 1)]
    [InlineData(1, 1, 7, 3, 3)]
    [InlineData(2, 3, 2, 9, 1)]
    public void Halos_and_pitches_between_planes_change_nothing(int kd, int kh, int kw, int ci, int stride)
    {
        var input = new BufferLayout(2, 5, 14, ci, 1, 2, 0, 3, ci + 2) { D = 6, Front = 2, Back = 1 };
        var output = new BufferLayout(
            2, ((5 - kh) / stride) + 1, ((14 - kw) / stride) + 1, 19, 2, 0, 1, 2, 21)
        {
            D = ((6 - kd) / stride) + 1, Front = 1, Back = 2,
        };
        ConvolutionCheck.Near(new ConvGeometry(input, output, kh, kw)
        {
            KernelD = kd, StrideD = stride, StrideH = stride, StrideW = stride,
        });
    }

    [Fact]
    public void Random_depthwise_convolutions_are_near_and_equal_in_every_width() =>
        Gen.Select(Gen.Int[1, 2], s_axis, s_axis, Gen.Int[1, 30], Gen.Int[1, 3], Gen.Int[2, 70], Gen.Bool)
            .Sample((n, d, h, w, stride, channels, plane) =>
            {
                static int Out(int extent, int k, int stride, int padding, int dilation) =>
                    extent + (2 * padding) <= dilation * (k - 1)
                        ? 0
                        : ((extent + (2 * padding) - (dilation * (k - 1)) - 1) / stride) + 1;
                int kd = plane ? 1 : d.K, ow = Out(w, 3, stride, 1, 1);
                int od = Out(d.N, kd, d.Stride, d.Padding, d.Dilation);
                int oh = Out(h.N, h.K, h.Stride, h.Padding, h.Dilation);
                if (od * oh * ow == 0) return;
                ConvolutionCheck.Near(new ConvGeometry(
                    new BufferLayout(n, h.N, w, channels) { D = d.N }, new BufferLayout(n, oh, ow, channels) { D = od },
                    h.K, 3)
                {
                    Groups = channels, KernelD = kd, StrideD = d.Stride, StrideH = h.Stride, StrideW = stride,
                    DilationD = d.Dilation, DilationH =
                        h.Dilation, PadFront = d.Padding, PadTop = h.Padding, PadLeft = 1,
                });
            }, iter: 80, threads: 1);

    [Fact]
    public void A_residual_that_lies_otherwise_is_added_where_it_belongs()
    {
        var geometry =
            new ConvGeometry(new BufferLayout(2, 4, 5, 6) { D = 3 }, new BufferLayout(2, 4, 5, 9) { D = 3 }, 1, 1);
        var problem = ConvolutionCheck.Problem.Of(geometry);
        var lies = new BufferLayout(2, 4, 5, 9, 1, 0, 2, 1, 11) { D = 3, Front = 1, Back = 2 };
        double[] added = [.. Enumerable.Range(0, 2 * 3 * 4 * 5 * 9).Select(i => (double)i)];
        using var x = problem.Input<float>(Guard.Behind);
        using var weights = problem.Kernel<float>(Guard.Behind);
        using var residual = ConvolutionCheck.Filled<float>(lies, added, Guard.Behind);
        foreach (var lanes in LaneWidths.All)
        {
            float[] Run(Epilogue<float> epilogue) => ConvolutionCheck.Run(
                geometry, ConvolutionCheck.By.Windows, lanes, Guard.Behind, x.Pointer, weights.Span, epilogue);
            var none = Epilogue<float>.None(lanes);
            float[] plain = Run(none);
            Bits.ShouldEqual<float>(
                Run(none with { Residual = residual.Pointer, ResidualLayout = lies }),
                [.. plain.Select((y, i) => y + (float)added[i])], $"{lanes}");
        }
    }

    [Fact]
    public void Halos_of_volumes_are_cleared_and_nothing_else()
    {
        foreach (int pitch in new[] { 0, 8 })
        {
            var layout = new BufferLayout(2, 3, 4, 5, 1, 2, 3, 1, pitch) { D = 2, Front = 2, Back = 1 };
            using var x = new GuardedMemory<float>(layout.Elements);
            x.Span.Fill(7);
            Halo.Clear(x.Pointer, layout);
            for (int n = 0; n < 2; n++)
                for (int d = -2; d < 3; d++)
                    for (int h = -1; h < 6; h++)
                        for (int w = -2; w < 5; w++)
                            for (int c = 0; c < (pitch == 0 ? 5 : 8); c++)
                            {
                                bool inside = d is >= 0 and < 2 && h is >= 0 and < 3 && w is >= 0 and < 4;
                                x.Span[(int)layout.Index(n, d, h, w) + c].Should().Be(inside || c >= 5 ? 7 : 0);
                            }
        }
    }

    static ConvGeometry Of(
        int n, (int N, int K, int Stride, int Padding, int Dilation, int) d,
        (int N, int K, int Stride, int Padding, int Dilation, int) h,
        (int N, int K, int Stride, int Padding, int Dilation, int) w, int groups, int ci, int co, int od, int oh,
        int ow) =>
        new(
            new BufferLayout(n, h.N, w.N, ci * groups) { D = d.N }, new BufferLayout(n, oh, ow, co * groups) { D = od },
            h.K, w.K)
        {
            Groups = groups, KernelD = d.K, StrideD = d.Stride, StrideH = h.Stride, StrideW = w.Stride,
            DilationD = d.Dilation, DilationH = h.Dilation, DilationW = w.Dilation,
            PadFront = d.Padding, PadTop = h.Padding, PadLeft = w.Padding,
        };
}
