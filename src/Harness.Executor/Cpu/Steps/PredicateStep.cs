using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>A question about each element, answered by Booleans.</summary>
sealed unsafe class PredicateStep<TPredicate, E>(ValueBuffer output, ValueBuffer x, string name) : Step
    where TPredicate : struct, IPredicate
    where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly Traversal _over = Traversal.Of(output.Physical.AsSpan(), output.Strides, Strided.As(x, output));

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new($"map {name}", CostModel.Plain);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Frame frame, long first, long last)
    {
        bool* target = frame.At<bool>(output);
        E* source = frame.At<E>(x);
        while (first < last)
        {
            var rows = _over.Group(first, last);
            for (int row = 0; row < rows.Rows; row++)
            {
                bool* to = target + rows.Offset[0] + (row * rows.RowStride[0]);
                E* from = source + rows.Offset[1] + (row * rows.RowStride[1]);
                for (int i = 0; i < rows.Length; i++)
                    to[i * rows.Stride[0]] = TPredicate.Test(from[i * rows.Stride[1]]);
            }
            first += rows.Pieces;
        }
    }
}
