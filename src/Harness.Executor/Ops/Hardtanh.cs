using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Cpu;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>min(max(x, Min), Max)</c>: Hardtanh, ReLU6 (0 to 6) and clamp (a missing limit is infinite); NaN stays
/// NaN. Source: torch.nn.Hardtanh, torch.clamp.</summary>
/// <remarks>The upper limit is applied last, so that it wins where the limits cross, as in torch.clamp.</remarks>
public sealed record Hardtanh : Elementwise
{
    /// <summary>The lower limit.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>The upper limit.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "relu6(Tensor self) -> Tensor",
        "hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor",
        "clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor",
        "clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor",
        "clamp_min(Tensor self, Scalar min) -> Tensor",
        "clamp_max(Tensor self, Scalar max) -> Tensor");

    static Hardtanh Parse(Bound call)
    {
        if (call.Has("min_val")) return new Hardtanh { Min = call.Float("min_val"), Max = call.Float("max_val") };
        if (!call.Has("min") && !call.Has("max")) return new Hardtanh { Min = 0, Max = 6 };
        double? min = call.Has("min") ? call.FloatOrNull("min") : null;
        double? max = call.Has("max") ? call.FloatOrNull("max") : null;
        if (min is null && max is null) throw call.Refuse("neither min nor max is given; PyTorch refuses it too");
        return new Hardtanh { Min = min ?? double.NegativeInfinity, Max = max ?? double.PositiveInfinity };
    }

    /// <inheritdoc/>
    internal override UnaryKernel<E> Operator<E>() => UnaryKernel<E>.Of<Function>(Scalars<E>.Of(Min, Max));

    readonly struct Function : IUnary
    {
        public static bool Short => true;

        public static Bounds<E>? BoundsOf<E>(in Scalars<E> a)
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => new Bounds<E>(HasLow: true, a.A, HasHigh: true, a.B);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => L.AtMost(L.AtLeast(x, L.Splat(a.A)), L.Splat(a.B));
    }
}
