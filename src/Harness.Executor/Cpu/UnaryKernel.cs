using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>An element-wise operator with its numbers: a step of its own, or the end of another's epilogue.</summary>
abstract class UnaryKernel<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    /// <summary>The operator <typeparamref name="TOp"/>.</summary>
    public static UnaryKernel<E> Of<TOp>(Scalars<E> scalars = default) where TOp : struct, IUnary => new Typed<TOp>(scalars);

    /// <summary>True for a few plain instructions.</summary>
    public abstract bool IsShort { get; }

    /// <summary>A step over all elements of a value.</summary>
    public abstract Step<E> Step(LaneWidth lanes, ValueBuffer output, ValueBuffer x);

    /// <summary>An epilogue that ends with the operator.</summary>
    public abstract Epilogue<E> Epilogue(LaneWidth lanes);

    sealed class Typed<TOp>(Scalars<E> scalars) : UnaryKernel<E> where TOp : struct, IUnary
    {
        public override bool IsShort => TOp.Short;

        public override Step<E> Step(LaneWidth lanes, ValueBuffer output, ValueBuffer x) => new UnaryStep<TOp, E>(lanes, output, x, scalars);

        public override Epilogue<E> Epilogue(LaneWidth lanes) => Kernels.Epilogue<E>.Of<TOp>(lanes, scalars);
    }
}
