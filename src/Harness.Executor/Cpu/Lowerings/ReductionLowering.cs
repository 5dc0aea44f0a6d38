using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Sums along axes, divided.</summary>
/// <param name="divisor">What the sums of an op over an operand of this shape are divided by.</param>
sealed class ReductionLowering<TOp>(Func<TOp, Shape, double> divisor) : Lowering<TOp> where TOp : Reduction
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) =>
        !x.Type.IsFloating() || ReductionOrder.IsThatOfDense(x, ((TOp)op).AxesOf(x.Shape.Rank));

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (TOp)site.Op;
        var input = site.ShapeOf(0);
        if (!site.Output().Type.IsFloating())
            return new IntegerSumStep(site.Output(), site.Input(0), op.AxesOf(input.Rank));
        return new ReduceStep<SumReduction, E>(
            site.Lanes, site.Output(), site.Input(0), op.AxesOf(input.Rank), E.CreateTruncating(divisor(op, input)));
    }
}
