using CsCheck;
using Harness.Parity;

namespace Harness.Tests.Parity;

public sealed class DriftTests
{
    static readonly Gen<double[]> s_values = Gen.Double[-1e3, 1e3].Array[1, 60];

    static Drift Measure(double[] actual, double[] expected, Tolerance? tolerance = null) =>
        Drift.Measure("y", [actual.Length], actual, expected, tolerance ?? Tolerance.Default);

    [Fact]
    public void A_value_does_not_drift_from_itself() => s_values.Sample(values =>
    {
        var drift = Measure(values, values);

        (drift.Holds, drift.MaxAbs, drift.Scaled, drift.Rms, drift.AboveRounding).Should().Be((true, 0, 0, 0, false));
    });

    [Fact]
    public void Drift_is_the_largest_difference_at_the_place_it_is_at() =>
        Gen.Select(s_values, Gen.Int[0, 59], Gen.Double[1e-3, 1e3], Gen.Bool).Sample((expected, place, error, down) =>
        {
            place %= expected.Length;
            double[] actual = [.. expected];
            actual[place] += down ? -error : error;

            var drift = Measure(actual, expected);

            drift.Holds.Should().BeFalse();
            drift.Beyond.Should().Be(1);
            drift.Worst.Nchw.Should().Equal(place);
            drift.MaxAbs.Should().Be(Math.Abs(actual[place] - expected[place]));
            drift.Scaled.Should().Be(drift.MaxAbs / expected.Max(Math.Abs));
            drift.Rms.Should().BeApproximately(drift.MaxAbs / Math.Sqrt(expected.Length), 1e-12 * drift.MaxAbs);
        });

    [Fact]
    public void What_holds_under_a_limit_holds_under_every_looser_one() =>
        Gen.Select(s_values, Gen.Double[-1e-5, 1e-5].Array[60], Gen.Double[1e-9, 1e-4], Gen.Double[1, 100]).Sample(
            (expected, errors, limit, factor) =>
            {
                double[] actual = [.. expected.Select((e, i) => e + errors[i])];
                var tight = Measure(actual, expected, new Tolerance(TolerancePolicy.Default, limit, "test"));
                var loose = Measure(actual, expected, new Tolerance(TolerancePolicy.Default, limit * factor, "test"));

                (tight.MaxAbs <= limit).Should().Be(tight.Holds);
                (!tight.Holds || loose.Holds).Should().BeTrue();
                loose.Beyond.Should().BeLessThanOrEqualTo(tight.Beyond);
            });

    [Fact]
    public void No_permutation_is_searched()
    {
        Measure([1, 2, 3, 4], [1, 3, 2, 4]).Beyond.Should().Be(2);
        Measure([4, 3, 2, 1], [1, 2, 3, 4]).Holds.Should().BeFalse();
    }

    public static readonly TheoryData<double, double, bool> Limits = new()
    {
        { 1e-6, 0, true }, // inclusive
        { Math.BitIncrement(1e-6), 0, false },
        { -1e-6, 0, true },
        { Math.BitDecrement(-1e-6), 0, false },
        { double.NaN, double.NaN, true },
        { double.NaN, 0, false },
        { 0, double.NaN, false },
        { double.PositiveInfinity, double.PositiveInfinity, true },
        { double.PositiveInfinity, double.NegativeInfinity, false },
        { double.NegativeInfinity, double.MinValue, false },
        { double.NaN, double.PositiveInfinity, false },
        { 0, double.PositiveInfinity, false },
        { double.MaxValue, double.MinValue, false }, // their difference overflows
        { -0.0, 0, true },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void The_default_limit_is_1e_6_inclusive_and_what_is_not_finite_must_be_the_same(
        double actual, double expected, bool holds) =>
        Measure([actual, 1], [expected, 1]).Holds.Should().Be(holds);

    [Fact]
    public void A_lost_NaN_is_infinite_drift_and_counted_apart()
    {
        var drift = Measure([1, double.NaN, 3], [1, 2, double.PositiveInfinity]);

        (drift.MaxAbs, drift.NonFinite, drift.Beyond).Should().Be((double.PositiveInfinity, 2, 2));
        drift.Worst.Nchw.Should().Equal(1);
    }

    public static readonly TheoryData<double, bool> NumPy = new()
    {
        { 1.4999e-6, true }, { 1.5e-6, false }, { 1.6e-6, false },
    };

    [Theory]
    [MemberData(nameof(NumPy))]
    public void NumPy_decimal_6_excludes_its_limit(double error, bool holds) =>
        Measure([error], [0], Tolerance.NumPyDecimal6("test")).Holds.Should().Be(holds);

    [Fact]
    public void Torch_close_grows_with_the_golden()
    {
        var close = Tolerance.TorchClose("test");

        Measure([1000.0012], [1000], close).Holds.Should().BeTrue();
        Measure([1000.0014], [1000], close).Holds.Should().BeFalse();
        Measure([1e-5], [0], close).Holds.Should().BeTrue();
        Measure([1.1e-5], [0], close).Holds.Should().BeFalse();
    }

    [Fact]
    public void The_worst_place_is_the_one_most_beyond_its_own_limit()
    {
        // The larger difference is permitted at 1e6, the smaller one is not at 0.
        var drift = Measure([1e6 + 1, 0.5], [1e6, 0], Tolerance.TorchClose("test"));

        drift.Worst.Nchw.Should().Equal(1);
        drift.MaxAbs.Should().Be(1);
    }

    [Fact]
    public void A_place_is_named_in_both_layouts()
    {
        var expected = new double[2 * 3 * 4 * 5];
        double[] actual = [.. expected];
        actual[((1 * 3 + 2) * 4 + 3) * 5 + 1] = 1;

        var worst = Drift.Measure("y", [2, 3, 4, 5], actual, expected, Tolerance.Default).Worst;

        worst.ToString().Should().Be("nhwc (1, 3, 1, 2) = nchw (1, 2, 3, 1)");
    }

    [Fact]
    public void Above_rounding_begins_beyond_1e_10_of_the_largest_golden()
    {
        Measure([100 + 9e-9, 0], [100, 0]).AboveRounding.Should().BeFalse();
        var drift = Measure([100 + 1.1e-8, 0], [100, 0]);
        (drift.Holds, drift.AboveRounding).Should().Be((true, true));
        Measure([1e-300], [0]).Should().Match<Drift>(d => d.AboveRounding && double.IsPositiveInfinity(d.Scaled));
    }

    [Fact]
    public void Elements_that_do_not_fill_the_shape_are_the_callers_fault()
    {
        var measure = () => Drift.Measure("y", [2, 2], [1, 2, 3], [1, 2, 3], Tolerance.Default);

        measure.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Scalars_and_empty_outputs_have_drift_too()
    {
        Drift.Measure("y", [], [1], [1], Tolerance.Default).Holds.Should().BeTrue();
        Drift.Measure("y", [0, 3], [], [], Tolerance.Default).Holds.Should().BeTrue();
        Drift.Measure("y", [], [2], [1], Tolerance.Default).Worst.ToString().Should().Be("()");
    }
}
