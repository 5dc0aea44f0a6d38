using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

/// <summary>Every combination of bias, batch norm, residual and activation gives the bits of separate steps: of two
/// images with halos and gaps between pixels, at channel counts that fill no register, in every width and both
/// precisions.</summary>
public sealed unsafe class EpilogueTests
{
    static readonly int[] s_channels = [1, 5, 15, 17, 33, 37, 66];

    [Fact]
    public void After_a_product() => Every(c => ConvolutionCheck.Product(29, 9, c));

    [Fact]
    public void After_a_window() => Every(c => Two(11, c, 3) with { PadTop = 1, PadLeft = 1 });

    [Fact]
    public void After_groups() => Every(c => Two(6, 3 * c, 3) with { PadTop = 1, PadLeft = 1, Groups = 3 });

    [Fact]
    public void After_a_transposed_window() =>
        Every(c => Two(5, c, 3) with { Transposed = true, StrideH = 2, StrideW = 2, PadTop = 1, PadLeft = 1 });

    [Fact]
    public void After_a_depthwise_window() => Every(c => Two(c, c, 3) with { PadTop = 1, PadLeft = 1, Groups = c });

    [Fact]
    public void After_a_transform() =>
        Every(c => Two(10, c, 3) with { PadTop = 1, PadLeft = 1 }, ConvolutionCheck.By.Transform);

    [Fact]
    public void After_a_product_with_a_stored_matrix() => Every(
        c => new ConvGeometry(
            new BufferLayout(2, 1, 2, 9, Pitch: 11), new BufferLayout(2, 1, 2, c, 1, 0, 2, 1, c + 3), 1, 1),
        ConvolutionCheck.By.Stored);

    static ConvGeometry Two(int ci, int co, int kernel) => new(
        new BufferLayout(2, 3, 15, ci, Pitch: ci + 2),
        new BufferLayout(2, 3, 15, co, 1, 0, 2, 1, co + 3), kernel, kernel);

    static void Every(Func<int, ConvGeometry> geometryOf, ConvolutionCheck.By by = ConvolutionCheck.By.Windows)
    {
        foreach (int c in s_channels)
        {
            var geometry = geometryOf(c);
            geometry = geometry with { Input = geometry.Input.WithHalo(geometry.RequiredHalo) };
            Every<float>(geometry, by);
            Every<double>(geometry, by);
        }
    }

    static void Every<E>(ConvGeometry geometry, ConvolutionCheck.By by)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var problem = ConvolutionCheck.Problem.Of(geometry);
        int c = geometry.Output.C, pixels = geometry.Output.N * geometry.Output.H * geometry.Output.W;
        var beside = geometry.Output with { Top = 0, Left = 2, Bottom = 0, Right = 0, Pitch = c + 1 };
        double[] other = Bits.Random<double>(pixels * c, 7);
        E[] more = Array.ConvertAll(other, E.CreateTruncating);
        using var x = problem.Input<E>(Guard.Behind);
        using var weights = problem.Kernel<E>(Guard.Behind);
        using var residual = ConvolutionCheck.Filled<E>(beside, other, Guard.Behind);
        using var bias = new GuardedMemory<E>(Bits.Random<E>(c, 3));
        using var scale = new GuardedMemory<E>(Bits.Random<E>(c, 4));
        using var shift = new GuardedMemory<E>(Bits.Random<E>(c, 5));
        foreach (var lanes in LaneWidths.All)
        {
            E[] plain = ConvolutionCheck.Run(
                geometry, by, lanes, Guard.Behind, x.Pointer, weights.Span, Epilogue<E>.None(lanes));
            foreach (int activation in (int[])[0, 1, 2])
            {
                // Bits of what: bias, norm, residual, residual in place.
                for (int what = 0; what < 12; what++)
                {
                    bool biased = (what & 1) != 0, normed = (what & 2) != 0;
                    bool added = what / 4 == 1, inPlace = what / 4 == 2;
                    var epilogue = Activated<E>(lanes, activation) with
                    {
                        Bias = biased ? bias.Pointer : null,
                        Scale = normed ? scale.Pointer : null,
                        Shift = normed ? shift.Pointer : null,
                        Residual = added ? residual.Pointer : null,
                        ResidualLayout = added ? beside : default,
                    };
                    E[] fused = ConvolutionCheck.Run(
                        geometry, by, lanes, Guard.Behind, x.Pointer, weights.Span, epilogue, inPlace ? more : null);
                    for (int i = 0; i < plain.Length; i++)
                    {
                        E y = plain[i];
                        if (biased) y += bias.Span[i % c];
                        if (normed) y = E.FusedMultiplyAdd(y, scale.Span[i % c], shift.Span[i % c]);
                        if (added || inPlace) y += more[i];
                        if (activation == 1) y = E.Max(y, E.CreateTruncating(0.25));
                        if (activation == 2) y = y / (E.CreateTruncating(0.25) + E.Sqrt(E.Abs(y)));
                        if (Bits.Of(fused[i]) != Bits.Of(y))
                            Assert.Fail(
                                $"{lanes}, {activation}, {what}, element {i} of {geometry}: {fused[i]}, expected {y}");
                    }
                }
            }
        }
    }

    static Epilogue<E> Activated<E>(LaneWidth lanes, int activation)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
        activation switch
        {
            0 => Epilogue<E>.None(lanes),
            1 => Epilogue<E>.Of<AtLeast>(lanes, Scalars<E>.Of(0.25)),
            _ => Epilogue<E>.Of<Soften>(lanes, Scalars<E>.Of(0.25)),
        };

    readonly struct AtLeast : IUnary
    {
        public static bool Short => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Max(x, L.Splat(a.A));
    }

    readonly struct Soften : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x / (L.Splat(a.A) + L.Sqrt(L.Abs(x)));
    }
}
