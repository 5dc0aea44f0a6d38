using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class ReduceTests
{
    [Fact]
    public void Sums_of_every_length_are_near_and_equal_in_every_width()
    {
        foreach (int length in Enumerable.Range(0, 70).Concat([255, 256, 257, 4095, 4096, 4097, 9000]))
        {
            Sum<float>(ReduceShape.LastAxis(3, length), 3 * length, 3, 1e-5);
            Sum<double>(ReduceShape.LastAxis(3, length), 3 * length, 3, 1e-13);
        }
    }

    [Fact]
    public void Sums_over_a_middle_axis_are_near_and_equal_in_every_width()
    {
        foreach (int inner in new[] { 1, 2, 3, 7, 8, 16, 17, 33, 40 })
        {
            foreach (int length in new[] { 1, 5, 256, 300, 513 })
            {
                Sum<float>(ReduceShape.MiddleAxis(2, length, inner), 2 * length * inner, 2 * inner, 1e-5);
                Sum<double>(ReduceShape.MiddleAxis(2, length, inner), 2 * length * inner, 2 * inner, 1e-13);
            }
        }
    }

    [Fact]
    public void A_spatial_mean_reads_the_interior_only()
    {
        foreach (int c in new[] { 1, 3, 16, 37 })
        {
            var layout = new BufferLayout(2, 19, 17, c, 1, 1, 2, 3);
            var values = Bits.Random<double>((int)layout.Elements, c);
            using var x = new GuardedMemory<double>(values);
            foreach (var lanes in LaneWidths.All)
            {
                using var y = new GuardedMemory<double>(2 * c);
                var shape = ReduceShape.Spatial(layout);
                Reduce.Run<SumReduction, double>(lanes, shape, 0, 2, x.Pointer + layout.Origin, y.Pointer, shape.Count);
                for (int n = 0; n < 2; n++)
                    for (int k = 0; k < c; k++)
                    {
                        double sum = 0;
                        for (int h = 0; h < 19; h++)
                            for (int w = 0; w < 17; w++) sum += values[layout.Index(n, h, w) + k];
                        y.Span[(n * c) + k].Should().BeApproximately(sum / (19 * 17), 1e-14);
                    }
            }
        }
    }

    [Fact]
    public void Maximum_takes_NaN_and_survives_infinities()
    {
        foreach (var lanes in LaneWidths.All)
        {
            Max(lanes, [float.NegativeInfinity, -3, float.NegativeInfinity]).Should().Be(-3);
            Max(lanes, [1, 2, float.PositiveInfinity, 4]).Should().Be(float.PositiveInfinity);
            for (int at = 0; at < 40; at++)
            {
                var values = Bits.Random<float>(40, 1);
                values[at] = float.NaN;
                Max(lanes, values).Should().Be(float.NaN);
                values[at] = 5;
                Max(lanes, values).Should().Be(5);
            }
        }
    }

    [Fact]
    public void Deviations_are_from_their_own_centre()
    {
        foreach (int inner in new[] { 1, 3, 16, 21 })
        {
            var shape = ReduceShape.MiddleAxis(2, 70, inner);
            var values = Bits.Random<double>(2 * 70 * inner, inner);
            var centres = Bits.Random<double>(2 * inner, 1);
            using var x = new GuardedMemory<double>(values);
            using var centre = new GuardedMemory<double>(centres);
            double[]? first = null;
            foreach (var lanes in LaneWidths.All)
            {
                using var y = new GuardedMemory<double>(2 * inner);
                Reduce.Run<DeviationReduction, double>(lanes, shape, 0, 2, x.Pointer, y.Pointer, 70, centre.Pointer);
                for (int o = 0; o < 2; o++)
                    for (int k = 0; k < inner; k++)
                    {
                        double sum = 0;
                        for (int i = 0; i < 70; i++)
                            sum += Math.Pow(values[(((o * 70) + i) * inner) + k] - centres[(o * inner) + k], 2);
                        y.Span[(o * inner) + k].Should().BeApproximately(sum / 70, 1e-14);
                    }
                first ??= y.Span.ToArray();
                Bits.ShouldEqual<double>(y.Span, first, $"inner {inner} at {lanes}");
            }
        }
    }

    static float Max(LaneWidth lanes, float[] values)
    {
        float result = 0;
        fixed (float* x = values)
            Reduce.Run<MaxReduction, float>(lanes, ReduceShape.LastAxis(1, values.Length), 0, 1, x, &result, 1);
        return result;
    }

    static void Sum<E>(in ReduceShape shape, int sources, int results, double tolerance)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var values = Bits.Random<E>(sources, sources);
        var expected = new double[results];
        for (int o = 0; o < shape.Outer; o++)
            for (int i = 0; i < shape.Length; i++)
                for (int k = 0; k < shape.Inner; k++)
                {
                    expected[(o * shape.Inner) + k] += double.CreateTruncating(
                        values[(o * shape.OuterStride) + (i * shape.Stride) + k]);
                }
        using var x = new GuardedMemory<E>(values);
        E[]? first = null;
        foreach (var lanes in LaneWidths.All)
        {
            using var y = new GuardedMemory<E>(results);
            for (int o = 0; o < shape.Outer; o++)
                Reduce.Run<SumReduction, E>(lanes, shape, o, o + 1, x.Pointer, y.Pointer, E.One);
            for (int i = 0; i < results; i++)
                double.CreateTruncating(y.Span[i]).Should()
                    .BeApproximately(expected[i], tolerance * Math.Max(1, shape.Count));
            first ??= y.Span.ToArray();
            Bits.ShouldEqual<E>(y.Span, first, $"{shape} at {lanes}");
        }
    }
}
