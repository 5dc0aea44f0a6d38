using System.Numerics;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Places in sorted rows.</summary>
sealed class SearchSortedLowering : Lowering<SearchSorted>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (SearchSorted)site.Op;
        return new Maker(
            site.Name, site.Output(), site.Input(op.Rows), op.Value is null ? site.Input(1 - op.Rows) : null,
            op.Sorter ? site.Input(site.Operands - 1) : null, op).StepOf(site.Input(op.Rows).Type);
    }

    readonly struct Maker(
        string node, ValueBuffer output, ValueBuffer sorted, ValueBuffer? values, ValueBuffer? sorter,
        SearchSorted op) : IStepMaker
    {
        public Step Make<T>() where T : unmanaged, INumber<T>
        {
            T value = op.Value is { } number ? number.Element<T>(sorted.Type) : T.Zero;
            return op.Narrow
                ? new SearchSortedStep<T, int>(node, output, sorted, values, sorter, value, op.Right)
                : new SearchSortedStep<T, long>(node, output, sorted, values, sorter, value, op.Right);
        }
    }
}

/// <summary>Distances between rows.</summary>
sealed class CDistLowering : Lowering<CDist>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new CDistStep<E>(site.Output(), site.Input(0), site.Input(1), ((CDist)site.Op).Order);
}

/// <summary>Singular values.</summary>
sealed class SvdValsLowering : Lowering<SvdVals>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new SvdValsStep<E>(site.Output(), site.Input(0));
}

/// <summary>Logarithms of running sums.</summary>
sealed class LogCumsumExpLowering : Lowering<LogCumsumExp>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        ValueBuffer output = site.Output(), x = site.Input(0);
        return new LogCumsumExpStep<E>(output, x, Axis.Of(((LogCumsumExp)site.Op).Dim, x.Shape.Rank));
    }
}
