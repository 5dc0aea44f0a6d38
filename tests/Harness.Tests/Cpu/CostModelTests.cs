using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;

namespace Harness.Tests.Cpu;

public sealed class CostModelTests
{
    [Theory]
    [InlineData(56, 64, 64, "Winograd")] // ResNet's first stage
    [InlineData(28, 128, 128, "Winograd")]
    [InlineData(14, 256, 256, "Winograd")]
    [InlineData(14, 512, 512, "Winograd")] // VGG's last stage
    [InlineData(54, 16, 64, "Winograd")] // SqueezeNet's first expansion
    [InlineData(7, 512, 512, "Direct")] // 16 patches do not pay for 16/9 of 9.4 MB of weights
    [InlineData(224, 3, 64, "Direct")] // three channels do not pay for the transforms
    public void Winograd_is_taken_where_it_is_faster(int side, int ci, int co, string expected) =>
        CostModel.Fastest(Layer(1, side, ci, co), sizeof(float)).ToString().Should().Be(expected);

    [Fact]
    public void A_batch_or_a_halo_changes_no_choice()
    {
        for (int side = 1; side <= 64; side += side < 16 ? 1 : 7)
        {
            for (int channels = 8; channels <= 512; channels *= 2)
            {
                var one = CostModel.Fastest(Layer(1, side, channels, channels), sizeof(float));
                foreach (int n in new[] { 2, 5, 64 })
                    CostModel.Fastest(Layer(n, side, channels, channels), sizeof(float)).Should().Be(one);
                var layer = Layer(1, side, channels, channels);
                CostModel.Fastest(layer with { Input = layer.Input.WithHalo(new(2, 3, 4, 5)) }, sizeof(float)).Should()
                    .Be(one);
            }
        }
    }

    [Fact]
    public void Seconds_are_the_slower_of_arithmetic_and_memory_and_the_overhead_of_the_longest_share()
    {
        CostModel.Seconds(2, 1, 1, 1, 1).Should().BeApproximately(2, 1e-5);
        CostModel.Seconds(1, 0, 20e9, 1, 1).Should().BeApproximately(2, 1e-5);
        CostModel.Seconds(1, 30e9, 20e9, 1, 1).Should().BeApproximately(3, 1e-5);
        // Three pieces for two threads: one thread does two of them.
        CostModel.Seconds(3, 0, 0, 3, 2).Should().BeApproximately(2, 1e-5);
        CostModel.Seconds(0, 0, 0, 0, 2).Should().Be(0);
    }

    static ConvGeometry Layer(int n, int side, int ci, int co) =>
        new(new BufferLayout(n, side, side, ci), new BufferLayout(n, side, side, co), 3, 3) { PadTop = 1, PadLeft = 1 };
}
