using CsCheck;
using Harness.Parity.Golden;

namespace Harness.Tests.Parity.Golden;

public sealed class GoldenProbeTests
{
    [Fact]
    public void Samples_hold_first_last_and_largest_and_are_ascending_and_distinct() =>
        Gen.Select(Gen.Double[-1e3, 1e3].Array[1, 300], Gen.String).Sample((values, node) =>
        {
            var (probe, sampled) = GoldenProbe.Sample(node, [values.Length], values);

            long largest = Array.IndexOf(values, values.MaxBy(Math.Abs));
            probe.Positions.Should().Contain([0, values.Length - 1]).And.BeInAscendingOrder().And.OnlyHaveUniqueItems();
            probe.Positions.Length.Should().Be(Math.Min(values.Length, GoldenProbe.MaxPositions));
            probe.AbsMax.Should().Be(values.Max(Math.Abs));
            (values[largest] == 0 || probe.Positions.Contains(largest)).Should().BeTrue();
            sampled.As<double>().ToArray().Should().Equal(probe.Positions.Select(p => values[p]));
        }, iter: 200);

    [Fact]
    public void The_sample_depends_on_the_node_and_never_on_the_run()
    {
        var values = Enumerable.Range(0, 5000).Select(i => (double)i).ToArray();

        var one = GoldenProbe.Sample("layer1.0.conv1", [5000], values).Probe.Positions;

        // Computed apart, by a few lines of Python: another sequence would change every golden.
        one.Take(4).Should().Equal(0, 209, 299, 520);
        GoldenProbe.Sample("layer1.0.conv2", [5000], values).Probe.Positions.Should().NotEqual(one);
    }

    [Fact]
    public void A_value_that_is_not_finite_is_sampled_and_does_not_spoil_the_norms()
    {
        var values = new double[1000];
        values[500] = 3;
        values[777] = double.NaN;
        values[778] = double.PositiveInfinity;

        var (probe, sampled) = GoldenProbe.Sample("n", [10, 100], values);

        (probe.AbsMax, probe.L2).Should().Be((3, 3));
        probe.Positions.Should().Contain([500, 777]);
        sampled.ToDoubles().Should().Contain(double.NaN);
    }

    [Fact]
    public void A_node_without_elements_has_an_empty_probe()
    {
        var (probe, sampled) = GoldenProbe.Sample("n", [0, 3], []);

        probe.Positions.Should().BeEmpty();
        sampled.Shape.Elements.Should().Be(0);
    }

    [Fact]
    public void Values_that_do_not_fill_the_shape_are_refused()
    {
        var sample = () => GoldenProbe.Sample("n", [2, 3], [1, 2, 3]);

        sample.Should().Throw<ArgumentException>().WithMessage("3 values do not fill (2, 3)*");
    }
}
