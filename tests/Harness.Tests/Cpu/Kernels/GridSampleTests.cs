using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class GridSampleTests
{
    public static TheoryData<double, int> Halves => new()
    {
        // Of four elements, as images and volumes alike: PyTorch 1.13 rounded a volume's away from zero.
        { -0.5, 0 }, { 0, 2 }, { 0.5, 2 }, { -1, 0 }, { 1, -1 }, { -1.01, -1 }, { double.NaN, -1 },
    };

    [Theory, MemberData(nameof(Halves))]
    public void Half_way_between_two_elements_is_the_even_one(double coordinate, int expected)
    {
        var (indices, weights) = Places(Interpolation.Nearest, GridBorder.Zeros, 4, coordinate);
        indices.Should().Equal(expected);
        weights.Should().Equal(1);
    }

    [Theory]
    [InlineData(GridBorder.Zeros, -1.5, new[] { -1, -1 }, new[] { 0.5, 0.5 })]
    [InlineData(GridBorder.Border, -1.5, new[] { 0, 1 }, new[] { 1.0, 0 })]
    [InlineData(GridBorder.Border, 7, new[] { 3, -1 }, new[] { 1.0, 0 })]
    [InlineData(GridBorder.Reflection, -1.5, new[] { 0, 1 }, new[] { 0.5, 0.5 })]
    [InlineData(GridBorder.Reflection, 1.5, new[] { 2, 3 }, new[] { 0.5, 0.5 })]
    [InlineData(GridBorder.Reflection, 1.25, new[] { 3, -1 }, new[] { 1.0, 0 })]
    [InlineData(GridBorder.Border, double.NaN, new[] { 0, 1 }, new[] { 1.0, 0 })]
    [InlineData(GridBorder.Reflection, double.PositiveInfinity, new[] { 0, 1 }, new[] { 1.0, 0 })]
    public void A_place_outside_is_brought_inside_or_is_nothing(
        GridBorder border, double coordinate, int[] indices, double[] weights)
    {
        var found = Places(Interpolation.Linear, border, 4, coordinate);
        found.Indices.Should().Equal(indices);
        found.Weights.Should().Equal(weights);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(8, 1)]
    [InlineData(19, 4)]
    [InlineData(64, 16)]
    public void Pixels_add_up_in_every_lane_width(int channels, int pixels)
    {
        Check<float>(channels, pixels, 1e-5);
        Check<double>(channels, pixels, 1e-14);
    }

    static (int[] Indices, double[] Weights) Places(Interpolation mode, GridBorder border, int n, double coordinate)
    {
        Span<int> indices = stackalloc int[GridPlaces.Most];
        Span<double> weights = stackalloc double[GridPlaces.Most];
        int count = new GridPlaces(new GridSample { Mode = mode, Border = border }, n)
            .Of(coordinate, indices, weights);
        return (indices[..count].ToArray(), weights[..count].ToArray());
    }

    static void Check<E>(int channels, int pixels, double tolerance)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var values = Bits.Random<E>(channels * (pixels + 1), 5);
        var weights = Bits.Random<E>(pixels, 6);
        // The last pixel first, the one after it left out; it ends at the guard page.
        nint[] offsets = [.. Enumerable.Range(0, pixels).Select(i => (nint)((pixels - i) * channels))];
        var start = Bits.Random<E>(channels, 8);
        using var x = new GuardedMemory<E>(values);
        foreach (bool add in new[] { false, true })
        {
            E[]? first = null;
            foreach (var lanes in LaneWidths.All)
            {
                using var y = new GuardedMemory<E>(start);
                Blend.Run(lanes, x.Pointer, offsets, weights, channels, y.Pointer, add);
                first ??= y.Span.ToArray();
                Bits.ShouldEqual<E>(y.Span, first, $"{channels} channels at {lanes}");
            }
            for (int c = 0; c < channels; c++)
            {
                double sum = add ? double.CreateTruncating(start[c]) : 0;
                for (int i = 0; i < pixels; i++)
                    sum += double.CreateTruncating(weights[i] * values[(int)offsets[i] + c]);
                double.CreateTruncating(first![c]).Should().BeApproximately(sum, tolerance);
            }
        }
    }
}
