using System.Numerics;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Running sums and products.</summary>
sealed class CumulationLowering : Lowering<Cumulation>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Cumulation)site.Op;
        ValueBuffer output = site.Output(), x = site.Input(0);
        int axis = Axis.Of(op.Dim, x.Shape.Rank);
        return output.Type.IsFloating() ? new CumulationStep<E, double>(output, x, axis, op.Product)
            : new CumulationStep<long, long>(output, x, axis, op.Product);
    }
}

/// <summary>The largest or smallest element along an axis.</summary>
sealed class ExtremeLowering : Lowering<Extreme>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Extreme)site.Op;
        var x = site.Input(0);
        return new Maker(
            op.IndexOnly ? null : site.Output(), site.Output(op.IndexOnly ? 0 : 1), x, op).StepOf(x.Type);
    }

    readonly struct Maker(ValueBuffer? values, ValueBuffer indices, ValueBuffer x, Extreme op) : IStepMaker
    {
        public Step Make<T>() where T : unmanaged, INumber<T> => op.Dim is { } dim
            ? new ExtremeStep<T>(values, indices, x, Axis.Of(dim, x.Shape.Rank), op.Smallest)
            : new FirstExtremeStep<T>(indices, x, op.Smallest);
    }
}

/// <summary>The elements along an axis in order.</summary>
/// <param name="read">An op's axis, and whether the largest come first.</param>
/// <param name="indexOnly">True where the indices are the only result.</param>
sealed class SortLowering<TOp>(Func<TOp, (int Dim, bool Descending)> read, Func<TOp, bool> indexOnly) : Lowering<TOp>
    where TOp : Op
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (TOp)site.Op;
        var x = site.Input(0);
        var (dim, descending) = read(op);
        return new Maker(
            indexOnly(op) ? null : site.Output(), site.Output(indexOnly(op) ? 0 : 1), x,
            Axis.Of(dim, x.Shape.Rank), descending).StepOf(x.Type);
    }

    readonly struct Maker(ValueBuffer? values, ValueBuffer indices, ValueBuffer x, int axis, bool descending)
        : IStepMaker
    {
        public Step Make<T>() where T : unmanaged, INumber<T> =>
            new SortStep<T>(values, indices, x, axis, descending);
    }
}

/// <summary>Rows with one 1.</summary>
sealed class OneHotLowering : Lowering<OneHot>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new OneHotStep(site.Name, site.Output(), site.Input(0), ((OneHot)site.Op).Classes);
}

/// <summary>Zeros above or below a diagonal.</summary>
sealed class TriangleLowering : Lowering<Triangle>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new Maker(site.Output(), site.Input(0), (Triangle)site.Op).StepOf(site.Output().Type);

    readonly struct Maker(ValueBuffer output, ValueBuffer x, Triangle op) : IStepMaker
    {
        public Step Make<T>() where T : unmanaged, INumber<T> =>
            new TriangleStep<T>(output, x, op.Upper, op.Diagonal);
    }
}
