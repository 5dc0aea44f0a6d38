using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class SoftmaxTests
{
    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(2, 7, 1)]
    [InlineData(2, 1000, 1)]
    [InlineData(1, 5000, 1)]
    [InlineData(2, 10, 3)]
    [InlineData(2, 300, 17)]
    [InlineData(1, 4, 40)]
    public void Softmax_is_near_and_equal_in_every_width(int outer, int length, int inner)
    {
        Check<float>(outer, length, inner, 1e-6);
        Check<double>(outer, length, inner, 1e-14);
    }

    [Fact]
    public void Large_values_do_not_overflow() =>
        Run<double>(LaneWidth.Sixteen, [1e300, 1e300, -1e300], 1, 3, 1, false).Should().Equal(0.5, 0.5, 0);

    [Fact]
    public void A_masked_row_and_NaN_are_NaN_as_in_PyTorch()
    {
        Run<float>(LaneWidth.Eight, [float.NegativeInfinity, float.NegativeInfinity], 1, 2, 1, false)
            .Should().Equal(float.NaN, float.NaN);
        Run<float>(LaneWidth.Eight, [1, float.NaN, 2], 1, 3, 1, false).Should().Equal(float.NaN, float.NaN, float.NaN);
        Run<float>(LaneWidth.Eight, [1, float.NegativeInfinity], 1, 2, 1, false).Should().Equal(1, 0);
    }

    static void Check<E>(int outer, int length, int inner, double tolerance)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var values = Bits.Random<E>(outer * length * inner, length);
        for (int i = 0; i < values.Length; i++) values[i] *= E.CreateTruncating(9);
        foreach (bool logarithm in new[] { false, true })
        {
            E[]? first = null;
            foreach (var lanes in LaneWidths.All)
            {
                var y = Run(lanes, values, outer, length, inner, logarithm);
                first ??= y;
                Bits.ShouldEqual<E>(y, first, $"({outer}, {length}, {inner}) at {lanes}");
            }
            for (int o = 0; o < outer; o++)
                for (int k = 0; k < inner; k++)
                {
                    double X(int i) => double.CreateTruncating(values[(((o * length) + i) * inner) + k]);
                    double sum = 0;
                    for (int i = 0; i < length; i++) sum += Math.Exp(X(i));
                    for (int i = 0; i < length; i++)
                    {
                        double expected = logarithm ? X(i) - Math.Log(sum) : Math.Exp(X(i)) / sum;
                        double actual = double.CreateTruncating(first![(((o * length) + i) * inner) + k]);
                        actual.Should()
                            .BeApproximately(expected, tolerance * (logarithm ? 20 : Math.Max(expected, 1e-3)));
                    }
                }
        }
    }

    static E[] Run<E>(LaneWidth lanes, E[] values, int outer, int length, int inner, bool logarithm)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        using var x = new GuardedMemory<E>(values);
        using var y = new GuardedMemory<E>(values.Length);
        var shape = SoftmaxShape.Contiguous(outer, length, inner);
        Softmax.Run(lanes, shape, 0, outer, x.Pointer, y.Pointer, logarithm);
        var result = y.Span.ToArray();
        Softmax.Run(lanes, shape, 0, outer, x.Pointer, x.Pointer, logarithm);
        Bits.ShouldEqual<E>(x.Span, result, "in place");
        return result;
    }
}
