using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The sum along logical axes. Source: torch.sum.</summary>
public sealed record Sum : Reduction
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "sum(Tensor self, *, ScalarType? dtype=None) -> Tensor",
        "sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor");

    static Sum Parse(Bound call)
    {
        var (dims, keep) = Read(call);
        return new Sum { Dims = dims, KeepDims = keep };
    }

    /// <inheritdoc/>
    internal override Step<E> Lower<E>(Lowering<E> node) => Lower<SumReduction, E>(node, 1);
}
