using CsCheck;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class StridedCopyTests
{
    [Fact]
    public void Any_permutation_there_and_back_is_identity() =>
        Gen.Select(Gen.Int[1, 5].SelectMany(rank => Gen.Int[1, 40].Array[rank]), Gen.Int[0, 10000])
            .Where((shape, _) => shape.Aggregate(1L, (a, b) => a * b) <= 100_000)
            .Sample((shape, seed) =>
            {
                int[] axes = [.. Enumerable.Range(0, shape.Length)];
                new Random(seed).Shuffle(axes);
                ThereAndBack(shape, axes);
            }, iter: 200, threads: 1);

    // More than is copied at once: kernels, planes, and lines that stay lines.
    [Theory]
    [InlineData(new[] { 513, 301, 3, 3 }, new[] { 2, 3, 1, 0 })]
    [InlineData(new[] { 3, 1025, 701 }, new[] { 0, 2, 1 })]
    [InlineData(new[] { 1025, 1023 }, new[] { 1, 0 })]
    [InlineData(new[] { 7, 1, 300_001 }, new[] { 1, 0, 2 })]
    [InlineData(new[] { 1_048_577 }, new[] { 0 })]
    public void A_large_copy_moves_every_element(int[] shape, int[] axes) => ThereAndBack(shape, axes);

    static void ThereAndBack(int[] shape, int[] axes)
    {
        int elements = shape.Aggregate(1, (a, b) => a * b);
        nint[] strides = StridedCopy.ContiguousStrides(shape);
        int[] target = [.. axes.Select(a => shape[a])];
        nint[] targetStrides = StridedCopy.ContiguousStrides(target);
        nint[] sourceStrides = [.. axes.Select(a => strides[a])];
        using var x = new GuardedMemory<int>([.. Enumerable.Range(0, elements)]);
        using var y = new GuardedMemory<int>(elements);
        using var z = new GuardedMemory<int>(elements);
        StridedCopy.Copy(target, targetStrides, sourceStrides, y.Pointer, x.Pointer);
        var index = new int[shape.Length];
        for (int i = 0; i < elements; i++)
        {
            nint at = 0;
            for (int a = 0; a < index.Length; a++) at += index[a] * sourceStrides[a];
            if (y.Span[i] != at)
                Assert.Fail($"({string.Join(", ", shape)}) by ({string.Join(", ", axes)}) at {i}");
            for (int a = index.Length - 1; a >= 0 && ++index[a] == target[a]; a--) index[a] = 0;
        }
        StridedCopy.Copy(target, sourceStrides, targetStrides, z.Pointer, y.Pointer);
        if (!z.Span.SequenceEqual(x.Span)) Assert.Fail("not back");
    }

    [Fact]
    public void An_image_goes_into_a_halo_and_a_scalar_anywhere()
    {
        var layout = new BufferLayout(2, 5, 7, 3, 1, 2, 1, 0);
        using var x = new GuardedMemory<float>(Bits.Random<float>(2 * 3 * 5 * 7, 1));
        using var y = new GuardedMemory<float>(layout.Elements);
        StridedCopy.Copy([2, 5, 7, 3], layout.Strides(), [105, 7, 1, 35], y.Pointer + layout.Origin, x.Pointer);
        for (int n = 0; n < 2; n++)
            for (int c = 0; c < 3; c++)
                for (int h = 0; h < 5; h++)
                    for (int w = 0; w < 7; w++)
                        y.Span[(int)layout.Index(n, h, w) + c].Should().Be(x.Span[(((((n * 3) + c) * 5) + h) * 7) + w]);
        StridedCopy.Copy([], [], [], y.Pointer, x.Pointer);
        y.Span[0].Should().Be(x.Span[0]);
    }
}
