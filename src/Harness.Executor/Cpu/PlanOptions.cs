using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>How a plan is compiled. Threads and lanes change no bit of any result; fusion changes only how a bias and
/// the mean of a batch norm after it are rounded: once instead of twice.</summary>
public sealed record PlanOptions
{
    /// <summary>The most <see cref="Threads"/>: each has a stack and scratch memory of its own.</summary>
    public const int MostThreads = 1024;

    /// <summary>Workers a session uses, its caller included; 0 means one a processor, at most
    /// <see cref="MostThreads"/>.</summary>
    public int Threads { get; init; }

    /// <summary>Register width; null means what the environment says, else the widest.</summary>
    public LaneWidth? Lanes { get; init; }

    /// <summary>Lets several nodes be one step: what follows a convolution, product or norm element by element, and
    /// more; see Cpu/Rules.</summary>
    public bool Fuse { get; init; } = true;

    /// <summary>Computes every convolution as one chain over its window, never by Winograd's transform where that is
    /// faster. Implied by <see cref="KeepAll"/>: single nodes are held to a limit relative to their own
    /// window.</summary>
    public bool ExactOrder { get; init; }

    // Bytes of one image from which a value between a convolution and a depthwise one is not stored: more than the
    // second cache holds beside all else. Of a gated feature map a part of it is enough: see GateRule. Changes no bit.
    internal long ChainBytes { get; init; } = 640 * 1024;

    // Lets values lie in the results of concatenations, where that saves copies. Changes no bit.
    internal bool Slice { get; init; } = true;

    /// <summary>Keeps every value readable after a run and makes every node a step of its own; costs memory.</summary>
    public bool KeepAll { get; init; }
}
