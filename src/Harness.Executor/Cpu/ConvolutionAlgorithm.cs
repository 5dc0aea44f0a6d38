namespace Harness.Executor.Cpu;

/// <summary>How a convolution is computed; <see cref="CostModel"/> chooses.</summary>
enum ConvolutionAlgorithm
{
    /// <summary>One chain over the window, or each channel by itself where the convolution is depthwise.</summary>
    Direct,
    /// <summary>Winograd's F(2×2, 3×3).</summary>
    Winograd,
}
