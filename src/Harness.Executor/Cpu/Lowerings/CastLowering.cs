using System.Numerics;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>The same numbers as another element type.</summary>
sealed class CastLowering : Lowering<Cast>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        ValueBuffer output = site.Output(), x = site.Input(0);
        return x.Type switch
        {
            ElementType.Float32 => From<float>(output, x),
            ElementType.Float64 => From<double>(output, x),
            ElementType.Int64 => From<long>(output, x),
            ElementType.Int32 => From<int>(output, x),
            ElementType.Int16 => From<short>(output, x),
            ElementType.Int8 => From<sbyte>(output, x),
            _ => From<byte>(output, x),
        };
    }

    static Step From<TFrom>(ValueBuffer output, ValueBuffer x) where TFrom : unmanaged, INumber<TFrom> =>
        output.Type switch
        {
            ElementType.Float32 => new CastStep<TFrom, float>(output, x),
            ElementType.Float64 => new CastStep<TFrom, double>(output, x),
            ElementType.Int64 => new CastStep<TFrom, long>(output, x),
            ElementType.Int32 => new CastStep<TFrom, int>(output, x),
            ElementType.Int16 => new CastStep<TFrom, short>(output, x),
            ElementType.Int8 => new CastStep<TFrom, sbyte>(output, x),
            _ => new CastStep<TFrom, byte>(output, x),
        };
}
