using static Harness.Tests.Naive.NaiveFlax;

namespace Harness.Tests.Naive;

/// <summary>What Flax's guide “Convert PyTorch models to Flax” says, and leaves out, of convolutions, held to both
/// frameworks' definitions. <c>docs/flax-guide.md</c> tells the same in words.</summary>
public sealed class FlaxGuideConvolutionTests
{
    const double Exact = 1e-12;
    const double Wrong = 1e-2;

    /// <summary>Kernel, stride, padding, dilation and output padding of square transposed convolutions.</summary>
    public static TheoryData<int, int, int, int, int> Transposed
    {
        get
        {
            var rows = new TheoryData<int, int, int, int, int>();
            for (var k = 1; k <= 4; k++)
                for (var s = 1; s <= 3; s++)
                    for (var d = 1; d <= 2; d++)
                        for (var p = 0; p <= 2; p++)
                            for (var op = 0; op < Math.Max(s, d); op++)
                                rows.Add(k, s, p, d, op);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Transposed))]
    public void Padding_of_1_minus_p_holds_only_where_the_window_reaches_one_step(int k, int s, int p, int d, int op)
    {
        var distance = TransposedDistance(k, s, p, d, op, new(1 - p, 1 - p));

        if (d * (k - 1) == 1 && op == 0) distance.Should().BeLessThan(Exact);
        else distance.Should().BeGreaterThan(Wrong);
    }

    [Fact]
    public void Padding_of_1_minus_p_can_have_the_right_shape_and_shifted_values() =>
        TransposedDistance(1, 3, 0, 1, 2, new(1, 1)).Should().BeInRange(Wrong, 1e3);

    [Theory]
    [MemberData(nameof(Transposed))]
    public void Padding_of_reach_minus_p_and_output_padding_behind_always_holds(int k, int s, int p, int d, int op)
    {
        var reach = d * (k - 1);

        TransposedDistance(k, s, p, d, op, new(reach - p, reach - p + op)).Should().BeLessThan(Exact);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(2, 3)]
    [InlineData(1, 2)]
    public void VALID_is_padding_0_and_output_padding_where_the_stride_exceeds_the_kernel(int k, int s)
    {
        TransposedDistance(k, s, 0, 1, Math.Max(s - k, 0), TransposedValid(k, s)).Should().BeLessThan(Exact);
        if (s > k)
            TransposedDistance(k, s, 0, 1, 0, TransposedValid(k, s)).Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void SAME_of_kernel_3_and_stride_2_has_the_shape_of_padding_1_and_is_shifted()
    {
        TransposedSame(3, 2).Should().Be(new Edges(2, 1));
        TransposedDistance(3, 2, 1, 1, 1, TransposedSame(3, 2)).Should().BeInRange(Wrong, 1e3);
        TransposedDistance(3, 2, 1, 1, 1, new(1, 2)).Should().BeLessThan(Exact);
    }

    [Fact]
    public void Without_transpose_kernel_the_window_must_be_flipped_by_hand()
    {
        var (x, weight) = (NaiveTensor.Random(1, 2, 3, 4, 5), NaiveTensor.Random(2, 3, 3, 3, 3));
        var torch = ToNhwc(NaiveOps.ConvTranspose2d(x, weight, null, new() { Stride = 2 }));
        var kernel = NaiveOps.Permute(weight, 2, 3, 0, 1);
        Edges[] padding = [new(2, 2), new(2, 2)];

        ConvTranspose(ToNhwc(x), Flip(kernel), 2, padding).Distance(torch).Should().BeLessThan(Exact);
        ConvTranspose(ToNhwc(x), kernel, 2, padding).Distance(torch).Should().BeInRange(Wrong, 1e3);
    }

    [Theory]
    [InlineData(2, 2, 1, 0)]
    [InlineData(3, 1, 2, 1)]
    [InlineData(6, 3, 1, 2)]
    public void Groups_need_a_forward_convolution_with_a_rearranged_kernel(int groups, int s, int d, int op)
    {
        var (inputs, outputs, kh, kw) = (6 / groups, 2, 3, 2);
        var (x, weight) = (NaiveTensor.Random(1, 2, 6, 4, 5), NaiveTensor.Random(2, 6, outputs, kh, kw));
        op = Math.Min(op, Math.Max(s, d) - 1);
        var torch = NaiveOps.ConvTranspose2d(x, weight, null,
            new() { Stride = s, Padding = 1, Dilation = d, OutputPadding = op, Groups = groups });
        // nn.ConvTranspose has no groups; nn.Conv with input_dilation has, its output channels group by group.
        var kernel = NaiveTensor.From([kh, kw, inputs, outputs * groups], at =>
            weight[at[3] / outputs * inputs + at[2], at[3] % outputs, kh - 1 - at[0], kw - 1 - at[1]]);
        Edges[] padding = [new(d * (kh - 1) - 1, d * (kh - 1) - 1 + op), new(d * (kw - 1) - 1, d * (kw - 1) - 1 + op)];

        Conv(ToNhwc(x), kernel, 1, padding, s, d, groups).Distance(ToNhwc(torch)).Should().BeLessThan(Exact);
    }

    [Theory]
    [InlineData(8, 3, 1)]
    [InlineData(14, 7, 3)]
    [InlineData(12, 5, 2)]
    public void SAME_with_stride_2_is_not_half_the_kernel_on_even_sizes(int extent, int k, int p)
    {
        Same(extent, k, 2).Should().NotBe(new Edges(p, p));
        ConvolutionDistance(extent, k, 2, p, Same(extent, k, 2)).Should().BeInRange(Wrong, 1e3, "the shape fits");
        ConvolutionDistance(extent, k, 2, p, new(p, p)).Should().BeLessThan(Exact);
        ConvolutionDistance(extent + 1, k, 2, p, Same(extent + 1, k, 2)).Should().BeLessThan(Exact, "odd sizes agree");
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(3, 2)]
    [InlineData(2, 3)]
    public void SAME_with_stride_1_is_PyTorchs_same_for_even_and_dilated_kernels_too(int k, int d)
    {
        var (x, weight) = (NaiveTensor.Random(1, 2, 3, 9, 8), NaiveTensor.Random(2, 4, 3, k, k));
        var torch = NaiveOps.Conv2d(x, weight, null, new ConvArguments { Dilation = d }.Same(k));

        Conv(ToNhwc(x), ToHwio(weight), 1, [Same(9, k, 1, d), Same(8, k, 1, d)], kernelDilation: d)
            .Distance(ToNhwc(torch)).Should().BeLessThan(Exact);
    }

    [Fact]
    public void Default_paddings_differ_none_in_PyTorch_and_SAME_in_Flax() =>
        ConvolutionDistance(7, 3, 1, 0, Same(7, 3, 1)).Should().Be(double.PositiveInfinity);

    [Fact]
    public void A_kernel_with_height_and_width_swapped_passes_every_check_of_shapes()
    {
        var (x, weight) = (NaiveTensor.Random(1, 2, 3, 6, 6), NaiveTensor.Random(2, 4, 3, 2, 2));
        var torch = ToNhwc(NaiveOps.Conv2d(x, weight, null, new()));
        var swapped = Conv(ToNhwc(x), NaiveOps.Permute(weight, 3, 2, 1, 0), 1, [default, default]);

        swapped.Shape.Should().Equal(torch.Shape);
        swapped.Distance(torch).Should().BeGreaterThan(Wrong);
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(4, 4)]
    public void Grouped_and_depthwise_kernels_need_the_same_transposition_and_no_other(int channels, int groups)
    {
        var (x, weight) = (NaiveTensor.Random(1, 2, channels, 6, 5), NaiveTensor.Random(2, 8, channels / groups, 3, 2));
        var torch = NaiveOps.Conv2d(x, weight, null, new() { Groups = groups });

        Conv(ToNhwc(x), ToHwio(weight), 1, [default, default], groups: groups)
            .Distance(ToNhwc(torch)).Should().BeLessThan(Exact);
    }

    static double TransposedDistance(int k, int s, int p, int d, int op, Edges padding)
    {
        var (x, weight) = (NaiveTensor.Random(1, 1, 2, 10, 9), NaiveTensor.Random(2, 2, 3, k, k));
        var torch = NaiveOps.ConvTranspose2d(x, weight, null,
            new() { Stride = s, Padding = p, Dilation = d, OutputPadding = op });
        return ConvTranspose(ToNhwc(x), ToHwio(weight), s, [padding, padding], d, transposeKernel: true)
            .Distance(ToNhwc(torch));
    }

    static double ConvolutionDistance(int extent, int k, int s, int p, Edges padding)
    {
        var (x, weight) = (NaiveTensor.Random(1, 2, 3, extent, extent), NaiveTensor.Random(2, 4, 3, k, k));
        var torch = NaiveOps.Conv2d(x, weight, null, new() { Stride = s, Padding = p });
        return Conv(ToNhwc(x), ToHwio(weight), s, [padding, padding]).Distance(ToNhwc(torch));
    }
}
