using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class WindowTests
{
    public static TheoryData<int, int, int, int, int, int, bool> Pools => new()
    {
        // size, channels, kernel, stride, padding, dilation, ceil
        { 12, 64, 3, 2, 1, 1, false },
        { 11, 19, 3, 2, 1, 1, true },
        { 9, 3, 2, 2, 0, 1, true },
        { 13, 37, 3, 2, 1, 2, true },
        { 20, 5, 18, 1, 3, 1, false },
        { 7, 1, 3, 3, 1, 1, true },
    };

    [Theory, MemberData(nameof(Pools))]
    public void Maxima_match_plain_loops(int size, int c, int kernel, int stride, int padding, int dilation, bool ceil)
    {
        var (input, output) = Layouts(size, c, kernel, stride, padding, dilation, ceil);
        Check<float>(input, output, kernel, stride, padding, dilation, average: false, countPadding: false, 0, 0);
        Check<double>(input, output, kernel, stride, padding, dilation, average: false, countPadding: false, 0, 0);
    }

    [Theory, MemberData(nameof(Pools))]
    public void Averages_match_plain_loops(int size, int c, int kernel, int stride, int padding, int dilation,
        bool ceil)
    {
        if (dilation > 1) dilation = 1;
        var (input, output) = Layouts(size, c, kernel, stride, padding, dilation, ceil);
        foreach (bool countPadding in new[] { false, true })
        {
            Check<float>(input, output, kernel, stride, padding, dilation, true, countPadding, 0, 1e-6);
            Check<double>(input, output, kernel, stride, padding, dilation, true, countPadding, 5, 1e-15);
        }
    }

    [Theory]
    [InlineData(3, 37, 2, 3, 2, false)]
    [InlineData(6, 5, 3, 1, 1, true)]
    [InlineData(20, 3, 17, 2, 5, true)]
    public void Volumes_match_plain_loops(int depth, int c, int kernel, int stride, int padding, bool ceil)
    {
        if (padding > kernel / 2) padding = kernel / 2;
        int Out(int extent)
        {
            int o = ((extent + (2 * padding) - kernel + (ceil ? stride - 1 : 0)) / stride) + 1;
            return ceil && (o - 1) * stride >= extent + padding ? o - 1 : o;
        }
        // A window of (kernel, 3, 2): rows and columns move by one.
        var input = new BufferLayout(2, 5, 7, c, 1, 0, 1, 2) { D = depth, Front = 1, Back = 2 };
        var output = new BufferLayout(2, 3, 6, c, 0, 1, 2, 0) { D = Out(depth), Front = 2 };
        Check<float>(1e-5);
        Check<double>(1e-14);

        void Check<E>(double tolerance) where E : unmanaged, IBinaryFloatingPointIeee754<E>
        {
            var values = Bits.Random<E>((int)input.Elements, 3);
            using var x = new GuardedMemory<E>(values);
            E[]? largest = null, means = null;
            foreach (var lanes in LaneWidths.All)
            {
                using var y = new GuardedMemory<E>(output.Elements);
                var window = new Window<E>(
                    lanes, input, output, WindowAxis.Pool(5, 3, 3, 1, 0, 1), WindowAxis.Pool(7, 6, 2, 1, 0, 1),
                    WindowAxis.Pool(depth, output.D, kernel, stride, padding, 1, countPadding: true));
                window.Max(x.Pointer, y.Pointer, 0, window.Tiles);
                largest ??= y.Span.ToArray();
                Bits.ShouldEqual<E>(y.Span, largest, $"maxima at {lanes}");
                window.Average(x.Pointer, y.Pointer, 0, window.Tiles);
                means ??= y.Span.ToArray();
                Bits.ShouldEqual<E>(y.Span, means, $"means at {lanes}");
            }
            for (int n = 0; n < 2; n++)
                for (int od = 0; od < output.D; od++)
                    for (int oh = 0; oh < 3; oh++)
                        for (int ow = 0; ow < 6; ow++)
                            for (int k = 0; k < c; k++)
                            {
                                double sum = 0, max = double.NegativeInfinity;
                                int padded = 0;
                                for (int kd = 0; kd < kernel; kd++)
                                    for (int kh = 0; kh < 3; kh++)
                                        for (int kw = 0; kw < 2; kw++)
                                        {
                                            int d = (od * stride) - padding + kd;
                                            if (d < depth + padding) padded++;
                                            if (d < 0 || d >= depth) continue;
                                            double value = double.CreateTruncating(
                                                values[input.Index(n, d, oh + kh, ow + kw) + k]);
                                            sum += value;
                                            max = Math.Max(max, value);
                                        }
                                int at = (int)output.Index(n, od, oh, ow) + k;
                                double.CreateTruncating(largest![at]).Should().Be(max);
                                double.CreateTruncating(means![at]).Should().BeApproximately(sum / padded, tolerance);
                            }
        }
    }

    [Fact]
    public void One_axis_follows_the_exact_vectors_of_the_conversion_specification()
    {
        // avg_pool1d k3 s2 p1: ceil and include counts only padding within p; max pads with −∞.
        Average([1, 2, 3, 4, 5, 6], 3, true).Should().Equal(1, 3, 5);
        Average([1, 2, 3, 4, 5, 6], 4, true).Should().Equal(1, 3, 5, 3);
        Average([1, 2, 3, 4, 5, 6], 4, false).Should().Equal(1.5, 3, 5, 6);
        Average([1, 2, 3, 4, 5], 3, true).Should().Equal(1, 3, 3);
        Average([1, 2, 3, 4, 5], 3, false).Should().Equal(1.5, 3, 4.5);
        Max([-1, -2, -3, -4, -5, -6], 3).Should().Equal(-1, -2, -4);
        Max([-1, -2, -3, -4, -5, -6], 4).Should().Equal(-1, -2, -4, -6);
    }

    [Fact]
    public void Adaptive_windows_overlap_as_in_PyTorch()
    {
        var axis = WindowAxis.Adaptive(4, 3);
        axis.First.Should().Equal(0, 1, 2);
        axis.Count.Should().Equal(2, 2, 2);
        Run([0, 1, 4, 9], axis, average: true).Should().Equal(0.5, 2.5, 6.5);
    }

    [Fact]
    public void NaN_wins_a_maximum() =>
        Max([1, double.NaN, 3, 4, 5, 6], 3).Should().Equal(double.NaN, double.NaN, 6);

    static double[] Average(double[] x, int outputs, bool countPadding) =>
        Run(x, WindowAxis.Pool(x.Length, outputs, 3, 2, 1, 1, countPadding), average: true);

    static double[] Max(double[] x, int outputs) => Run(x, WindowAxis.Pool(x.Length, outputs, 3, 2, 1), average: false);

    static double[] Run(double[] values, WindowAxis axis, bool average)
    {
        using var x = new GuardedMemory<double>(values);
        using var y = new GuardedMemory<double>(axis.Length);
        var window = new Window<double>(LaneWidth.Eight, new BufferLayout(1, 1, values.Length, 1),
            new BufferLayout(1, 1, axis.Length, 1), WindowAxis.Adaptive(1, 1), axis);
        if (average) window.Average(x.Pointer, y.Pointer, 0, 1);
        else window.Max(x.Pointer, y.Pointer, 0, 1);
        return y.Span.ToArray();
    }

    static (BufferLayout Input, BufferLayout Output) Layouts(
        int size, int c, int kernel, int stride, int padding, int dilation, bool ceil)
    {
        int Out(int extent)
        {
            int reach = extent + (2 * padding) - (dilation * (kernel - 1)) - 1;
            int o = ((reach + (ceil ? stride - 1 : 0)) / stride) + 1;
            return ceil && (o - 1) * stride >= extent + padding ? o - 1 : o;
        }
        return (new BufferLayout(2, size, size + 3, c, 1, 1, 1, 1),
            new BufferLayout(2, Out(size), Out(size + 3), c, 0, 1, 1, 0));
    }

    static void Check<E>(BufferLayout input, BufferLayout output, int kernel, int stride, int padding, int dilation,
        bool average, bool countPadding, int divisor, double tolerance)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var values = Bits.Random<E>((int)input.Elements, 3);
        using var x = new GuardedMemory<E>(values);
        E[]? first = null;
        foreach (var lanes in LaneWidths.All)
        {
            using var y = new GuardedMemory<E>(output.Elements);
            var window = new Window<E>(lanes, input, output,
                WindowAxis.Pool(input.H, output.H, kernel, stride, padding, dilation, countPadding),
                WindowAxis.Pool(input.W, output.W, kernel, stride, padding, dilation, countPadding));
            for (int row = window.Tiles - 1; row >= 0; row--)
            {
                if (average) window.Average(x.Pointer, y.Pointer, row, row + 1, divisor);
                else window.Max(x.Pointer, y.Pointer, row, row + 1);
            }
            first ??= y.Span.ToArray();
            Bits.ShouldEqual<E>(y.Span, first, $"{output} at {lanes}");
        }
        for (int n = 0; n < output.N; n++)
            for (int oh = 0; oh < output.H; oh++)
                for (int ow = 0; ow < output.W; ow++)
                    for (int c = 0; c < output.C; c++)
                    {
                        double sum = 0, max = double.NegativeInfinity;
                        int inside = 0, padded = 0;
                        for (int kh = 0; kh < kernel; kh++)
                            for (int kw = 0; kw < kernel; kw++)
                            {
                                int h = (oh * stride) - padding + (kh * dilation), w =
                                    (ow * stride) - padding + (kw * dilation);
                                if (h < input.H + padding && w < input.W + padding) padded++;
                                if (h < 0 || w < 0 || h >= input.H || w >= input.W) continue;
                                inside++;
                                double value = double.CreateTruncating(values[input.Index(n, h, w) + c]);
                                sum += value;
                                max = Math.Max(max, value);
                            }
                        double expected = average ? sum / (divisor > 0 ? divisor : countPadding ? padded : inside)
                            : max;
                        double actual = double.CreateTruncating(first![output.Index(n, oh, ow) + c]);
                        if (Math.Abs(actual - expected) > tolerance * kernel * kernel)
                            Assert.Fail($"({n}, {oh}, {ow}, {c}): {actual}, expected {expected}");
                    }
    }
}
