namespace Harness.Executor.Cpu;

/// <summary>What a step alone knows about its price; a plan adds what follows from its node and its buffers.</summary>
/// <param name="Kernel">The routine and what parametrizes it: <c>gemm</c>, <c>winograd F(2,3)</c>,
/// <c>map SiLU</c>.</param>
/// <param name="Efficiency">The share of the FMA peak that the kernel reaches while its data is near.</param>
readonly record struct StepCost(string Kernel, double Efficiency)
{
    /// <summary>What one turn of the innermost loop yields: <c>14x32</c>, pixels by channels; empty where there is
    /// none.</summary>
    public string Tile { get; init; } = "";

    /// <summary>Operations as the kernel computes them; null where they are those that the op states.</summary>
    public long? Flops { get; init; }

    /// <summary>Bytes of packed weights and constants by channel that one run reads.</summary>
    public long WeightBytes { get; init; }
}
