namespace Harness.Executor.Cpu.Kernels;

/// <summary>A stretch of k that lies contiguously in the left operand.</summary>
/// <param name="Offset">Bytes from the row's start.</param>
/// <param name="Length">Elements.</param>
readonly record struct Segment(nint Offset, nint Length);
