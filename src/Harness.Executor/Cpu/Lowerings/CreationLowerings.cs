using System.Numerics;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Numbers in a row, each by its index.</summary>
/// <param name="integer">The element at an index where elements are integers.</param>
/// <param name="number">The same where they are floating-point numbers.</param>
sealed class SequenceLowering<TOp>(Func<TOp, long, long> integer, Func<TOp, long, double> number) : Lowering<TOp>
    where TOp : Creation
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new Maker(site.Output(), (TOp)site.Op, integer, number).StepOf(site.Output().Type);

    readonly struct Maker(
        ValueBuffer output, TOp op, Func<TOp, long, long> integer, Func<TOp, long, double> number) : IStepMaker
    {
        public Step Make<T>() where T : unmanaged, INumber<T>
        {
            // Such values lie in PyTorch's order.
            var elements = new T[output.Shape.Elements];
            for (int i = 0; i < elements.Length; i++)
            {
                elements[i] = output.Type.IsFloating() ? T.CreateTruncating(number(op, i))
                    : Number.Of(integer(op, i)).Element<T>(output.Type);
            }
            return new ConstantStep<T>(output, elements, StridedCopy.ContiguousStrides(output.Physical.AsSpan()));
        }
    }
}

/// <summary>One number everywhere.</summary>
sealed class FullLowering : Lowering<Full>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var output = site.Output();
        return ((Full)site.Op).Value is { } value
            ? new Maker(output, value).StepOf(output.Type)
            : new CopyStep(
                site.Lanes, [Block.Of(output, site.Input(1), new StridedPart(0, new nint[output.Shape.Rank]))]);
    }

    readonly struct Maker(ValueBuffer output, Number value) : IStepMaker
    {
        public Step Make<T>() where T : unmanaged, INumber<T> =>
            new ConstantStep<T>(output, [value.Element<T>(output.Type)], new nint[output.Physical.Rank]);
    }
}

/// <summary>Vectors repeated along the axes of a grid.</summary>
sealed class MeshgridLowering : Lowering<Meshgrid>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new CopyStep(
        site.Lanes, [.. Enumerable.Range(0, site.Results).Select(i =>
        {
            var x = site.Input(i);
            var strides = new nint[site.Results];
            if (x.Shape.Rank > 0) strides[((Meshgrid)site.Op).AxisOf(i, site.Results)] = x.StrideOf(0);
            return Block.Of(site.Output(i), x, new StridedPart(0, strides));
        })]);
}

/// <summary>A value in the shape of another.</summary>
sealed class CopyLowering : Lowering<Copy>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        ValueBuffer output = site.Output(), x = site.Input(1);
        var strides = Kernels.Traversal.Broadcast(x.Shape.AsSpan(), x.LogicalStrides(), output.Shape.AsSpan());
        return new CopyStep(site.Lanes, [Block.Of(output, x, new StridedPart(0, strides))]);
    }
}

/// <summary>Axes that run the other way.</summary>
sealed class FlipLowering : Lowering<Flip>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        ValueBuffer output = site.Output(), x = site.Input(0);
        nint[] strides = x.LogicalStrides();
        nint last = 0;
        foreach (int axis in Axis.Of(((Flip)site.Op).Dims, x.Shape.Rank))
        {
            if (x.Shape.Rank == 0) break;
            last += (x.Shape[axis] - 1) * strides[axis];
            strides[axis] = -strides[axis];
        }
        return new CopyStep(site.Lanes, [Block.Of(output, x, new StridedPart(last, strides))]);
    }
}
