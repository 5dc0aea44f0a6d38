using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;

namespace Harness.Executor.Ops;

/// <summary><c>max(x, 0)</c>, any shape; NaN stays NaN. Source: torch.nn.ReLU.</summary>
public sealed record ReLU : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new ReLU(), "relu(Tensor self) -> Tensor");

    /// <inheritdoc/>
    internal override UnaryKernel<E> Operator<E>() => UnaryKernel<E>.Of<Function>();

    readonly struct Function : IUnary
    {
        public static bool Short => true;

        public static Bounds<E>? BoundsOf<E>(in Scalars<E> a)
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => new Bounds<E>(HasLow: true, E.Zero);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.AtLeast(x, L.Zero);
    }
}
