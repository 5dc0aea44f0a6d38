using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Parity.Verification;
using Harness.Tests.Naive;

namespace Harness.Tests.Parity.Verification;

/// <summary>A probe holds few elements and tells of all.</summary>
public sealed class ProbeCheckTests
{
    readonly double[] _values = NaiveTensor.Random(7, [5, 60]).Data;
    readonly GoldenProbe _probe;
    readonly double[] _expected;

    public ProbeCheckTests()
    {
        (_probe, var values) = GoldenProbe.Sample("node", [5, 60], _values);
        _expected = values.ToDoubles();
        _probe.Positions.Length.Should().BeLessThan(_values.Length / 2);
    }

    [Fact]
    public void The_same_elements_hold_and_one_that_is_off_does_not_wherever_it_is()
    {
        Compare(_values).Error.Should().Be(0);
        for (int i = 0; i < _values.Length; i++)
        {
            foreach (double by in new[] { 1e-6, -1e-6 })
            {
                double[] off = [.. _values];
                off[i] += by;
                var (error, limit, _) = Compare(off);
                error.Should().BeGreaterThan(limit, $"element {i} is off by {by}");
            }
        }
    }

    [Fact]
    public void Elements_that_no_position_holds_cannot_change_places()
    {
        int[] hidden = [.. Enumerable.Range(0, _values.Length).Where(i => !_probe.Positions.Contains(i))];
        double[] exchanged = [.. _values];
        (exchanged[hidden[3]], exchanged[hidden[8]]) = (exchanged[hidden[8]], exchanged[hidden[3]]);

        var (error, limit, why) = Compare(exchanged);

        error.Should().BeGreaterThan(limit);
        why.Should().StartWith("elements that no position holds differ, or were exchanged");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_number_must_be_none_in_the_golden_too(double none)
    {
        int hidden = Enumerable.Range(0, _values.Length).First(i => !_probe.Positions.Contains(i));
        double[] spoilt = [.. _values];
        spoilt[hidden] = none;
        var (probe, values) = GoldenProbe.Sample("node", [5, 60], spoilt);

        Compare(spoilt).Error.Should().Be(double.PositiveInfinity, "the golden has a number there");
        ProbeCheck.Compare(values.ToDoubles(), probe, _values).Error.Should()
            .Be(double.PositiveInfinity, "the golden has none there");
        ProbeCheck.Compare(values.ToDoubles(), probe, spoilt).Error.Should().Be(0);
    }

    [Fact]
    public void A_difference_that_is_no_number_is_beyond_every_limit_and_hides_no_other()
    {
        var (error, limit, why) = ProbeCheck.Compare(_probe, 0, double.NaN, _probe.Projection + 1);
        error.Should().Be(double.PositiveInfinity);
        limit.Should().Be(1e-10);
        why.Should().StartWith("its norm is NaN");
        ProbeCheck.Compare(_probe, 0, _probe.L2 + 1, double.NaN).Why.Should().Contain("its projection is NaN");
        ProbeCheck.Compare(_probe, double.NaN, _probe.L2, _probe.Projection + 1).Why.Should().Contain("at its probe");
    }

    [Theory]
    [InlineData(1e180)]
    [InlineData(1e306)]
    public void Elements_whose_squares_are_beyond_every_number_tell_of_all_as_well(double size)
    {
        double[] large = [.. _values.Select(value => value * size)];
        var (probe, values) = GoldenProbe.Sample("node", [5, 60], large);
        probe.L2.Should().Be(double.PositiveInfinity);
        (double Error, double Limit, string) Held(double[] actual) =>
            ProbeCheck.Compare(values.ToDoubles(), probe, actual);
        int[] hidden = [.. Enumerable.Range(0, large.Length).Where(i => !probe.Positions.Contains(i))];

        Held(large).Error.Should().Be(0);
        foreach (int i in hidden)
        {
            double[] off = [.. large];
            off[i] += 1e-5 * size;
            var (error, limit, why) = Held(off);
            error.Should().BeGreaterThan(limit, $"element {i} is off");
            why.Should().StartWith("elements that no position holds differ");
        }
        // What adding in another order does is no drift.
        double[] rounded = [.. large.Select(double.BitIncrement)];
        Held(rounded).Error.Should().BeInRange(0, 1e-14);
    }

    [Fact]
    public void Where_all_is_zero_only_rounding_is_forgiven()
    {
        var zeros = _probe with { AbsMax = 0, L2 = 0, Projection = 0, Rounding = 1e-17 };

        Holds(ProbeCheck.Compare(zeros, 1e-17, 1e-17, 1e-17)).Should().BeTrue();
        Holds(ProbeCheck.Compare(zeros, 1e-3, 0, 0)).Should().BeFalse();
        Holds(ProbeCheck.Compare(zeros, 0, 1e-3, 0)).Should().BeFalse();
        Holds(ProbeCheck.Compare(zeros, 0, 0, 1e-3)).Should().BeFalse();
        Holds(ProbeCheck.Compare(zeros with { Rounding = 0 }, 1e-300, 0, 0)).Should().BeFalse();

        static bool Holds((double Error, double Limit, string Why) measured) => measured.Error <= measured.Limit;
    }

    [Fact]
    public void As_many_elements_of_another_shape_are_none_of_the_goldens()
    {
        using var @case = new SyntheticCase();
        @case.Change(document => document with
        {
            Probes = [.. document.Probes.Select(probe =>
                probe.Node == "act" ? probe with { Shape = [probe.Shape[0], .. Reversed(probe.Shape)] } : probe)],
        });

        var verdict = @case.Verify();

        verdict.FirstBadNode!.Node.Should().Be("act");
        verdict.FirstBadNode.Why.Should().Be("its shape is (2, 3, 4, 5), the golden's (2, 5, 4, 3)");
        verdict.Holds.Should().BeFalse();
    }

    static int[] Reversed(Shape shape) => [.. shape.AsSpan()[1..].ToArray().Reverse()];

    (double Error, double Limit, string Why) Compare(double[] actual) =>
        ProbeCheck.Compare(_expected, _probe, actual);
}
