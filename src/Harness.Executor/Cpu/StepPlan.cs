namespace Harness.Executor.Cpu;

/// <summary>What a plan decided for one step, and what it expects of it.</summary>
/// <remarks>The expectation is that of a documented, nominal processor (its constants are in the package README): a
/// yardstick that finds steps worth a look, not a promise.</remarks>
public sealed record StepPlan
{
    /// <summary>The names of the nodes it computes, joined by <c> + </c>.</summary>
    public required string Name { get; init; }

    /// <summary>The routine: <c>gemm</c>, <c>winograd F(2,3)</c>, <c>depthwise</c>, <c>map SiLU</c>, <c>copy</c>
    /// …</summary>
    public required string Kernel { get; init; }

    /// <summary>What one turn of the innermost loop yields, pixels by channels; empty where there is none.</summary>
    public required string Tile { get; init; }

    /// <summary>Pieces that the work is cut into.</summary>
    public required long Pieces { get; init; }

    /// <summary>Threads of the plan that get a piece.</summary>
    public required int Threads { get; init; }

    /// <summary>Bytes of activations read and written, each counted once, halos left out.</summary>
    public required long ActivationBytes { get; init; }

    /// <summary>Bytes of weights read: packed, as they lie in memory.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Operations as they are computed, a fused multiply-add counting two: Winograd's products and
    /// transforms.</summary>
    public required long Flops { get; init; }

    /// <summary>Operations as the ops define them: what a share of the peak refers to.</summary>
    public required long DirectFlops { get; init; }

    /// <summary>Milliseconds that the cost model expects.</summary>
    public required double ExpectedMs { get; init; }

    /// <summary><see cref="DirectFlops"/> in <see cref="ExpectedMs"/> as a share of the nominal FMA peak of the plan's
    /// threads; above 1 where an algorithm saves more products than it loses time.</summary>
    public required double ExpectedShareOfPeak { get; init; }
}
