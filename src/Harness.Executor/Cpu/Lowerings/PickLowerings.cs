using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>Elements at places that integers say.</summary>
abstract class PickLowering<TOp> : Lowering<TOp> where TOp : Op
{
    /// <inheritdoc/>
    public sealed override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public sealed override Step Lower<E>(StepSite<E> site) =>
        new GatherStep(site.Output(), site.Input(0), PlacesIn((TOp)site.Op, site));

    /// <summary>Where the elements of the result lie in the first operand.</summary>
    protected abstract Places PlacesIn<E>(TOp op, StepSite<E> site)
        where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>;
}

/// <summary>How the operands of picks are walked.</summary>
static class PickStrides
{
    /// <summary>The strides of indices along the physical axes of what is walked.</summary>
    /// <param name="walked">What is walked, in the order of its memory.</param>
    /// <param name="index">The indices.</param>
    /// <param name="block">The axes of what is walked that indices have, by their extents.</param>
    /// <param name="at">The first of these axes.</param>
    public static nint[] Of(Placed walked, ValueBuffer index, ReadOnlySpan<int> block, int at)
    {
        nint[] along = Traversal.Broadcast(index.Shape.AsSpan(), index.LogicalStrides(), block);
        var strides = new nint[walked.Shape.Rank];
        for (int j = 0; j < strides.Length; j++)
        {
            int axis = walked.Layout[j] - at;
            strides[j] = (uint)axis < (uint)along.Length ? along[axis] : 0;
        }
        return strides;
    }

    /// <summary>The places of indices along one axis, one for each element walked.</summary>
    public static Places Along(
        string node, Placed walked, ValueBuffer x, ValueBuffer index, int axis, bool wraps = false)
    {
        var extents = walked.Shape.AsSpan();
        // Of a scalar, or a vector, there is no other axis, whatever is walked.
        nint[] own = x.Shape.Rank < 2 ? new nint[extents.Length] : x.LogicalStrides();
        for (int i = 0; i < own.Length && i < x.Shape.Rank; i++) if (i == axis || x.Shape[i] == 1) own[i] = 0;
        return new Places(node, walked, own, [Along(Of(walked, index, extents, 0), x, index, axis, wraps)]);
    }

    static PlaceIndex Along(nint[] strides, ValueBuffer x, ValueBuffer index, int axis, bool wraps) =>
        x.Shape.Rank == 0 ? new PlaceIndex(index, strides, axis, 1, 0, wraps)
        : new PlaceIndex(index, strides, axis, x.Shape[axis], x.StrideOf(axis), wraps);

    /// <summary>The places of a vector of indices along one axis.</summary>
    public static Places OfVector(string node, Placed walked, ValueBuffer x, ValueBuffer index, int axis)
    {
        nint[] own = x.Shape.Rank < 2 ? new nint[walked.Shape.Rank] : x.LogicalStrides();
        if (own.Length > 0) own[axis] = 0;
        nint[] strides = own.Length == 0 ? [] : Of(walked, index, walked.Shape.AsSpan().Slice(axis, 1), axis);
        return new Places(node, walked, own, [Along(strides, x, index, axis, wraps: false)]);
    }

    /// <summary>The places of indices along several axes that broadcast: operand i + 1 those of axis i.</summary>
    public static Places OfAxes<E>(StepSite<E> site, Placed walked, ValueBuffer x, IntList axes)
        where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
    {
        int come = walked.Shape.Rank - x.Shape.Rank + axes.Count, first = AdvancedIndex.First(axes);
        var block = walked.Shape.AsSpan().Slice(first, come);
        var goes = AdvancedIndex.Goes(axes, x.Shape.Rank, come);
        var own = new nint[walked.Shape.Rank];
        for (int axis = 0; axis < goes.Length; axis++) if (goes[axis] is { } stays) own[stays] = x.StrideOf(axis);
        var indices = new PlaceIndex[axes.Count];
        for (int i = 0; i < indices.Length; i++)
        {
            var index = site.Input(i + 1);
            indices[i] = new PlaceIndex(
                index, Of(walked, index, block, first), axes[i], x.Shape[axes[i]], x.StrideOf(axes[i]), true);
        }
        return new Places(site.Name, walked, own, [.. indices]);
    }
}

/// <summary>Python's indexing by tensors.</summary>
sealed class AdvancedIndexLowering : PickLowering<AdvancedIndex>
{
    /// <inheritdoc/>
    protected override Places PlacesIn<E>(AdvancedIndex op, StepSite<E> site) =>
        PickStrides.OfAxes(site, site.Output().Placed, site.Input(0), op.Axes);
}

/// <summary>Rows of a table.</summary>
sealed class EmbeddingLowering : PickLowering<Embedding>
{
    /// <inheritdoc/>
    protected override Places PlacesIn<E>(Embedding op, StepSite<E> site)
    {
        var (output, table, index) = (site.Output().Placed, site.Input(0), site.Input(1));
        var own = new nint[output.Shape.Rank];
        own[^1] = table.StrideOf(1);
        return new Places(site.Name, output, own,
            [new PlaceIndex(index, PickStrides.Of(output, index, index.Shape.AsSpan(), 0), 0, table.Shape[0],
                table.StrideOf(0), false)]);
    }
}

/// <summary>Along one axis the element that an integer of the same place names.</summary>
sealed class GatherLowering : PickLowering<Gather>
{
    /// <inheritdoc/>
    protected override Places PlacesIn<E>(Gather op, StepSite<E> site)
    {
        var x = site.Input(0);
        int axis = Axis.Of(op.Dim, x.Shape.Rank);
        return PickStrides.Along(site.Name, site.Output().Placed, x, site.Input(1), axis);
    }
}

/// <summary>The indices of an axis that a vector names.</summary>
sealed class IndexSelectLowering : PickLowering<IndexSelect>
{
    /// <inheritdoc/>
    protected override Places PlacesIn<E>(IndexSelect op, StepSite<E> site) => PickStrides.OfVector(
        site.Name, site.Output().Placed, site.Input(0), site.Input(1), Axis.Of(op.Dim, site.ShapeOf(0).Rank));
}

/// <summary>As a gather, operands broadcast.</summary>
sealed class TakeAlongDimLowering : PickLowering<TakeAlongDim>
{
    /// <inheritdoc/>
    protected override Places PlacesIn<E>(TakeAlongDim op, StepSite<E> site)
    {
        var x = site.Input(0);
        return PickStrides.Along(
            site.Name, site.Output().Placed, x, site.Input(1), Axis.Of(op.Dim, x.Shape.Rank), wraps: true);
    }
}
