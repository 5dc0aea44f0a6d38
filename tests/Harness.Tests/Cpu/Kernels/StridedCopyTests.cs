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
                int elements = shape.Aggregate(1, (a, b) => a * b);
                nint[] strides = Traversal.ContiguousStrides(shape);
                int[] target = [.. axes.Select(a => shape[a])];
                nint[] targetStrides = Traversal.ContiguousStrides(target);
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
                    if (y.Span[i] != at) Assert.Fail($"({string.Join(", ", shape)}) by ({string.Join(", ", axes)}) at {i}");
                    for (int a = index.Length - 1; a >= 0 && ++index[a] == target[a]; a--) index[a] = 0;
                }
                StridedCopy.Copy(target, sourceStrides, targetStrides, z.Pointer, y.Pointer);
                if (!z.Span.SequenceEqual(x.Span)) Assert.Fail("not back");
            }, iter: 200, threads: 1);

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

    [Theory]
    [InlineData("Constant", 2, 1, "-1 -1 0 1 2 -1")]
    [InlineData("Constant", -1, 0, "1 2")]
    [InlineData("Reflect", 2, 2, "2 1 0 1 2 1 0")]
    [InlineData("Replicate", 1, 4, "0 0 1 2 2 2 2 2")]
    [InlineData("Circular", 3, 1, "0 1 2 0 1 2 0")]
    public void Padding_picks_the_elements_that_PyTorch_picks(string mode, int before, int after, string expected) =>
        string.Join(' ', PixelCopy.Padded(3, before, after, Enum.Parse<PadMode>(mode))).Should().Be(expected);

    [Fact]
    public void Reflecting_more_than_there_is_is_refused()
    {
        var act = () => PixelCopy.Padded(3, 3, 0, PadMode.Reflect);
        act.Should().Throw<ArgumentException>().WithMessage("*at most 2*");
    }

    [Fact]
    public void Padded_images_match_their_index_maps()
    {
        foreach (int pitch in new[] { 0, 9 })
        {
            var input = new BufferLayout(2, 4, 5, 6, 1, 1, 0, 0, pitch);
            var output = new BufferLayout(2, 7, 6, 6, 0, 2, 1, 0);
            int[] rows = PixelCopy.Padded(4, 2, 1, PadMode.Reflect);
            int[] columns = PixelCopy.Padded(5, 2, -1, PadMode.Constant);
            using var x = new GuardedMemory<double>(Bits.Random<double>((int)input.Elements, 4));
            using var y = new GuardedMemory<double>(output.Elements);
            PixelCopy.Run(input, output, rows, columns, -7.0, 0, 5, x.Pointer, y.Pointer);
            PixelCopy.Run(input, output, rows, columns, -7.0, 5, 14, x.Pointer, y.Pointer);
            for (int n = 0; n < 2; n++)
                for (int h = 0; h < 7; h++)
                    for (int w = 0; w < 6; w++)
                        for (int c = 0; c < 6; c++)
                        {
                            double expected = columns[w] < 0 ? -7 : x.Span[(int)input.Index(n, rows[h], columns[w]) + c];
                            y.Span[(int)output.Index(n, h, w) + c].Should().Be(expected);
                        }
        }
    }
}
