using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Tests.Cpu.Kernels;

public sealed unsafe class AttentionScoresTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(61)]
    public void Rows_are_scaled_and_masked_alike_in_every_width(int length)
    {
        Check<float>(length, 1e-6);
        Check<double>(length, 1e-15);
    }

    [Fact]
    public void Nothing_of_a_row_is_left_where_all_is_hidden()
    {
        float[] row = [1, 2, 3];
        bool[] mask = [false, true, false];
        fixed (float* x = row)
        fixed (bool* flags = mask)
        {
            AttentionScores.Shown(x, 3, 2f, flags, 1);
            row.Should().Equal(float.NegativeInfinity, 4, float.NegativeInfinity);
            AttentionScores.IsHidden(x, 3).Should().BeFalse();
            AttentionScores.Shown(x, 3, 2f, flags, 0);
            AttentionScores.IsHidden(x, 3).Should().BeTrue();
        }
    }

    static void Check<E>(int length, double tolerance) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        E[] row = Bits.Random<E>(length, 1), mask = Bits.Random<E>(3 * length, 2);
        E scale = E.CreateTruncating(0.75);
        foreach (int stride in new[] { -1, 0, 1, 3 })
        {
            E[]? first = null;
            foreach (var lanes in LaneWidths.All)
            {
                E[] y = [.. row];
                fixed (E* x = y, m = mask)
                {
                    // Without a mask.
                    if (stride < 0) AttentionScores.Scaled(lanes, x, length, scale);
                    else AttentionScores.Added(lanes, x, length, scale, m, stride);
                }
                first ??= y;
                Bits.ShouldEqual<E>(y, first, $"stride {stride} at {lanes}");
            }
            for (int i = 0; i < length; i++)
            {
                double added = stride < 0 ? 0 : double.CreateTruncating(mask[i * stride]);
                double.CreateTruncating(first![i]).Should()
                    .BeApproximately((0.75 * double.CreateTruncating(row[i])) + added, tolerance);
            }
        }
    }
}
