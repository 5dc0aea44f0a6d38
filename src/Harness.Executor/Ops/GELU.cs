using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>x · Φ(x)</c>: exactly, <c>x/2 · (1 + erf(x/√2))</c>, or by
/// <c>x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))</c>. Source: torch.nn.GELU.</summary>
public sealed record GELU : Elementwise
{
    /// <summary>True for the tanh form, which differs from the exact one by up to 4.73e-4.</summary>
    public bool Approximate { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "gelu(Tensor self, *, str approximate='none') -> Tensor");

    static GELU Parse(Bound call) => call.Text("approximate") switch
    {
        "none" => new GELU(),
        "tanh" => new GELU { Approximate = true },
        var other => throw call.Refuse($"approximate='{other}', expected 'none' or 'tanh'"),
    };

    /// <inheritdoc/>
    internal override UnaryKernel<E> Operator<E>() => Approximate ? UnaryKernel<E>.Of<TanhForm>() : UnaryKernel<E>.Of<Exact>();

    // 1/√2 and √(2/π), to the last bit of a double.
    const double InverseRoot2 = 0.70710678118654752440;
    const double Root2OverPi = 0.79788456080286535588;

    readonly struct Exact : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            L.Of(0.5) * x * (L.Of(1) + LaneMath.Erf<L, E>(x * L.Of(InverseRoot2)));
    }

    readonly struct TanhForm : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> =>
            L.Of(0.5) * x * (L.Of(1) + LaneMath.Tanh<L, E>(L.Of(Root2OverPi) * L.Fma(L.Of(0.044715) * x * x, x, x)));
    }
}
