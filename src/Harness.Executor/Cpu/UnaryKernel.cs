using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>An element-wise function of one value with its numbers: a step of its own, or part of another's epilogue.</summary>
abstract class UnaryKernel
{
    /// <summary>The function <typeparamref name="TOp"/> and the numbers it is told.</summary>
    public static UnaryKernel Of<TOp>(double a = 0, double b = 0) where TOp : struct, IUnary => new Typed<TOp>(a, b);

    /// <summary>True for a few plain instructions.</summary>
    public abstract bool IsShort { get; }

    /// <summary>A step over all elements of a value.</summary>
    public abstract Step Step<E>(StepSite<E> site, ValueBuffer x) where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>An epilogue that ends with the function.</summary>
    public abstract Epilogue<E> Epilogue<E>(LaneWidth lanes) where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    sealed class Typed<TOp>(double a, double b) : UnaryKernel where TOp : struct, IUnary
    {
        public override bool IsShort => TOp.Short;

        public override Step Step<E>(StepSite<E> site, ValueBuffer x) =>
            new UnaryStep<TOp, E>(site.Lanes, site.Output(), x, Scalars<E>.Of(a, b), site.Op.Name);

        public override Epilogue<E> Epilogue<E>(LaneWidth lanes) => Kernels.Epilogue<E>.Of<TOp>(lanes, Scalars<E>.Of(a, b));
    }
}

/// <summary>An element-wise function of two values with its number.</summary>
abstract class BinaryKernel
{
    /// <summary>The function <typeparamref name="TOp"/> and the number it is told.</summary>
    public static BinaryKernel Of<TOp>(double a = 0) where TOp : struct, IBinary => new Typed<TOp>(a);

    /// <summary>A step over all elements of a result to which the operands are broadcast.</summary>
    public abstract Step Step<E>(StepSite<E> site, ValueBuffer x, ValueBuffer y)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    sealed class Typed<TOp>(double a) : BinaryKernel where TOp : struct, IBinary
    {
        public override Step Step<E>(StepSite<E> site, ValueBuffer x, ValueBuffer y) =>
            new BinaryStep<TOp, E>(site.Lanes, site.Output(), x, y, Scalars<E>.Of(a), site.Op.Name);
    }
}
