namespace Harness.Tests.Naive;

/// <summary>The oracle against small vectors that PyTorch 1.13 printed; one dimension stands as the width.</summary>
public sealed class NaiveOpsTests
{
    [Theory]
    [InlineData(2, 1, 1, 1, new double[] { 34, 76, 44, 96, 54, 63, 49, 112, 65, 144, 81, 90 })]
    [InlineData(3, 1, 2, 2,
        new double[] { 0, 34, 37, 39, 44, 45, 51, 54, 0, 63, 0, 0, 49, 58, 54, 65, 72, 72, 81, 0, 90, 0 })]
    [InlineData(2, 3, 0, 1, new double[] { 44, 65 })]
    public void Transposed_convolution(int stride, int padding, int output, int dilation, double[] expected) =>
        NaiveOps.ConvTranspose2d(NaiveTensor.Counting(1, 2, 1, 3), NaiveTensor.Counting(2, 2, 1, 3), null, new()
        {
            Stride = (1, stride), Padding = (0, padding), OutputPadding = (0, output), Dilation = (1, dilation),
        })
            .Data.Should().Equal(expected);

    [Fact]
    public void Transposed_convolution_in_groups() =>
        NaiveOps.ConvTranspose2d(NaiveTensor.Counting(1, 2, 1, 3), NaiveTensor.Counting(2, 1, 1, 3), null,
            new() { Stride = (1, 2), Groups = 2 })
            .Data.Should().Equal(1, 2, 5, 4, 9, 6, 9, 16, 20, 44, 25, 54, 30, 36);

    [Fact]
    public void Convolution_in_groups() =>
        NaiveOps.Conv2d(NaiveTensor.Counting(1, 4, 1, 4), NaiveTensor.Counting(4, 2, 1, 2), null,
            new() { Stride = (1, 2), Padding = (0, 1), Groups = 2 })
            .Data.Should().Equal(22, 54, 28, 46, 126, 76, 246, 534, 284, 334, 734, 396);

    [Theory]
    [InlineData(6, false, true, new[] { 1.0, 3, 5 })]
    [InlineData(6, true, true, new[] { 1.0, 3, 5, 3 })]
    [InlineData(6, true, false, new[] { 1.5, 3, 5, 6 })]
    [InlineData(5, true, true, new[] { 1.0, 3, 3 })]
    [InlineData(5, true, false, new[] { 1.5, 3, 4.5 })]
    public void Average_pool(int extent, bool ceil, bool include, double[] expected) =>
        NaiveOps.AvgPool2d(NaiveTensor.Counting(1, 1, 1, extent), (1, 3),
            new() { Stride = (1, 2), Padding = (0, 1), CeilMode = ceil, CountIncludePad = include })
            .Data.Should().Equal(expected);

    [Theory]
    [InlineData(false, new[] { -1.0, -2, -4 })]
    [InlineData(true, new[] { -1.0, -2, -4, -6 })]
    public void Max_pool_of_negative_numbers(bool ceil, double[] expected) =>
        NaiveOps.MaxPool2d(NaiveTensor.Counting(1, 1, 1, 6).Map(x => -x), (1, 3),
            new() { Stride = (1, 2), Padding = (0, 1), CeilMode = ceil })
            .Data.Should().Equal(expected);

    [Fact]
    public void A_max_pool_keeps_what_is_not_a_number() =>
        NaiveOps.MaxPool2d(NaiveTensor.Of([1, 1, 1, 4], 1, double.NaN, 5, 2), (1, 2), new() { Stride = 1 })
            .Data.Should().Equal(double.NaN, double.NaN, 5);

    [Fact]
    public void Adaptive_average_pool() =>
        NaiveOps.AdaptiveAvgPool2d(NaiveTensor.Of([1, 1, 1, 4], 0, 1, 4, 9), (1, 3)).Data.Should().Equal(0.5, 2.5, 6.5);

    [Theory]
    [InlineData(-3, -0.0040497, -0.0036374)]
    [InlineData(-1, -0.1586553, -0.158808)]
    [InlineData(-0.5, -0.1542688, -0.154286)]
    [InlineData(0.5, 0.3457312, 0.345714)]
    [InlineData(1, 0.8413447, 0.841192)]
    [InlineData(2.7, 2.6906392, 2.6911124)]
    public void Gelu(double x, double exact, double tanh)
    {
        NaiveOps.Gelu(x).Should().BeApproximately(exact, 6e-8);
        NaiveOps.GeluTanh(x).Should().BeApproximately(tanh, 6e-7);
    }

    /// <summary>Values of C's erf and erfc, which are within one unit in the last place.</summary>
    [Theory]
    [InlineData(0.0, 0.0, 1.0)]
    [InlineData(0.1, 0.1124629160182849, 0.8875370839817152)]
    [InlineData(0.5, 0.5204998778130465, 0.4795001221869535)]
    [InlineData(1.0, 0.8427007929497149, 0.15729920705028513)]
    [InlineData(1.9, 0.9927904292352575, 0.0072095707647425325)]
    [InlineData(3.0, 0.9999779095030014, 2.2090496998585438e-05)]
    [InlineData(-0.7, -0.6778011938374184, 1.6778011938374184)]
    [InlineData(-4.0, -0.9999999845827421, 1.999999984582742)]
    [InlineData(6.0, 1.0, 2.1519736712498916e-17)]
    [InlineData(double.PositiveInfinity, 1.0, 0.0)]
    [InlineData(double.NegativeInfinity, -1.0, 2.0)]
    public void Error_function(double x, double erf, double erfc)
    {
        NaiveOps.Erf(x).Should().BeApproximately(erf, 1e-15);
        NaiveOps.Erfc(x).Should().BeApproximately(erfc, 2e-15 * erfc);
    }

    [Fact]
    public void Activations_keep_what_is_not_a_number()
    {
        Func<double, double>[] functions =
            [NaiveOps.Relu, NaiveOps.Relu6, x => NaiveOps.LeakyRelu(x), NaiveOps.Sigmoid, NaiveOps.Silu, NaiveOps.Gelu,
                NaiveOps.GeluTanh, NaiveOps.Erf];

        functions.Select(function => function(double.NaN)).Should().AllBeEquivalentTo(double.NaN);
    }

    [Fact]
    public void Softmax_sums_to_one_along_its_axis_and_survives_large_numbers()
    {
        var y = NaiveOps.Softmax(NaiveTensor.Random(1, 2, 3, 4, 5).Map(x => x * 1e4), -2);

        NaiveOps.Mean(y, [2]).Data.Should().AllSatisfy(mean => mean.Should().BeApproximately(0.25, 1e-15));
        NaiveOps.Softmax(NaiveTensor.Of([3], 0, Math.Log(2), Math.Log(5)), 0)
            .Distance(NaiveTensor.Of([3], 0.125, 0.25, 0.625)).Should().BeLessThan(1e-15);
    }

    [Fact]
    public void Padding_starts_with_the_last_axis_and_crops_below_zero() =>
        NaiveOps.Pad(NaiveTensor.Counting(1, 2, 3), [1, -1, 0, 1], 9).Data
            .Should().Equal(9, 1, 2, 9, 4, 5, 9, 9, 9);

    [Fact]
    public void Broadcasting_aligns_the_last_axes()
    {
        NaiveOps.Add(NaiveTensor.Counting(2, 2), NaiveTensor.Of([2], 10, 20)).Data.Should().Equal(11, 22, 13, 24);
        NaiveOps.Sub(NaiveTensor.Counting(2, 1), NaiveTensor.Counting(2), alpha: 2).Data.Should().Equal(-1, -3, 0, -2);
        FluentActions.Invoking(() => NaiveOps.Mul(NaiveTensor.Zeros(2, 3), NaiveTensor.Zeros(2)))
            .Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Permuting_there_and_back_is_identity()
    {
        var x = NaiveTensor.Random(1, 2, 3, 4, 5);

        NaiveOps.Permute(NaiveOps.Permute(x, 0, 2, 3, 1), 0, 3, 1, 2).Distance(x).Should().Be(0);
        NaiveOps.Permute(NaiveTensor.Counting(2, 3), 1, 0).Data.Should().Equal(1, 4, 2, 5, 3, 6);
    }

    [Fact]
    public void Transposed_convolution_is_the_adjoint_of_convolution()
    {
        // ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩: what "transposed" means, whatever stride, padding, dilation and groups.
        var arguments = new ConvArguments { Stride = (2, 1), Padding = (1, 2), Dilation = (1, 2), Groups = 2 };
        var (x, weight) = (NaiveTensor.Random(1, 2, 4, 7, 6), NaiveTensor.Random(2, 6, 2, 3, 2));
        var forward = NaiveOps.Conv2d(x, weight, null, arguments);
        var y = NaiveTensor.Random(3, forward.Shape);
        var back = NaiveOps.ConvTranspose2d(y, weight, null, arguments);

        back.Shape.Should().Equal(x.Shape);
        NaiveOps.Mul(back, x).Data.Sum().Should().BeApproximately(NaiveOps.Mul(forward, y).Data.Sum(), 1e-12);
    }
}
