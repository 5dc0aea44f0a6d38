using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class ResampleTests
{
    public static TheoryData<int, Interpolation, bool, bool> Rows => new()
    {
        // channels, mode, aligned corners, antialiased
        { 1, Interpolation.Linear, false, false },
        { 3, Interpolation.Linear, true, false },
        { 19, Interpolation.Linear, false, false },
        { 64, Interpolation.Linear, true, false },
        { 5, Interpolation.Cubic, false, false },
        { 33, Interpolation.Cubic, true, false },
        { 7, Interpolation.Linear, false, true },
        { 17, Interpolation.Cubic, false, true },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Sums_match_plain_loops_in_every_lane_width(int c, Interpolation mode, bool aligned, bool antialias)
    {
        Check<float>(c, mode, aligned, antialias, 1e-6);
        Check<double>(c, mode, aligned, antialias, 1e-14);
    }

    [Fact]
    public void Aligned_corners_keep_their_places()
    {
        var axis = Axis(Interpolation.Linear, 4, 7, aligned: true);
        axis.Index.Should().Equal(0, 1, 0, 1, 1, 2, 1, 2, 2, 3, 2, 3, 3, 3);
        axis.Weight.Should().Equal(1, 0, 0.5, 0.5, 1, 0, 0.5, 0.5, 1, 0, 0.5, 0.5, 1, 0);
    }

    [Fact]
    public void A_linear_place_before_the_first_element_is_the_first_element()
    {
        var axis = Axis(Interpolation.Linear, 2, 4);
        axis.Index.Should().Equal(0, 1, 0, 1, 0, 1, 1, 1);
        axis.Weight.Should().Equal(1, 0, 0.75, 0.25, 0.25, 0.75, 0.75, 0.25);
    }

    [Fact]
    public void A_cubic_repeats_the_border_and_weighs_by_three_quarters()
    {
        var axis = Axis(Interpolation.Cubic, 2, 4);
        axis.Index[..4].Should().Equal(0, 0, 0, 1);
        // At -1/4: three quarters past the element before the first.
        axis.Weight[..4].Should().Equal(-0.03515625, 0.26171875, 0.87890625, -0.10546875);
    }

    [Fact]
    public void An_antialiased_weight_reaches_as_far_as_an_output_covers()
    {
        var axis = Axis(Interpolation.Linear, 4, 2, antialias: true);
        axis.First.Should().Equal(0, 3, 6);
        axis.Index.Should().Equal(0, 1, 2, 1, 2, 3);
        axis.Weight.Select(weight => weight * 7).Should().Equal([3, 3, 1, 1, 3, 3],
            (actual, expected) => Math.Abs(actual - expected) < 1e-14);
    }

    static ResampleAxis Axis(Interpolation mode, int n, int o, bool aligned = false, bool antialias = false) =>
        ResampleAxis.Of(
            new Upsample { Axes = 1, Mode = mode, Sizes = [o], AlignCorners = aligned, Antialias = antialias },
            0, n, o);

    static void Check<E>(int c, Interpolation mode, bool aligned, bool antialias, double tolerance)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        // Volumes with gaps on all sides, written as some channels of wider pixels.
        var input = new BufferLayout(2, 5, 4, c, 1, 0, 2, 1) { D = 3, Front = 1 };
        var output = new BufferLayout(2, 3, 9, c, 0, 1, 1, 0, Pitch: c + 2) { D = 5, Back = 1 };
        ResampleAxis planes = Axis(mode, 3, 5, aligned, antialias), rows = Axis(mode, 5, 3, aligned, antialias),
            columns = Axis(mode, 4, 9, aligned, antialias);
        var values = Bits.Random<E>((int)input.Elements, 7);
        using var x = new GuardedMemory<E>(values);
        E[]? first = null;
        foreach (var lanes in LaneWidths.All)
        {
            // Elements between the pixels are somebody else's.
            using var y = new GuardedMemory<E>(output.Elements);
            y.Span.Fill(E.NegativeOne);
            var kernel = new Resample<E>(lanes, input, output, planes, rows, columns);
            for (int row = kernel.Tiles - 1; row >= 0; row--) kernel.Run(x.Pointer, y.Pointer, row, row + 1);
            first ??= y.Span.ToArray();
            Bits.ShouldEqual<E>(y.Span, first, $"{mode} at {lanes}");
        }
        for (int n = 0; n < 2; n++)
            for (int d = 0; d < output.D; d++)
                for (int h = 0; h < output.H; h++)
                    for (int w = 0; w < output.W; w++)
                    {
                        int at = (int)output.Index(n, d, h, w);
                        for (int k = 0; k < c; k++)
                        {
                            double sum = 0;
                            for (int i = planes.First[d]; i < planes.First[d + 1]; i++)
                                for (int j = rows.First[h]; j < rows.First[h + 1]; j++)
                                    for (int l = columns.First[w]; l < columns.First[w + 1]; l++)
                                        sum += planes.Weight[i] * rows.Weight[j] * columns.Weight[l]
                                            * double.CreateTruncating(values[k + (int)input.Index(
                                                n, planes.Index[i], rows.Index[j], columns.Index[l])]);
                            double.CreateTruncating(first![at + k]).Should().BeApproximately(sum, tolerance);
                        }
                        first![at + c].Should().Be(E.NegativeOne);
                    }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(37)]
    public void Images_have_the_bits_of_volumes_of_one_plane(int c)
    {
        var input = new BufferLayout(1, 4, 5, c);
        var output = new BufferLayout(1, 7, 3, c);
        ResampleAxis rows = Axis(Interpolation.Linear, 4, 7), columns = Axis(Interpolation.Linear, 5, 3);
        // A plane that is a sum of two, the second times 0, takes the long way.
        var two = new ResampleAxis([0, 2], [0, 0], [1, 0]);
        using var x = new GuardedMemory<float>(Bits.Random<float>((int)input.Elements, 3));
        foreach (var lanes in LaneWidths.All)
        {
            using var y = new GuardedMemory<float>(output.Elements);
            using var other = new GuardedMemory<float>(output.Elements);
            var kernel = new Resample<float>(lanes, input, output, ResampleAxis.Single, rows, columns);
            kernel.Run(x.Pointer, y.Pointer, 0, kernel.Tiles);
            kernel = new Resample<float>(lanes, input, output, two, rows, columns);
            kernel.Run(x.Pointer, other.Pointer, 0, kernel.Tiles);
            Bits.ShouldEqual<float>(y.Span, other.Span.ToArray(), $"{c} channels at {lanes}");
        }
    }
}
