using System.Numerics;
using System.Runtime.CompilerServices;
using CsCheck;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class ConvolutionTests
{
    public static TheoryData<int, int, int, int, int, int, int, int> Windows => new()
    {
        // n, size, ci, co, kernel, stride, padding, dilation
        { 1, 14, 16, 32, 3, 1, 1, 1 },
        { 1, 56, 3, 33, 7, 2, 3, 1 },
        { 2, 7, 40, 64, 3, 1, 1, 1 },
        { 3, 7, 5, 7, 3, 2, 1, 1 },
        { 1, 13, 17, 19, 3, 1, 1, 1 },
        { 2, 5, 130, 31, 1, 1, 0, 1 },
        { 1, 9, 300, 16, 1, 1, 0, 1 },
        { 1, 15, 11, 13, 3, 1, 2, 2 },
        { 2, 3, 29, 40, 3, 1, 1, 1 },
        { 1, 1, 513, 130, 1, 1, 0, 1 },
        { 1, 28, 8, 1, 5, 3, 0, 1 },
        { 1, 4, 1024, 8, 1, 1, 0, 1 },
        { 1, 20, 7, 17, 4, 2, 1, 1 },
        { 5, 2, 12, 3, 2, 1, 1, 3 },
    };

    [Theory, MemberData(nameof(Windows))]
    public void Convolutions_are_near_and_equal_in_every_width(
        int n, int size, int ci, int co, int kernel, int stride, int padding, int dilation)
    {
        int width = size + 2;
        var layout = new BufferLayout(n, size, width, ci);
        int oh = ((size + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;
        int ow = ((width + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;
        var geometry = new ConvGeometry(layout, new BufferLayout(n, oh, ow, co), kernel, kernel)
        {
            StrideH = stride, StrideW =
                stride, DilationH = dilation, DilationW = dilation, PadTop = padding, PadLeft = padding,
        };
        Check<float>(geometry, 1e-6);
        Check<double>(geometry, 1e-15);
    }

    // What a plan takes for the same product when there are more rows, or in float32 weights that were widened before.
    [Theory]
    [InlineData(1, 700, 300)]
    [InlineData(3, 1025, 47)]
    [InlineData(4, 256, 513)]
    public void A_stored_matrix_adds_in_the_order_of_packed_weights(int m, int k, int n)
    {
        var problem = ConvolutionCheck.Problem.Of(ConvolutionCheck.Product(m, k, n));
        using var x = problem.Input<double>(Guard.Behind);
        using var weights = problem.Kernel<double>(Guard.Behind);
        foreach (var lanes in LaneWidths.All)
        {
            double[] Run(ConvolutionCheck.By by) => ConvolutionCheck.Run(
                problem.Geometry, by, lanes, Guard.Behind, x.Pointer, weights.Span, Epilogue<double>.None(lanes));

            Bits.ShouldEqual<double>(
                Run(ConvolutionCheck.By.Stored), Run(ConvolutionCheck.By.Windows), lanes.ToString());
        }
    }

    [Theory]
    [InlineData(2, 6, 10)]
    [InlineData(4, 16, 8)]
    [InlineData(3, 9, 9)]
    [InlineData(5, 5, 40)]
    [InlineData(16, 16, 16)]
    [InlineData(37, 37, 37)]
    public void Groups_stay_apart(int groups, int ci, int co)
    {
        var geometry = new ConvGeometry(new BufferLayout(2, 9, 11, ci), new BufferLayout(2, 5, 11, co), 3, 3)
        {
            Groups = groups, StrideH = 2, PadTop = 1, PadLeft = 1,
        };
        Check<float>(geometry, 1e-6);
        Check<double>(geometry, 1e-15);
    }

    [Fact]
    public void A_depthwise_window_of_more_than_256_taps_adds_blocks()
    {
        var geometry = new ConvGeometry(new BufferLayout(1, 12, 9, 21), new BufferLayout(1, 12, 9, 21), 17, 17)
        {
            Groups = 21, PadTop = 8, PadLeft = 8,
        };
        Check<float>(geometry, 1e-6);
    }

    [Theory]
    [InlineData(2, 1, 1, 0, 3)]
    [InlineData(2, 1, 0, 1, 4)]
    [InlineData(3, 2, 1, 2, 3)]
    [InlineData(2, 2, 0, 1, 3)]
    [InlineData(1, 1, 2, 0, 3)]
    [InlineData(2, 1, 3, 0, 3)]
    [InlineData(4, 1, 0, 0, 2)]
    public void Transposed_convolutions_follow_their_definition(int stride, int dilation, int padding, int more,
        int kernel)
    {
        foreach (int groups in new[] { 1, 2 })
        {
            int oh = ((5 - 1) * stride) - (2 * padding) + (dilation * (kernel - 1)) + more + 1;
            int ow = ((9 - 1) * stride) - (2 * padding) + (dilation * (kernel - 1)) + more + 1;
            var geometry =
                new ConvGeometry(new BufferLayout(2, 5, 9, 6), new BufferLayout(2, oh, ow, 10), kernel, kernel)
            {
                Transposed = true, Groups = groups, StrideH = stride, StrideW = stride, DilationH = dilation,
                DilationW = dilation, PadTop = padding, PadLeft = padding,
            };
            Check<float>(geometry, 1e-6);
            Check<double>(geometry, 1e-15);
        }
    }

    [Fact]
    public void Products_of_every_extent_are_near_and_equal_in_every_width()
    {
        for (int m = 1; m <= 30; m++) Check<float>(ConvolutionCheck.Product(m, 17, 35), 1e-6);
        for (int n = 1; n <= 70; n++) Check<float>(ConvolutionCheck.Product(3, 10, n), 1e-6);
        for (int k = 250; k <= 260; k++) Check<double>(ConvolutionCheck.Product(4, k, 5), 1e-15);
        Check<float>(ConvolutionCheck.Product(19, 2048, 40), 1e-6);
    }

    [Fact]
    public void Random_geometries_are_near_and_equal_in_every_width() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 18], Gen.Int[1, 18], Gen.Int[1, 7], Gen.Int[1, 20], Gen.Int[1, 4],
                Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[1, 3]),
                Gen.Select(Gen.Int[1, 3], Gen.Int[1, 2], Gen.Int[0, 3], Gen.Int[0, 3]))
            .Sample((n, h, w, ci, co, groups, s, p) =>
            {
                var (kh, kw, sh, sw) = s;
                var (dh, dw, ph, pw) = p;
                int oh = ((h + (2 * ph) - (dh * (kh - 1)) - 1) / sh) + 1;
                int ow = ((w + (2 * pw) - (dw * (kw - 1)) - 1) / sw) + 1;
                if (h + (2 * ph) <= dh * (kh - 1) || w + (2 * pw) <= dw * (kw - 1)) return;
                var geometry = new ConvGeometry(
                    new BufferLayout(n, h, w, ci * groups), new BufferLayout(n, oh, ow, co * groups), kh, kw)
                {
                    StrideH = sh, StrideW =
                        sw, DilationH = dh, DilationW = dw, PadTop = ph, PadLeft = pw, Groups = groups,
                };
                Check<float>(geometry, 1e-6);
            }, iter: 60, threads: 1);

    [Fact]
    public void Fused_steps_give_the_bits_of_separate_ones()
    {
        Fused<float>(groups: 1, ci: 20, co: 37);
        Fused<double>(groups: 1, ci: 20, co: 37);
        Fused<float>(groups: 37, ci: 37, co: 37);
        Fused<double>(groups: 37, ci: 37, co: 37);
    }

    [Fact]
    public void A_halo_that_is_too_small_is_refused()
    {
        var geometry = new ConvGeometry(new BufferLayout(1, 5, 5, 1), new BufferLayout(1, 5, 5, 1), 3, 3)
        {
            PadTop = 1, PadLeft = 1,
        };
        var act = geometry.Check;
        act.Should().Throw<ArgumentException>().WithMessage("*(1, 1, 1, 1)*");
    }

    static void Fused<E>(int groups, int ci, int co) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var halo = new BufferLayout(2, 9, 15, co, 1, 2, 0, 1);
        var geometry =
            new ConvGeometry(new BufferLayout(2, 9, 15, ci, 1, 1, 1, 1), new BufferLayout(2, 9, 15, co), 3, 3)
        {
            PadTop = 1, PadLeft = 1, Groups = groups,
        };
        using var x = Input<E>(geometry.Input, 1);
        using var residual = Input<E>(halo, 2);
        using var bias = new GuardedMemory<E>(Bits.Random<E>(co, 3));
        using var scale = new GuardedMemory<E>(Bits.Random<E>(co, 4));
        using var shift = new GuardedMemory<E>(Bits.Random<E>(co, 5));
        var weights = Bits.Random<double>(9 * geometry.GroupInput * co, 6);
        foreach (var lanes in LaneWidths.All)
        {
            var none = Epilogue<E>.None(lanes);
            var plain = Run(lanes, geometry, weights, x.Pointer, none);
            var expected = new E[plain.Length];
            int i = 0;
            for (int n = 0; n < 2; n++)
                for (int h = 0; h < 9; h++)
                    for (int w = 0; w < 15; w++)
                        for (int c = 0; c < co; c++, i++)
                        {
                            var y = E.FusedMultiplyAdd(plain[i] + bias.Span[c], scale.Span[c], shift.Span[c]);
                            expected[i] = E.Max(y
                                + residual.Span[(int)halo.Index(n, h, w) + c], E.CreateTruncating(0.25));
                        }
            var fused = Run(lanes, geometry, weights, x.Pointer,
                Epilogue<E>.Of<AtLeast>(lanes, Scalars<E>.Of(0.25)) with
            {
                Bias = bias.Pointer, Scale =
                    scale.Pointer, Shift = shift.Pointer, Residual = residual.Pointer, ResidualLayout = halo,
            });
            Bits.ShouldEqual<E>(fused, expected, $"fused at {lanes}, {groups} groups");
            var biased = Run(lanes, geometry, weights, x.Pointer, none with { Bias = bias.Pointer });
            for (i = 0; i < plain.Length; i++) expected[i] = plain[i] + bias.Span[i % co];
            Bits.ShouldEqual<E>(biased, expected, $"biased at {lanes}, {groups} groups");
        }
    }

    [Fact]
    public void The_halo_is_what_the_taps_reach()
    {
        var random = new Random(7);
        int Next(int least, int most) => random.Next(least, most + 1);
        int halos = 0, without = 0;
        for (int i = 0; i < 20_000; i++)
        {
            var geometry = new ConvGeometry(
                new BufferLayout(1, Next(1, 6), Next(1, 6), 1) { D = Next(1, 4) },
                new BufferLayout(1, Next(1, 9), Next(1, 9), 1) { D = Next(1, 5) }, Next(1, 4), Next(1, 4))
            {
                KernelD = Next(1, 3), StrideD = Next(1, 4), StrideH = Next(1, 5), StrideW = Next(1, 3),
                DilationD = Next(1, 3), DilationH = Next(1, 4), DilationW = Next(1, 3), PadFront = Next(-3, 4),
                PadTop = Next(-3, 4), PadLeft = Next(-3, 4), Transposed = i % 2 == 0,
            };
            int front = 0, top = 0, left = 0, back = 0, bottom = 0, right = 0, taps = 0;
            foreach (var phase in ConvPhase.All(geometry))
            {
                foreach (var tap in phase.Taps)
                {
                    taps++;
                    (front, top, left) = (Math.Max(front, -tap.D), Math.Max(top, -tap.H), Math.Max(left, -tap.W));
                    back = Math.Max(
                        back, tap.D + ((phase.Planes - 1) * phase.InputStepD) - (geometry.Input.D - 1));
                    bottom = Math.Max(
                        bottom, tap.H + ((phase.Rows - 1) * phase.InputStepH) - (geometry.Input.H - 1));
                    right = Math.Max(
                        right, tap.W + ((phase.Columns - 1) * phase.InputStepW) - (geometry.Input.W - 1));
                }
            }
            var halo = new Margin(top, left, bottom, right) { Front = front, Back = back };
            geometry.RequiredHalo.Should().Be(halo, geometry.ToString());
            if (taps == 0) without++;
            else if (halo != default) halos++;
        }
        halos.Should().BeGreaterThan(10_000);
        without.Should().BeGreaterThan(100, "a transposed one may have outputs that no tap reaches");
    }

    // Near the sum in double, equal in every width, and equal however the tiles are dealt; buffers end at guard pages.
    static void Check<E>(ConvGeometry geometry, double tolerance) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        geometry = geometry with { Input = geometry.Input.WithHalo(geometry.RequiredHalo) };
        var weights = Bits.Random<double>(geometry.KernelH * geometry.KernelW * geometry.GroupInput * geometry.Output.C,
            2);
        for (int i = 0; i < weights.Length; i++) weights[i] = (float)weights[i];
        using var x = Input<E>(geometry.Input, 1);
        var (expected, magnitude) = Naive(geometry, x.Span, weights);
        E[]? first = null;
        foreach (var lanes in LaneWidths.All)
        {
            var actual = Run(lanes, geometry, weights, x.Pointer, Epilogue<E>.None(lanes));
            first ??= actual;
            Bits.ShouldEqual<E>(actual, first, $"{lanes} {geometry}");
        }
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(double.CreateTruncating(first![i]) - expected[i]);
            if (error > tolerance * (magnitude[i] + 1e-30))
                Assert.Fail($"output {i} of {geometry}: {first[i]}, expected {expected[i]}");
        }
        // A wider halo, a pitch and one tile at a time change nothing.
        var wide = geometry with
        {
            Input = geometry.Input with { Pitch = geometry.Input.C + 3, Right = geometry.Input.Right + 2 },
            Output = geometry.Output with { Top = 1, Left = 2, Pitch = geometry.Output.C + 5 },
        };
        using var y = Input<E>(wide.Input, 1);
        for (int n = 0; n < wide.Input.N; n++)
            for (int h = 0; h < wide.Input.H; h++)
                for (int w = 0; w < wide.Input.W; w++)
                    x.Span.Slice((int)geometry.Input.Index(n, h, w), wide.Input.C)
                        .CopyTo(y.Span[(int)wide.Input.Index(n, h, w)..]);
        var again = Run(LaneWidth.Sixteen, wide, weights, y.Pointer, Epilogue<E>.None(LaneWidth.Sixteen), split: true);
        Bits.ShouldEqual<E>(again, first!, $"wide {geometry}");
    }

    static GuardedMemory<E> Input<E>(in BufferLayout layout, int seed)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var memory = new GuardedMemory<E>(layout.Elements);
        var values = Bits.Random<E>(layout.N * layout.H * layout.W * layout.C, seed);
        int i = 0;
        for (int n = 0; n < layout.N; n++)
            for (int h = 0; h < layout.H; h++)
                for (int w = 0; w < layout.W; w++)
                    for (int c = 0; c < layout.C; c++)
                        memory.Span[(int)layout.Index(n, h, w) + c] = values[i++];
        return memory;
    }

    static E[] Run<E>(
        LaneWidth lanes, in ConvGeometry geometry, double[] weights, E* x, in Epilogue<E> epilogue, bool split = false)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var packed = PackedWeights<E>.Of<double>(lanes, geometry, weights, WeightStrides.Hwio(geometry));
        var convolution = new Convolution<E>(lanes, geometry, packed);
        using var scratch = new GuardedMemory<E>(convolution.ScratchElements);
        var layout = geometry.Output;
        using var y = new GuardedMemory<E>(layout.Elements);
        y.Span.Fill(E.CreateTruncating(77));
        if (split)
        {
            for (int t = convolution.Tiles - 1; t >= 0; t--)
                convolution.Run(x, y.Pointer, t, t + 1, scratch.Pointer, epilogue);
        }
        else
        {
            convolution.Run(x, y.Pointer, 0, convolution.Tiles, scratch.Pointer, epilogue);
        }
        var result = new E[layout.N * layout.H * layout.W * layout.C];
        int i = 0;
        for (int n = 0; n < layout.N; n++)
            for (int h = 0; h < layout.H; h++)
                for (int w = 0; w < layout.W; w++)
                    for (int c = 0; c < layout.C; c++)
                    {
                        int at = (int)layout.Index(n, h, w) + c;
                        result[i++] = y.Span[at];
                        y.Span[at] = E.CreateTruncating(77);
                    }
        y.Span.IndexOfAnyExcept(E.CreateTruncating(77)).Should().Be(-1, "only the interior is written");
        return result;
    }

    static (double[] Sums, double[] Magnitudes) Naive<E>(in ConvGeometry g, Span<E> x, double[] weights)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var (input, output) = (g.Input, g.Output);
        var sums = new double[output.N * output.H * output.W * output.C];
        var magnitudes = new double[sums.Length];
        int at = 0;
        for (int n = 0; n < output.N; n++)
            for (int oh = 0; oh < output.H; oh++)
                for (int ow = 0; ow < output.W; ow++)
                    for (int co = 0; co < output.C; co++, at++)
                        for (int kh = 0; kh < g.KernelH; kh++)
                            for (int kw = 0; kw < g.KernelW; kw++)
                            {
                                int h = (oh * g.StrideH) - g.PadTop + (kh * g.DilationH);
                                int w = (ow * g.StrideW) - g.PadLeft + (kw * g.DilationW);
                                if (g.Transposed)
                                {
                                    int th = oh + g.PadTop - (kh * g.DilationH), tw =
                                        ow + g.PadLeft - (kw * g.DilationW);
                                    if (th % g.StrideH != 0 || tw % g.StrideW != 0) continue;
                                    (h, w) = (th / g.StrideH, tw / g.StrideW);
                                }
                                if (h < 0 || h >= input.H || w < 0 || w >= input.W) continue;
                                int group = co / g.GroupOutput;
                                for (int i = 0; i < g.GroupInput; i++)
                                {
                                    double product =
                                        weights[(((((kh * g.KernelW) + kw) * g.GroupInput) + i) * output.C) + co]
                                        * double.CreateTruncating(
                                            x[(int)input.Index(n, h, w) + (group * g.GroupInput) + i]);
                                    sums[at] += product;
                                    magnitudes[at] += Math.Abs(product);
                                }
                            }
        return (sums, magnitudes);
    }

    readonly struct AtLeast : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(x, L.Splat(a.A));
    }
}
