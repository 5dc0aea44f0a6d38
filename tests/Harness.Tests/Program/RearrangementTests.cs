using System.Collections.Immutable;
using CsCheck;
using Harness.Executor.Model;

namespace Harness.Tests.Program;

public sealed class RearrangementTests
{
    static Tensor Counting(Shape shape) =>
        Tensor.Of(shape, [.. Enumerable.Range(0, (int)shape.Elements).Select(i => (float)i)]);

    static ImmutableSortedDictionary<char, int> Sizes(params (char Letter, int Size)[] sizes) =>
        ImmutableSortedDictionary.CreateRange(sizes.Select(s => KeyValuePair.Create(s.Letter, s.Size)));

    [Fact]
    public void A_convolution_kernel_goes_to_hwio_by_the_index_formula()
    {
        const int O = 3, I = 2, H = 4, W = 5;
        var source = Counting([O, I, H, W]);
        var target = new Rearrangement("oihw", "hwio").Apply(source);
        target.Shape.Should().Equal([H, W, I, O]);
        var from = source.As<float>().ToArray();
        var to = target.As<float>().ToArray();
        for (int o = 0; o < O; o++)
            for (int i = 0; i < I; i++)
                for (int h = 0; h < H; h++)
                    for (int w = 0; w < W; w++)
                        to[((h * W + w) * I + i) * O + o].Should().Be(from[((o * I + i) * H + h) * W + w]);
    }

    [Theory]
    [InlineData("oihw", "hwio", "")]
    [InlineData("iohw", "hwoi", "")]
    [InlineData("iodhw", "dhwio", "dhw")]
    [InlineData("(gi)oh", "hgio", "h")]
    [InlineData("ab", "ba", "a")]
    [InlineData("", "", "")]
    public void Strides_find_in_the_source_what_the_move_brings(string from, string to, string flip)
    {
        var move = new Rearrangement(from, to, from.Contains('g') ? Sizes(('g', 2)) : Sizes(), flip);
        var source = Counting(Shape.Create([.. Enumerable.Range(0, from.Length == 0 ? 3 : from.Count(char.IsLetter)
            - (from.Contains('g') ? 1 : 0)).Select(axis => axis == 0 ? 4 : axis + 1)]));
        var moved = move.Apply(source);

        var (origin, strides) = move.StridesIn(source.Shape)!.Value;

        strides.Should().HaveCount(moved.Shape.Rank);
        var seen = new float[moved.Shape.Elements];
        StridedCopy.Copy(moved.Shape.AsSpan(), StridedCopy.ContiguousStrides(moved.Shape.AsSpan()), strides,
            seen, source.As<float>(), origin);
        seen.Should().Equal(moved.As<float>().ToArray());
        seen.Distinct().Should().HaveCount(seen.Length);
    }

    [Fact]
    public void No_strides_say_what_several_axes_make_one()
    {
        new Rearrangement("(gi)ohw", "hwi(go)", Sizes(('g', 2)), "hw").StridesIn([4, 3, 2, 2]).Should().BeNull();
        new Rearrangement("o(ch)", "(hc)o", Sizes(('c', 3), ('h', 2))).StridesIn([4, 6]).Should().BeNull();
    }

    [Fact]
    public void A_flattened_linear_kernel_folds_by_the_index_formula()
    {
        const int O = 2, C = 3, H = 2, W = 5;
        var source = Counting([O, C * H * W]);
        var target = new Rearrangement("o(chw)", "(hwc)o", Sizes(('c', C), ('h', H), ('w', W))).Apply(source);
        target.Shape.Should().Equal([H * W * C, O]);
        var from = source.As<float>().ToArray();
        var to = target.As<float>().ToArray();
        for (int o = 0; o < O; o++)
            for (int c = 0; c < C; c++)
                for (int h = 0; h < H; h++)
                    for (int w = 0; w < W; w++)
                        to[((h * W + w) * C + c) * O + o].Should().Be(from[o * C * H * W + (c * H + h) * W + w]);
    }

    [Fact]
    public void A_grouped_transposed_kernel_is_flipped_and_regrouped_by_the_index_formula()
    {
        const int G = 2, Ig = 3, Og = 2, H = 2, W = 3;
        var source = Counting([G * Ig, Og, H, W]);
        var target = new Rearrangement("(gi)ohw", "hwi(go)", Sizes(('g', G)), "hw").Apply(source);
        target.Shape.Should().Equal([H, W, Ig, G * Og]);
        var from = source.As<float>().ToArray();
        var to = target.As<float>().ToArray();
        for (int g = 0; g < G; g++)
            for (int i = 0; i < Ig; i++)
                for (int o = 0; o < Og; o++)
                    for (int a = 0; a < H; a++)
                        for (int b = 0; b < W; b++)
                            to[((a * W + b) * Ig + i) * G * Og + g * Og + o].Should()
                                .Be(from[(((g * Ig + i) * Og + o) * H + H - 1 - a) * W + W - 1 - b]);
    }

    [Fact]
    public void There_and_back_is_the_identity_bit_for_bit() =>
        (from extents in Gen.Int[1, 5].Array[4]
         from order in Gen.Shuffle(new[] { 'a', 'b', 'c', 'd' })
         from flip in Gen.Int[0, 3].Select(i => new[] { "", "a", "bd", "abcd" }[i])
         select (extents, order, flip))
        .Sample(t =>
        {
            var source = Counting(Shape.Create(t.extents));
            var move = new Rearrangement("abcd", new string(t.order), Sizes(), t.flip);
            return move.Inverse.Apply(move.Apply(source)).Bytes.Span.SequenceEqual(source.Bytes.Span);
        });

    [Fact]
    public void A_shape_without_the_named_axes_is_refused()
    {
        var move = new Rearrangement("oihw", "hwio");
        move.Invoking(m => m.Apply(Counting([2, 3]))).Should().Throw<ArgumentException>().WithMessage("*(2, 3)*oihw*");
    }

    [Theory]
    [InlineData(ElementType.Float64)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.UInt8)]
    public void Every_element_size_moves_whole(ElementType type)
    {
        byte[] bytes = [.. Enumerable.Range(0, 6 * type.Size()).Select(i => (byte)i)];
        var moved = new Rearrangement("ab", "ba").Apply(new Tensor(type, [2, 3], bytes));
        int size = type.Size();
        for (int a = 0; a < 2; a++)
            for (int b = 0; b < 3; b++)
                moved.Bytes.Slice((b * 2 + a) * size, size).ToArray().Should()
                    .Equal(bytes[((a * 3 + b) * size)..((a * 3 + b + 1) * size)]);
    }
}
