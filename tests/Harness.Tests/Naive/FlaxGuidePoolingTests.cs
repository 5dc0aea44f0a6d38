using static Harness.Tests.Naive.NaiveFlax;

namespace Harness.Tests.Naive;

/// <summary>What Flax's guide says, and leaves out, of pooling; <c>docs/flax-guide.md</c> tells the same.</summary>
public sealed class FlaxGuidePoolingTests
{
    const double Exact = 1e-12;
    const double Wrong = 1e-2;

    /// <summary>Extent, kernel, stride, padding and ceil mode of square pools.</summary>
    public static TheoryData<int, int, int, int, bool> Pools
    {
        get
        {
            var rows = new TheoryData<int, int, int, int, bool>();
            for (var n = 6; n <= 7; n++)
                for (var k = 2; k <= 4; k++)
                    for (var s = 1; s <= 4; s++)
                        for (var p = 0; p <= k / 2; p++)
                        {
                            rows.Add(n, k, s, p, false);
                            rows.Add(n, k, s, p, true);
                        }
            return rows;
        }
    }

    [Fact]
    public void Default_pools_are_not_compatible_PyTorch_steps_by_the_kernel_and_Flax_by_1()
    {
        var x = NaiveTensor.Random(1, 1, 3, 6, 6);
        var torch = ToNhwc(NaiveOps.AvgPool2d(x, 2, new()));

        torch.Shape.Should().Equal(1, 3, 3, 3);
        AvgPool(ToNhwc(x), 2).Shape.Should().Equal(1, 5, 5, 3);
        AvgPool(ToNhwc(x), 2, strides: 2).Distance(torch).Should().BeLessThan(Exact);
    }

    [Fact]
    public void The_guides_wrapper_is_what_count_include_pad_of_today_does()
    {
        var x = NaiveTensor.Random(1, 1, 3, 6, 6);
        Edges[] padding = [new(1, 1), new(1, 1)];
        var torch = ToNhwc(NaiveOps.AvgPool2d(x, 2, new() { Stride = 1, Padding = 1, CountIncludePad = false }));

        AvgPool(ToNhwc(x), 2, 1, padding, countIncludePad: false).Distance(torch).Should().BeLessThan(Exact);
        AvgPool(ToNhwc(x), 2, 1, padding).Distance(torch).Should().BeInRange(Wrong, 1e3);
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public void Ceil_mode_is_more_padding_behind_for_a_max_pool(int n, int k, int s, int p, bool ceil)
    {
        var x = NaiveTensor.Random(1, 1, 2, n, n);
        var torch = ToNhwc(NaiveOps.MaxPool2d(x, k, new() { Stride = s, Padding = p, CeilMode = ceil }));
        var edges = new Edges(p, p + Overhang(torch.Shape[1], n, k, s, p));

        MaxPool(ToNhwc(x), k, s, [edges, edges]).Distance(torch).Should().BeLessThan(Exact);
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public void Averages_need_counts_of_their_own_where_ceil_mode_overhangs(int n, int k, int s, int p, bool ceil)
    {
        var x = NaiveTensor.Random(1, 1, 2, n, n);
        var arguments = new PoolArguments { Stride = s, Padding = p, CeilMode = ceil };
        var including = ToNhwc(NaiveOps.AvgPool2d(x, k, arguments));
        var excluding = ToNhwc(NaiveOps.AvgPool2d(x, k, arguments with { CountIncludePad = false }));
        var overhang = Overhang(including.Shape[1], n, k, s, p);
        var edges = new Edges(p, p + overhang);

        // The window's size is the divisor only while nothing hangs over the padding.
        var plain = AvgPool(ToNhwc(x), k, s, [edges, edges]).Distance(including);
        if (overhang > 0) plain.Should().BeInRange(1e-4, 1e3);
        else plain.Should().BeLessThan(Exact);
        // PyTorch's divisor counts the padding it was given, and never the overhang: ones over input and padding.
        var ones = NaiveTensor.Zeros(1, n + 2 * p, n + 2 * p, 1).Map(_ => 1);
        var behind = new Edges(0, overhang);
        var counts = Pool(ones, 0, (a, b) => a + b, k, s, [behind, behind]);
        var sums = Pool(ToNhwc(x), 0, (a, b) => a + b, k, s, [edges, edges]);
        NaiveOps.Div(sums, counts).Distance(including).Should().BeLessThan(Exact);
        // Without the padding, the guide's wrapper is right in ceil mode too.
        AvgPool(ToNhwc(x), k, s, [edges, edges], countIncludePad: false).Distance(excluding).Should().BeLessThan(Exact);
    }

    [Fact]
    public void A_divisor_of_ones_own_divides_the_sum()
    {
        var x = NaiveTensor.Random(1, 2, 3, 7, 7);
        var torch = ToNhwc(NaiveOps.AvgPool2d(x, 3, new() { Stride = 2, Padding = 1, DivisorOverride = 5 }));
        var sums = Pool(ToNhwc(x), 0, (a, b) => a + b, 3, 2, [new(1, 1), new(1, 1)]);

        sums.Map(sum => sum / 5).Distance(torch).Should().BeLessThan(Exact);
    }

    [Fact]
    public void A_max_pool_padded_with_zeros_is_wrong_only_where_all_is_negative()
    {
        var x = NaiveTensor.Random(1, 2, 3, 8, 8);
        double Wronged(NaiveTensor input)
        {
            var zeros = ToNhwc(NaiveOps.Pad(input, [1, 1, 1, 1]));
            return MaxPool(zeros, 3, 2)
                .Distance(ToNhwc(NaiveOps.MaxPool2d(input, 3, new() { Stride = 2, Padding = 1 })));
        }

        Wronged(x.Map(value => value - 2)).Should().BeGreaterThan(Wrong);
        Wronged(x.Map(NaiveOps.Relu)).Should().Be(0, "after a ReLU nobody notices");
    }

    [Theory]
    [InlineData(8, 4, true)]
    [InlineData(7, 7, true)]
    [InlineData(10, 7, false)]
    [InlineData(4, 7, false)]
    public void An_adaptive_pool_is_an_average_pool_only_where_the_size_divides(int extent, int size, bool plain)
    {
        var x = NaiveTensor.Random(1, 2, 3, extent, extent);
        var torch = ToNhwc(NaiveOps.AdaptiveAvgPool2d(x, size));
        // The closest single window: as many as asked for, evenly apart.
        var stride = Math.Max(extent / size, 1);
        var window = extent - (size - 1) * stride;

        if (plain) AvgPool(ToNhwc(x), window, stride).Distance(torch).Should().BeLessThan(Exact);
        else if (window > 0) AvgPool(ToNhwc(x), window, stride).Distance(torch).Should().BeInRange(Wrong, 1e3);
        else torch.Shape[1].Should().BeGreaterThan(extent, "no window makes a map grow");
    }

    /// <summary>How far the last window reaches beyond the padding.</summary>
    static int Overhang(int count, int extent, int kernel, int stride, int padding) =>
        Math.Max(0, (count - 1) * stride + kernel - extent - 2 * padding);
}
