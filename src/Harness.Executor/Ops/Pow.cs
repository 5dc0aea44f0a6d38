using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>x^Exponent</c> for the exponents that PyTorch computes by products, quotients and roots: 2, 3, 0.5,
/// -0.5, -1 and -2; also sqrt, rsqrt, square and reciprocal. Source: torch.pow.</summary>
public sealed record Pow : Elementwise
{
    /// <summary>2, 3, 0.5, -0.5, -1 or -2.</summary>
    public required double Exponent { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor",
        "square(Tensor self) -> Tensor",
        "sqrt(Tensor self) -> Tensor",
        "rsqrt(Tensor self) -> Tensor",
        "reciprocal(Tensor self) -> Tensor");

    static Pow Parse(Bound call)
    {
        if (call.Has("exponent"))
        {
            return call.Float("exponent") is 2 or 3 or 0.5 or -0.5 or -1 or -2
                ? new Pow { Exponent = call.Float("exponent") }
                : throw call.Refuse($"exponent {call.Float("exponent")}, expected 2, 3, 0.5, -0.5, -1 or -2");
        }
        // A trailing underscore says only that memory is reused.
        return new Pow
        {
            Exponent = call.Call.Target.TrimEnd('_') switch
            {
                "aten::square" => 2,
                "aten::sqrt" => 0.5,
                "aten::rsqrt" => -0.5,
                _ => -1,
            },
        };
    }

    /// <inheritdoc/>
    internal override UnaryKernel<E> Operator<E>() => Exponent switch
    {
        2 => UnaryKernel<E>.Of<Square>(),
        3 => UnaryKernel<E>.Of<Cube>(),
        0.5 => UnaryKernel<E>.Of<Root>(),
        -0.5 => UnaryKernel<E>.Of<InverseRoot>(),
        -1 => UnaryKernel<E>.Of<Inverse>(),
        _ => UnaryKernel<E>.Of<InverseSquare>(),
    };

    readonly struct Square : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * x;
    }

    readonly struct Cube : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => x * x * x;
    }

    readonly struct Root : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Sqrt(x);
    }

    readonly struct InverseRoot : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(1) / L.Sqrt(x);
    }

    readonly struct Inverse : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(1) / x;
    }

    readonly struct InverseSquare : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.Of(1) / (x * x);
    }
}
