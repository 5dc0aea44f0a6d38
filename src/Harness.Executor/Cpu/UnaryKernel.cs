using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>An element-wise function of one value with its numbers: a step of its own, or part of another's
/// epilogue.</summary>
abstract class UnaryKernel
{
    /// <summary>The function <typeparamref name="TOp"/> and the numbers it is told.</summary>
    public static UnaryKernel Of<TOp>(double a = 0, double b = 0, double c = 0) where TOp : struct, IUnary =>
        new Typed<TOp>(a, b, c);

    /// <summary>True for a few plain instructions.</summary>
    public abstract bool IsShort { get; }

    /// <summary>A step over all elements of a value.</summary>
    public abstract Step Step<E>(StepSite<E> site, ValueBuffer x) where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>An epilogue that ends with the function.</summary>
    public abstract Epilogue<E> Epilogue<E>(LaneWidth lanes) where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>A later pass of an epilogue.</summary>
    public abstract EpilogueStage<E> Stage<E>(LaneWidth lanes) where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    sealed class Typed<TOp>(double a, double b, double c) : UnaryKernel where TOp : struct, IUnary
    {
        public override bool IsShort => TOp.Short;

        public override Step Step<E>(StepSite<E> site, ValueBuffer x) =>
            new UnaryStep<TOp, E>(site.Lanes, site.Output(), x, Scalars<E>.Of(a, b, c), site.Op.Name);

        public override Epilogue<E> Epilogue<E>(LaneWidth lanes) =>
            Kernels.Epilogue<E>.Of<TOp>(lanes, Scalars<E>.Of(a, b, c));

        public override EpilogueStage<E> Stage<E>(LaneWidth lanes) =>
            EpilogueStage<E>.OfOne<TOp>(lanes, Scalars<E>.Of(a, b, c));
    }
}

/// <summary>An element-wise function of two values with its number.</summary>
abstract class BinaryKernel
{
    /// <summary>The function <typeparamref name="TOp"/> and the number it is told.</summary>
    public static BinaryKernel Of<TOp>(double a = 0) where TOp : struct, IBinary => new Typed<TOp>(a);

    /// <summary>Whether it is plain arithmetic.</summary>
    public abstract BinaryForm Form { get; }

    /// <summary>A step over all elements of a result to which the operands are broadcast.</summary>
    public abstract Step Step<E>(StepSite<E> site, ValueBuffer x, ValueBuffer y)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>The same some rows at a time.</summary>
    public abstract BandSource<E> Bands<E>(StepSite<E> site) where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>A later pass of an epilogue.</summary>
    /// <param name="lanes">Register width.</param>
    /// <param name="second">True where the epilogue's own element is the second operand.</param>
    public abstract EpilogueStage<E> Stage<E>(LaneWidth lanes, bool second)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    sealed class Typed<TOp>(double a) : BinaryKernel where TOp : struct, IBinary
    {
        public override BinaryForm Form => TOp.Form;

        public override Step Step<E>(StepSite<E> site, ValueBuffer x, ValueBuffer y) =>
            new BinaryStep<TOp, E>(site.Lanes, site.Output(), x, y, Scalars<E>.Of(a), site.Op.Name);

        public override BandSource<E> Bands<E>(StepSite<E> site) => new MapBands<TOp, E>(site, Scalars<E>.Of(a));

        public override EpilogueStage<E> Stage<E>(LaneWidth lanes, bool second) => second
            ? EpilogueStage<E>.OfTwo<Reversed<TOp>>(lanes, Scalars<E>.Of(a))
            : EpilogueStage<E>.OfTwo<TOp>(lanes, Scalars<E>.Of(a));
    }

    // f(y, x).
    readonly struct Reversed<TOp> : IBinary where TOp : struct, IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static L Apply<L, E>(L x, L y, in Scalars<E> a)
            where L : struct, ILanes<L, E>
            where E : unmanaged, IBinaryFloatingPointIeee754<E> => TOp.Apply<L, E>(y, x, a);
    }
}
