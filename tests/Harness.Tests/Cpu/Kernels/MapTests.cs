using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Model;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class MapTests
{
    public static TheoryData<LaneWidth> Widths => [.. LaneWidths.All];

    [Theory, MemberData(nameof(Widths))]
    public void Every_length_ends_at_a_guard_page(LaneWidth lanes)
    {
        EveryLength<float>(lanes);
        EveryLength<double>(lanes);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Broadcasting_matches_plain_loops(LaneWidth lanes)
    {
        // (n, h, w, c) = x · per-channel vector and x · per-image scalar, x in a halo'd buffer.
        foreach (int c in new[] { 1, 3, 16, 19, 40 })
        {
            var layout = new BufferLayout(2, 3, 5, c, 1, 2, 3, 4);
            var xs = Bits.Random<double>((int)layout.Elements, c);
            var channel = Bits.Random<double>(c, 2);
            var image = Bits.Random<double>(2, 3);
            using var x = new GuardedMemory<double>(xs);
            Check(channel, Traversal.Broadcast([c], [1], [2, 3, 5, c]), (_, k) => channel[k]);
            Check(image, Traversal.Broadcast([2, 1, 1, 1], [1, 1, 1, 1], [2, 3, 5, c]), (n, _) => image[n]);

            void Check(double[] other, nint[] strides, Func<int, int, double> factor)
            {
                var over = Traversal.Of(
                    [2, 3, 5, c], StridedCopy.ContiguousStrides([2, 3, 5, c]), layout.Strides(), strides);
                using var y = new GuardedMemory<double>(other);
                using var d = new GuardedMemory<double>(2 * 3 * 5 * c);
                for (long piece = 0; piece < over.Pieces; piece += 3)
                {
                    Map.Binary<Product, double>(lanes, over, piece, Math.Min(over.Pieces, piece + 3), d.Pointer,
                        x.Pointer + layout.Origin, y.Pointer, default);
                }
                int i = 0;
                for (int n = 0; n < 2; n++)
                    for (int h = 0; h < 3; h++)
                        for (int w = 0; w < 5; w++)
                            for (int k = 0; k < c; k++)
                                d.Span[i++].Should().Be(xs[layout.Index(n, h, w) + k] * factor(n, k));
            }
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void A_permuted_copy_moves_every_element(LaneWidth lanes)
    {
        int[] shape = [3, 4, 5, 7];
        int[] axes = [2, 0, 3, 1];
        var source = Bits.Random<float>(3 * 4 * 5 * 7, 1);
        nint[] strides = StridedCopy.ContiguousStrides(shape);
        int[] target = [.. axes.Select(a => shape[a])];
        var over = Traversal.Of(target, StridedCopy.ContiguousStrides(target), [.. axes.Select(a => strides[a])]);
        using var x = new GuardedMemory<float>(source);
        using var d = new GuardedMemory<float>(source.Length);
        Map.Copy(lanes, over, 0, over.Pieces, d.Pointer, x.Pointer);
        int i = 0;
        for (int a = 0; a < 5; a++)
            for (int b = 0; b < 3; b++)
                for (int c = 0; c < 7; c++)
                    for (int e = 0; e < 4; e++)
                        d.Span[i++].Should().Be(source[(b * strides[0]) + (e * strides[1]) + (a * strides[2]) + c]);
    }

    [Fact]
    public void A_contiguous_value_is_one_row_cut_for_threads()
    {
        var over = Traversal.Of([2, 100, 100, 3], StridedCopy.ContiguousStrides([2, 100, 100, 3]),
            StridedCopy.ContiguousStrides([2, 100, 100, 3]));
        over.Pieces.Should().Be((60000 + 4095) / 4096);
    }

    [Fact]
    public void An_empty_value_has_no_pieces() =>
        Traversal.Of([2, 0, 3], StridedCopy.ContiguousStrides([2, 0, 3])).Pieces.Should().Be(0);

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused()
    {
        var act = () => Traversal.Broadcast([3], [1], [2, 4]);
        act.Should().Throw<ArgumentException>().WithMessage("*extent 3*4*");
    }

    [Fact]
    public void Clearing_a_halo_leaves_the_interior_alone()
    {
        foreach (var layout in new[] { new BufferLayout(2, 3, 4, 5, 1, 2, 3, 1),
            new BufferLayout(2, 3, 4, 5, 1, 2, 3, 1, 8) })
        {
            using var x = new GuardedMemory<float>(layout.Elements);
            x.Span.Fill(7);
            Halo.Clear(x.Pointer, layout);
            int interior = 0;
            for (int n = 0; n < 2; n++)
                for (int h = -1; h < 3 + 3; h++)
                    for (int w = -2; w < 4 + 1; w++)
                        for (int c = 0; c < layout.PixelStride; c++)
                        {
                            bool inside = h is >= 0 and < 3 && w is >= 0 and < 4;
                            if (inside) interior++;
                            x.Span[(int)layout.Index(n, h, w) + c].Should().Be(inside || c >= 5 ? 7 : 0);
                        }
            interior.Should().Be(2 * 3 * 4 * (int)layout.PixelStride);
        }
    }

    static void EveryLength<E>(LaneWidth lanes) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        for (int length = 1; length <= 130; length++)
        {
            using var x = new GuardedMemory<E>(Bits.Random<E>(length, length));
            using var y = new GuardedMemory<E>(Bits.Random<E>(length, length + 1));
            using var d = new GuardedMemory<E>(length);
            var over = Traversal.Contiguous(length, 3);
            Map.Binary<Product, E>(lanes, over, 0, over.Pieces, d.Pointer, x.Pointer, y.Pointer, default);
            for (int i = 0; i < length; i++) d.Span[i].Should().Be(x.Span[i] * y.Span[i]);
        }
    }

    readonly struct Product : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * y;
    }
}
