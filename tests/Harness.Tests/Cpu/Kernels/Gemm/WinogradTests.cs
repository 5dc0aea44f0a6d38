using CsCheck;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class WinogradTests
{
    // Over one layer, relative to the largest sum of magnitudes that a 4 × 4 patch reaches: a window's own may be
    // nothing.
    const double Tolerance = 1e-6;

    public static TheoryData<int, int, int, int, int, int> Layers => new()
    {
        // n, h, w, ci, co, padding
        { 1, 14, 14, 64, 64, 1 },
        { 1, 7, 7, 96, 48, 1 },
        { 2, 9, 13, 33, 35, 1 },
        { 1, 5, 5, 300, 32, 0 },
        { 1, 1, 1, 32, 40, 1 },
        { 3, 2, 3, 5, 3, 1 },
        { 1, 3, 4, 1, 1, 0 },
        { 1, 12, 11, 17, 130, 2 },
        { 1, 40, 41, 32, 16, 1 },
    };

    [Theory, MemberData(nameof(Layers))]
    public void Layers_are_near_and_equal_in_every_width(int n, int h, int w, int ci, int co, int padding)
    {
        Check<float>(Layer(n, h, w, ci, co, padding), Tolerance);
        Check<double>(Layer(n, h, w, ci, co, padding), 1e-15);
    }

    [Fact]
    public void Large_weights_are_passed_over_once_for_all_patches()
    {
        var layer = Layer(1, 13, 17, 500, 330, 1);
        foreach (var lanes in LaneWidths.All)
        {
            var winograd =
                new Winograd<double>(lanes, WithHalo(layer), Winograd<double>.Pack(
                    lanes, WithHalo(layer), new double[9 * 500 * 330], WeightStrides.Hwio(layer)));
            int pair = winograd.Tile.Columns;
            winograd.Pieces.Should()
                .Be((330 + pair - 1) / pair, "63 patches would be cut in three to stay in the second cache");
        }
        Check<double>(layer, 1e-15);
    }

    [Fact]
    public void Random_layers_are_near_and_equal_in_every_width() =>
        Gen.Select(Gen.Int[1, 2], Gen.Int[3, 15], Gen.Int[3, 15], Gen.Int[1, 40], Gen.Int[1, 70], Gen.Int[0, 2])
            .Sample((n, h, w, ci, co, padding) => Check<float>(Layer(n, h, w, ci, co, padding), Tolerance), iter: 40,
                threads: 1);

    [Fact]
    public void Bias_norm_residual_and_activation_follow_the_sums()
    {
        var halo = new BufferLayout(2, 9, 15, 37, 1, 2, 0, 1);
        var geometry = WithHalo(Layer(2, 9, 15, 34, 37, 1));
        float[] weights = Bits.Random<float>(9 * 34 * 37, 6);
        using var x = Filled(geometry.Input, 1);
        using var residual = Filled(halo, 2);
        using var bias = new GuardedMemory<float>(Bits.Random<float>(37, 3));
        using var scale = new GuardedMemory<float>(Bits.Random<float>(37, 4));
        using var shift = new GuardedMemory<float>(Bits.Random<float>(37, 5));
        foreach (var lanes in LaneWidths.All)
        {
            float[] expected = Run(lanes, geometry, weights, x.Pointer, Epilogue<float>.None(lanes));
            int i = 0;
            for (int n = 0; n < 2; n++)
                for (int h = 0; h < 9; h++)
                    for (int w = 0; w < 15; w++)
                        for (int c = 0; c < 37; c++, i++)
                        {
                            float y = MathF.FusedMultiplyAdd(expected[i] + bias.Span[c], scale.Span[c], shift.Span[c]);
                            expected[i] = Math.Max(y + residual.Span[(int)halo.Index(n, h, w) + c], 0.25f);
                        }
            float[] fused =
                Run(lanes, geometry, weights, x.Pointer,
                Epilogue<float>.Of<AtLeast>(lanes, Scalars<float>.Of(0.25)) with
            {
                Bias = bias.Pointer, Scale =
                    scale.Pointer, Shift = shift.Pointer, Residual = residual.Pointer, ResidualLayout = halo,
            });
            Bits.ShouldEqual<float>(fused, expected, $"fused at {lanes}");
        }
    }

    [Fact]
    public void Only_single_steps_of_three_by_three_windows_are_taken()
    {
        var layer = Layer(1, 14, 14, 64, 64, 1);
        Winograd<float>.Applies(layer).Should().BeTrue();
        Winograd<float>.Applies(layer with { StrideH = 2 }).Should().BeFalse();
        Winograd<float>.Applies(layer with { DilationW = 2 }).Should().BeFalse();
        Winograd<float>.Applies(layer with { Groups = 2 }).Should().BeFalse();
        Winograd<float>.Applies(layer with { KernelH = 1 }).Should().BeFalse();
        Winograd<float>.Applies(layer with { Transposed = true }).Should().BeFalse();
        var act = () => Winograd<float>.Pack(LaneWidth.One, layer with { StrideW = 2 }, [], default);
        act.Should().Throw<ArgumentException>();
    }

    static ConvGeometry Layer(int n, int h, int w, int ci, int co, int padding) => new(
        new BufferLayout(n, h, w, ci), new BufferLayout(n, h + (2 * padding) - 2, w + (2 * padding) - 2, co), 3, 3)
    {
        PadTop = padding, PadLeft = padding,
    };

    static ConvGeometry WithHalo(ConvGeometry geometry)
    {
        return geometry with { Input = geometry.Input.WithHalo(geometry.RequiredHalo) };
    }

    // Near the direct sum in double; equal in every width and however the pieces are dealt; buffers end at guard pages.
    static void Check<E>(ConvGeometry geometry, double tolerance)
        where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
    {
        geometry = WithHalo(geometry);
        E[] weights = Bits.Random<E>(9 * geometry.Input.C * geometry.Output.C, 2);
        using var x = Filled<E>(geometry.Input, 1);
        E[]? first = null;
        foreach (var lanes in LaneWidths.All)
        {
            E[] actual = Run(lanes, geometry, weights, x.Pointer, Epilogue<E>.None(lanes));
            first ??= actual;
            Bits.ShouldEqual<E>(actual, first, $"{lanes} {geometry}");
            E[] split = Run(lanes, geometry, weights, x.Pointer, Epilogue<E>.None(lanes), split: true);
            Bits.ShouldEqual<E>(split, first, $"split at {lanes} {geometry}");
        }
        var (expected, magnitude) = Naive(geometry, x.Span, weights);
        double largest = magnitude.Max();
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(double.CreateTruncating(first![i]) - expected[i]);
            if (!(error <= tolerance * largest))
                Assert.Fail($"output {i} of {geometry}: {first[i]}, expected {expected[i]}");
        }
    }

    static GuardedMemory<float> Filled(in BufferLayout layout, int seed) => Filled<float>(layout, seed);

    static GuardedMemory<E> Filled<E>(in BufferLayout layout, int seed)
        where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
    {
        var memory = new GuardedMemory<E>(layout.Elements);
        E[] values = Bits.Random<E>(layout.N * layout.H * layout.W * layout.C, seed);
        int i = 0;
        for (int n = 0; n < layout.N; n++)
            for (int h = 0; h < layout.H; h++)
                for (int w = 0; w < layout.W; w++)
                    for (int c = 0; c < layout.C; c++)
                        memory.Span[(int)layout.Index(n, h, w) + c] = values[i++];
        return memory;
    }

    static E[] Run<E>(LaneWidth lanes, in ConvGeometry geometry, E[] weights, E* x, in Epilogue<E> epilogue,
        bool split = false)
        where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
    {
        var winograd = new Winograd<E>(
            lanes, geometry, Winograd<E>.Pack(lanes, geometry, weights, WeightStrides.Hwio(geometry)));
        using var scratch = new GuardedMemory<E>(winograd.ScratchElements);
        scratch.Span.Fill(E.NaN);
        var layout = geometry.Output;
        using var y = new GuardedMemory<E>(layout.Elements);
        if (split)
        {
            for (int piece = winograd.Pieces - 1; piece >= 0; piece--)
                winograd.Run(x, y.Pointer, piece, piece + 1, scratch.Pointer, epilogue);
        }
        else
        {
            winograd.Run(x, y.Pointer, 0, winograd.Pieces, scratch.Pointer, epilogue);
        }
        return y.Span.ToArray();
    }

    static (double[] Sum, double[] Magnitude) Naive<E>(in ConvGeometry g, ReadOnlySpan<E> x, E[] weights)
        where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
    {
        var sum = new double[g.Output.N * g.Output.H * g.Output.W * g.Output.C];
        var magnitude = new double[sum.Length];
        int i = 0;
        for (int n = 0; n < g.Output.N; n++)
            for (int oh = 0; oh < g.Output.H; oh++)
                for (int ow = 0; ow < g.Output.W; ow++)
                    for (int co = 0; co < g.Output.C; co++, i++)
                        for (int tap = 0; tap < 9; tap++)
                        {
                            int from = (int)g.Input.Index(n, oh + (tap / 3) - g.PadTop, ow + (tap % 3) - g.PadLeft);
                            for (int ci = 0; ci < g.Input.C; ci++)
                            {
                                double product = double.CreateTruncating(x[from + ci])
                                    * double.CreateTruncating(weights[(((tap * g.Input.C) + ci) * g.Output.C) + co]);
                                sum[i] += product;
                                magnitude[i] += Math.Abs(product);
                            }
                        }
        return (sum, magnitude);
    }

    readonly struct AtLeast : IUnary
    {
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E> => L.Max(x, L.Splat(a.A));
    }
}
