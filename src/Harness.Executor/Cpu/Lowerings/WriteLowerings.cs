using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>A write into a value.</summary>
/// <param name="Places">Where in the result each of its elements goes.</param>
/// <param name="First">Elements from the result's first to the first place.</param>
/// <param name="Source">What is written; null for the number.</param>
/// <param name="Strides">Its strides along the axes that are walked.</param>
/// <param name="Number">What is written where it is a number.</param>
/// <param name="Factor">What it is added times; null where it is written.</param>
/// <param name="Multiplies">True where what is there is multiplied with it.</param>
readonly record struct Write(
    Places Places, nint First, ValueBuffer? Source, nint[] Strides, Number Number, Number? Factor,
    bool Multiplies = false);

/// <summary>A value with some elements written or added.</summary>
abstract class WriteLowering<TOp> : Lowering<TOp> where TOp : Op
{
    /// <inheritdoc/>
    public sealed override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public sealed override Step Lower<E>(StepSite<E> site) =>
        new Maker(site.Output(), site.Input(0), WriteOf((TOp)site.Op, site)).StepOf(site.Output().Type);

    /// <summary>What is written, and where.</summary>
    protected abstract Write WriteOf<E>(TOp op, StepSite<E> site)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>;

    /// <summary>The strides of what is written, of a rank that is walked: a scalar is a vector of one.</summary>
    protected static nint[] StridesOf(ValueBuffer source, int rank) =>
        source.Shape.Rank == rank ? source.LogicalStrides() : new nint[rank];

    /// <summary>A shape walked in PyTorch's order.</summary>
    protected static Placed Plain(Shape shape) => new(shape, Permutation.Identity(shape.Rank));

    readonly struct Maker(ValueBuffer output, ValueBuffer x, Write write) : IStepMaker
    {
        public Step Make<T>() where T : unmanaged, INumber<T> => new WriteStep<T>(
            output, x, write.Places, write.First, write.Source, write.Strides, write.Number.Element<T>(output.Type),
            write.Factor?.Element<T>(output.Type), write.Multiplies);
    }
}

/// <summary>At places along one axis.</summary>
sealed class ScatterLowering : WriteLowering<Scatter>
{
    /// <inheritdoc/>
    protected override Write WriteOf<E>(Scatter op, StepSite<E> site)
    {
        var (output, index) = (site.Output(), site.Input(1));
        var places = PickStrides.Along(
            site.Name, Plain(index.Shape), output, index, Axis.Of(op.Dim, output.Shape.Rank));
        Number? factor = op.Adds ? 1 : null;
        return op.Value is { } value
            ? new Write(places, 0, null, new nint[index.Shape.Rank], value, factor, op.Multiplies)
            : new Write(
                places, 0, site.Input(2), StridesOf(site.Input(2), index.Shape.Rank), 0, factor, op.Multiplies);
    }
}

/// <summary>At places along several axes.</summary>
sealed class IndexPutLowering : WriteLowering<IndexPut>
{
    /// <inheritdoc/>
    protected override Write WriteOf<E>(IndexPut op, StepSite<E> site)
    {
        var (output, values) = (site.Output(), site.Input(site.Operands - 1));
        Shape[] shapes = [.. Enumerable.Range(0, site.Operands - 1).Select(site.ShapeOf)];
        var place = AdvancedIndex.Indexed(op.Axes, shapes);
        return new Write(
            PickStrides.OfAxes(site, Plain(place), output, op.Axes), 0, values,
            Traversal.Broadcast(values.Shape.AsSpan(), values.LogicalStrides(), place.AsSpan()), 0,
            op.Adds ? 1 : null);
    }
}

/// <summary>At the indices of one axis.</summary>
sealed class IndexAddLowering : WriteLowering<IndexAdd>
{
    /// <inheritdoc/>
    protected override Write WriteOf<E>(IndexAdd op, StepSite<E> site)
    {
        var (output, source) = (site.Output(), site.Input(2));
        var places = PickStrides.OfVector(
            site.Name, Plain(source.Shape), output, site.Input(1), Axis.Of(op.Dim, output.Shape.Rank));
        return new Write(places, 0, source, source.LogicalStrides(), 0, op.Alpha);
    }
}

/// <summary>At a slice, or one index, of one axis.</summary>
sealed class WriteIntoLowering : WriteLowering<WriteInto>
{
    /// <inheritdoc/>
    protected override Write WriteOf<E>(WriteInto op, StepSite<E> site)
    {
        var (output, source) = (site.Output(), site.Input(1));
        int axis = Axis.Of(op.Place.Dim, output.Shape.Rank);
        nint[] own = output.LogicalStrides();
        nint first = source.Shape.Elements == 0 ? 0 : op.First(output.Shape[axis]) * own[axis];
        if (op.Index is null) own[axis] *= op.Place.Step;
        else own = [.. own[..axis], .. own[(axis + 1)..]];
        return new Write(
            new Places(site.Name, Plain(source.Shape), own, []), first, source, source.LogicalStrides(), 0, null);
    }
}
