using Harness.Benchmarks.Regress;

namespace Harness.Tests.Benchmarks;

public sealed class RegressRuleTests
{
    static readonly Dictionary<string, Measured> s_baseline = new()
    {
        [Yardstick.Instructions] = new(1_000_000, 0),
        [Yardstick.Fma] = new(2, 0.01),
        [Yardstick.OnnxRuntime] = new(0.8, 0.01),
        [Yardstick.LibTorch] = new(0.5, 0.01),
    };

    [Fact]
    public void The_least_slack_of_a_ratio_is_a_tenth() =>
        RegressRule.Bound(Yardstick.Fma, new Measured(2, 0.01)).Should().BeApproximately(2.2, 1e-12);

    [Fact]
    public void A_wide_spread_widens_the_bound_to_four_times_itself() =>
        RegressRule.Bound(Yardstick.Fma, new Measured(2, 0.1)).Should().BeApproximately(2.4, 1e-12);

    [Fact]
    public void The_least_slack_of_a_count_is_a_fiftieth() =>
        RegressRule.Bound(Yardstick.Instructions, new Measured(100, 0)).Should().BeApproximately(102, 1e-12);

    [Fact]
    public void The_baseline_itself_is_not_worse() => RegressRule.IsWorse(s_baseline, s_baseline).Should().BeFalse();

    [Fact]
    public void Slower_than_the_loop_and_not_than_the_peers_is_a_neighbour_on_the_memory() =>
        RegressRule.IsWorse(s_baseline, Times(fma: 1.5, onnx: 1, torch: 1)).Should().BeFalse();

    [Fact]
    public void Slower_than_one_peer_alone_is_a_faster_peer() =>
        RegressRule.IsWorse(s_baseline, Times(fma: 1, onnx: 1.5, torch: 1)).Should().BeFalse();

    [Fact]
    public void Slower_than_two_of_three_is_worse() =>
        RegressRule.IsWorse(s_baseline, Times(fma: 1.15, onnx: 1.15, torch: 1)).Should().BeTrue();

    [Fact]
    public void Three_percent_more_instructions_are_worse_whatever_the_times_say()
    {
        var repeat = Times(fma: 1, onnx: 1, torch: 1);
        repeat[Yardstick.Instructions] = new(1_030_000, 0);
        RegressRule.IsWorse(s_baseline, repeat).Should().BeTrue();
        RegressRule.Beyond(s_baseline, repeat).Should().Equal(Yardstick.Instructions);
    }

    [Fact]
    public void Without_peers_the_loop_decides()
    {
        var baseline = new Dictionary<string, Measured> { [Yardstick.Fma] = new(2, 0.01) };
        RegressRule.IsWorse(baseline, Times(fma: 1.15, onnx: 1, torch: 1)).Should().BeTrue();
    }

    [Fact]
    public void Nothing_in_common_is_nothing_worse() =>
        RegressRule.IsWorse(new Dictionary<string, Measured>(), Times(fma: 9, onnx: 9, torch: 9)).Should().BeFalse();

    [Theory]
    [InlineData(1.5, 1.5, 1.5, true)]
    [InlineData(1.5, 1.5, 1.0, false)]
    [InlineData(1.0, 1.5, 1.5, false)]
    public void A_regression_is_three_repeats_that_are_all_worse(double first, double second, double third,
        bool regression)
    {
        IReadOnlyDictionary<string, Measured>[] repeats =
            [.. new[] { first, second, third }.Select(factor => Times(factor, factor, factor))];
        RegressRule.IsRegression(s_baseline, repeats).Should().Be(regression);
        RegressRule.IsRegression(s_baseline, repeats[..2]).Should().BeFalse("two repeats are too few");
    }

    [Fact]
    public void Repeats_that_differ_widen_the_spread_beyond_that_of_their_rounds()
    {
        var together = Measured.Of([new Measured(1, 0.01), new Measured(1.2, 0.01), new Measured(1.1, 0.01)]);
        together.Median.Should().Be(1.1);
        together.Spread.Should().BeApproximately(0.1, 1e-12);
    }

    [Fact]
    public void One_wild_round_moves_neither_median_nor_spread() =>
        Measured.Of([1, 1.25, 1.5, 1.25, 90]).Should().Be(new Measured(1.25, 0.25));

    static Dictionary<string, Measured> Times(double fma, double onnx, double torch) => new()
    {
        [Yardstick.Fma] = new(2 * fma, 0.01),
        [Yardstick.OnnxRuntime] = new(0.8 * onnx, 0.01),
        [Yardstick.LibTorch] = new(0.5 * torch, 0.01),
    };
}
