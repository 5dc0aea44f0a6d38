using static Harness.Tests.Naive.NaiveFlax;

namespace Harness.Tests.Naive;

/// <summary>What Flax's guide says, and leaves out, of flattening, norms, axes, activations and precision.
/// <c>docs/flax-guide.md</c> tells the same in words.</summary>
public sealed class FlaxGuideTests
{
    const double Exact = 1e-12;
    const double Wrong = 1e-2;

    [Fact]
    public void Flattening_channels_last_without_a_transposition_fits_and_is_wrong()
    {
        var (map, weight) = (NaiveTensor.Random(1, 2, 4, 5, 3), NaiveTensor.Random(2, 6, 60));
        var torch = NaiveOps.Linear(NaiveOps.Flatten(map, 1), weight, null);

        NaiveOps.Linear(NaiveOps.Flatten(ToNhwc(map), 1), weight, null).Distance(torch).Should().BeInRange(Wrong, 1e3);
        NaiveOps.Linear(NaiveOps.Flatten(ToNchw(ToNhwc(map)), 1), weight, null).Distance(torch).Should().Be(0);
    }

    [Fact]
    public void The_transposition_can_be_folded_into_the_kernel_by_whoever_knows_the_number_of_channels()
    {
        var (c, h, w, outputs) = (4, 5, 3, 6);
        var (map, weight) = (NaiveTensor.Random(1, 2, c, h, w), NaiveTensor.Random(2, outputs, c * h * w));
        var torch = NaiveOps.Linear(NaiveOps.Flatten(map, 1), weight, null);
        NaiveTensor Folded(int channels) => NaiveOps.Reshape(
            NaiveOps.Permute(NaiveOps.Reshape(weight, outputs, channels, -1), 0, 2, 1), outputs, -1);
        NaiveTensor Flax(NaiveTensor kernel) => NaiveOps.Linear(NaiveOps.Flatten(ToNhwc(map), 1), kernel, null);

        Flax(Folded(c)).Distance(torch).Should().BeLessThan(Exact);
        Flax(Folded(h)).Distance(torch).Should().BeInRange(Wrong, 1e3);
    }

    [Theory]
    [InlineData(4, 1, 1, true)]
    [InlineData(1, 5, 3, true)]
    [InlineData(4, 1, 3, false)]
    [InlineData(4, 5, 1, false)]
    public void The_transposition_is_not_needed_for_one_pixel_or_one_channel(int c, int h, int w, bool same)
    {
        var map = NaiveTensor.Random(1, 2, c, h, w);

        NaiveOps.Flatten(ToNhwc(map), 1).Data.SequenceEqual(NaiveOps.Flatten(map, 1).Data).Should().Be(same);
    }

    [Fact]
    public void A_vector_viewed_as_an_image_needs_the_transposition_the_other_way_round()
    {
        var vector = NaiveTensor.Random(1, 2, 60);

        ToNhwc(NaiveOps.Reshape(vector, 2, 4, 5, 3)).Distance(NaiveOps.Reshape(vector, 2, 5, 3, 4))
            .Should().BeGreaterThan(Wrong);
    }

    [Fact]
    public void A_linear_on_an_image_works_along_width_in_PyTorch_and_along_channels_in_Flax()
    {
        var (map, weight) = (NaiveTensor.Random(1, 2, 6, 5, 6), NaiveTensor.Random(2, 6, 6));
        var torch = ToNhwc(NaiveOps.Linear(map, weight, null));
        var flax = NaiveOps.Linear(ToNhwc(map), weight, null);

        flax.Shape.Should().Equal(torch.Shape, "as many columns as channels: nothing complains");
        flax.Distance(torch).Should().BeGreaterThan(Wrong);
    }

    [Fact]
    public void A_square_kernel_left_untransposed_fits_a_linear()
    {
        var (x, weight) = (NaiveTensor.Random(1, 3, 6), NaiveTensor.Random(2, 6, 6));

        NaiveOps.Linear(x, NaiveOps.Transpose(weight, 0, 1), null).Distance(NaiveOps.Linear(x, weight, null))
            .Should().BeInRange(Wrong, 1e3);
    }

    [Fact]
    public void The_guides_batch_norm_example_passes_when_nothing_is_ported()
    {
        // Its layer is fresh: mean 0, variance 1, scale 1, bias 0, and both frameworks' epsilon is 1e-5.
        var x = NaiveTensor.Random(1, 1, 3, 6, 6);
        var (zeros, ones) = (NaiveTensor.Zeros(3), NaiveTensor.Zeros(3).Map(_ => 1));
        var fresh = NaiveOps.BatchNorm(x, ones, zeros, zeros, ones);
        var (mean, variance) = (NaiveTensor.Random(2, 3), NaiveTensor.Random(3, 3).Map(v => Math.Abs(v) + 0.5));

        NaiveOps.BatchNorm(x, null, null, zeros, ones).Distance(fresh).Should().Be(0, "without any parameter too");
        x.Distance(fresh).Should().BeLessThan(1e-5, "even doing nothing stays near");
        NaiveOps.BatchNorm(x, ones, zeros, mean, variance).Distance(fresh).Should().BeGreaterThan(Wrong);
    }

    [Fact]
    public void Momentum_01_is_Flaxs_09_for_the_mean_and_not_for_the_variance()
    {
        var x = NaiveTensor.Random(1, 2, 1, 3, 2);
        var n = x.Data.Length;
        var mean = x.Data.Average();
        var biased = x.Data.Sum(value => (value - mean) * (value - mean)) / n;
        // PyTorch: (1 − m)·old + m·new with the unbiased variance. Flax: m·old + (1 − m)·new with the biased one.
        var torch = (Mean: 0.9 * 0.5 + 0.1 * mean, Variance: 0.9 * 2 + 0.1 * biased * n / (n - 1));
        (double Mean, double Variance) Flax(double momentum) =>
            (momentum * 0.5 + (1 - momentum) * mean, momentum * 2 + (1 - momentum) * biased);

        Flax(0.9).Mean.Should().BeApproximately(torch.Mean, Exact);
        (torch.Variance - Flax(0.9).Variance).Should().BeApproximately(0.1 * biased / (n - 1), Exact);
        Math.Abs(Flax(0.99).Mean - torch.Mean).Should().BeGreaterThan(Wrong, "0.99 is Flax's default, not 0.9");
    }

    [Fact]
    public void Batch_statistics_make_an_answer_depend_on_its_neighbours()
    {
        // nnx.BatchNorm has use_running_average=False unless told, or unless the model is in eval mode.
        var x = NaiveTensor.Random(1, 2, 3, 4, 5);
        NaiveTensor Trained(NaiveTensor batch)
        {
            var mean = NaiveOps.Mean(batch, [0, 2, 3]);
            var centred = NaiveOps.Sub(batch, NaiveOps.Reshape(mean, 1, -1, 1, 1));
            var variance = NaiveOps.Mean(NaiveOps.Mul(centred, centred), [0, 2, 3]);
            return NaiveOps.BatchNorm(batch, null, null, mean, variance);
        }
        NaiveTensor First(NaiveTensor batch) => NaiveTensor.From([1, .. batch.Shape[1..]], at => batch[at]);

        First(Trained(x)).Distance(Trained(First(x))).Should().BeGreaterThan(Wrong);
    }

    [Fact]
    public void Negative_axes_count_from_another_end()
    {
        var x = NaiveTensor.Random(1, 2, 4, 5, 4);

        ToNhwc(NaiveOps.Softmax(x, -1)).Distance(NaiveOps.Softmax(ToNhwc(x), -1)).Should().BeGreaterThan(Wrong);
        ToNhwc(NaiveOps.Softmax(x, -1)).Distance(NaiveOps.Softmax(ToNhwc(x), 2)).Should().BeLessThan(Exact);
        ToNhwc(NaiveOps.Cat([x, x], 1)).Distance(NaiveOps.Cat([ToNhwc(x), ToNhwc(x)], -1)).Should().Be(0);
        NaiveOps.Mean(x, [2, 3]).Distance(NaiveOps.Mean(ToNhwc(x), [1, 2])).Should().BeLessThan(Exact);
        NaiveOps.Mean(x, [2, 3]).Distance(NaiveOps.Mean(ToNhwc(x), [2, 3])).Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void A_row_added_to_an_image_lands_on_the_channels_where_they_are_as_many_as_columns()
    {
        var (x, row) = (NaiveTensor.Random(1, 2, 4, 5, 4), NaiveTensor.Random(2, 4));
        var torch = ToNhwc(NaiveOps.Add(x, row));

        NaiveOps.Add(ToNhwc(x), row).Distance(torch).Should().BeInRange(Wrong, 1e3);
        NaiveOps.Add(ToNhwc(x), NaiveOps.Reshape(row, 1, 1, 4, 1)).Distance(torch).Should().Be(0);
    }

    [Fact]
    public void Flaxs_default_gelu_is_PyTorchs_tanh_form_and_up_to_5e_minus_4_off()
    {
        var gap = Enumerable.Range(-600, 1201).Select(i => i / 100.0)
            .Max(x => Math.Abs(NaiveOps.Gelu(x) - NaiveOps.GeluTanh(x)));

        gap.Should().BeInRange(4.7e-4, 4.8e-4);
    }

    [Fact]
    public void Two_honest_float32_sums_differ_by_more_than_the_guide_tolerates()
    {
        // assert_almost_equal(decimal=6) allows 1.5e-6; a 3×3 window over 512 channels has 4608 products.
        var (x, w) = (NaiveTensor.Random(1, 4608), NaiveTensor.Random(2, 4608));
        var (forwards, backwards) = (0f, 0f);
        for (var i = 0; i < 4608; i++)
        {
            forwards += (float)x[i] * (float)w[i];
            backwards += (float)x[4607 - i] * (float)w[4607 - i];
        }

        Math.Abs(forwards - backwards).Should().BeGreaterThan(1.5e-6f);
    }
}
