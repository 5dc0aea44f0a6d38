using System.Collections.Immutable;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>A value in another layout.</summary>
sealed class RelayoutLowering : Lowering<Relayout>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) =>
        new CopyStep(site.Lanes, [Block.Whole(site.Output(), 0, site.Input(0))]);
}

/// <summary>Values joined along an axis.</summary>
sealed class CatLowering : Lowering<Cat>
{
    /// <inheritdoc/>
    public override int? JoinedAxis(Op op, int rank) => Axis.Of(((Cat)op).Dim, rank);

    /// <summary>The operands that do not lie in the result already, each with its first index there.</summary>
    public static ImmutableArray<(ValueBuffer Source, int At)> Copied(
        Cat op, ImmutableArray<int> inputs, int result, Func<int, ValueBuffer> bufferOf)
    {
        var output = bufferOf(result);
        int axis = Axis.Of(op.Dim, output.Shape.Rank), at = 0;
        var copied = ImmutableArray.CreateBuilder<(ValueBuffer, int)>();
        foreach (int input in inputs)
        {
            var source = bufferOf(input);
            bool placed = source.Home == output.Home && source.Offset == output.Offset + (at * output.StrideOf(axis));
            if (!placed) copied.Add((source, at));
            at += source.Shape[axis];
        }
        return copied.ToImmutable();
    }

    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override bool IsInPlace(NhwcNode node, Func<int, ValueBuffer> bufferOf) =>
        Copied((Cat)node.Op, node.Inputs, node.Outputs[0], bufferOf).IsEmpty;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Cat)site.Op;
        var output = site.Output();
        nint stride = output.StrideOf(Axis.Of(op.Dim, output.Shape.Rank));
        return new CopyStep(site.Lanes, [.. Copied(op, site.Inputs, output.Value, site.BufferOf)
            .Select(block => Block.Whole(output, block.At * stride, block.Source))]);
    }
}

/// <summary>Results that are parts of an operand: nothing moves where all who read one can walk its strides, and what
/// somebody cannot read so is copied once.</summary>
abstract class PartLowering<TOp> : Lowering<TOp> where TOp : Part
{
    /// <summary>Where a result lies in the operand.</summary>
    protected abstract StridedPart Part(TOp op, int result, ValueBuffer x, Shape y);

    /// <inheritdoc/>
    public sealed override StridedPart? PartOf(Op op, int result, ValueBuffer x, Shape y) =>
        Part((TOp)op, result, x, y);

    /// <inheritdoc/>
    public sealed override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public sealed override bool IsInPlace(NhwcNode node, Func<int, ValueBuffer> bufferOf) =>
        node.Outputs.All(result => bufferOf(result).Home == bufferOf(node.Inputs[0]).Home);

    /// <inheritdoc/>
    public sealed override Step Lower<E>(StepSite<E> site)
    {
        var x = site.Input(0);
        var blocks = ImmutableArray.CreateBuilder<Block>(site.Results);
        for (int i = 0; i < site.Results; i++)
        {
            var y = site.Output(i);
            if (y.Home != x.Home) blocks.Add(Block.Of(y, x, Part((TOp)site.Op, i, x, y.Shape)));
        }
        return new CopyStep(site.Lanes, blocks.DrainToImmutable());
    }
}

/// <summary>A value cut along an axis.</summary>
sealed class SplitLowering : PartLowering<Split>
{
    /// <inheritdoc/>
    protected override StridedPart Part(Split op, int result, ValueBuffer x, Shape y)
    {
        int axis = Axis.Of(op.Dim, x.Shape.Rank), at = 0;
        foreach (int piece in op.Pieces(x.Shape[axis])[..result]) at += piece;
        return new StridedPart(at * x.StrideOf(axis), x.LogicalStrides());
    }
}

/// <summary>Some indices of an axis.</summary>
sealed class SliceLowering : PartLowering<Slice>
{
    /// <inheritdoc/>
    protected override StridedPart Part(Slice op, int result, ValueBuffer x, Shape y)
    {
        int axis = Axis.Of(op.Dim, x.Shape.Rank);
        nint[] strides = x.LogicalStrides();
        nint first = op.Range(x.Shape[axis]).First * strides[axis];
        strides[axis] *= op.Step;
        return new StridedPart(y[axis] == 0 ? 0 : first, strides);
    }
}

/// <summary>One index of an axis.</summary>
sealed class SelectLowering : PartLowering<Select>
{
    /// <inheritdoc/>
    protected override StridedPart Part(Select op, int result, ValueBuffer x, Shape y)
    {
        int axis = Axis.Of(op.Dim, x.Shape.Rank);
        return At(x, axis, op.Index < 0 ? op.Index + x.Shape[axis] : op.Index);
    }

    /// <summary>One index of an axis of a value.</summary>
    public static StridedPart At(ValueBuffer x, int axis, int index)
    {
        nint[] strides = x.LogicalStrides();
        return new StridedPart(index * strides[axis], [.. strides[..axis], .. strides[(axis + 1)..]]);
    }
}

/// <summary>Every index of an axis.</summary>
sealed class UnbindLowering : PartLowering<Unbind>
{
    /// <inheritdoc/>
    protected override StridedPart Part(Unbind op, int result, ValueBuffer x, Shape y) =>
        SelectLowering.At(x, Axis.Of(op.Dim, x.Shape.Rank), result);
}

/// <summary>Axes repeated.</summary>
sealed class ExpandLowering : PartLowering<Expand>
{
    /// <inheritdoc/>
    protected override StridedPart Part(Expand op, int result, ValueBuffer x, Shape y) =>
        new(0, Traversal.Broadcast(x.Shape.AsSpan(), x.LogicalStrides(), y.AsSpan()));
}

/// <summary>A diagonal.</summary>
sealed class DiagonalLowering : PartLowering<Diagonal>
{
    /// <inheritdoc/>
    protected override StridedPart Part(Diagonal op, int result, ValueBuffer x, Shape y)
    {
        nint[] strides = x.LogicalStrides();
        int[] axes = Axis.Of([op.First, op.Second], x.Shape.Rank);
        nint first = op.Offset < 0 ? -op.Offset * strides[axes[0]] : op.Offset * strides[axes[1]];
        return new StridedPart(y[-1] == 0 ? 0 : first,
            [.. op.Others(x.Shape.Rank).Select(axis => strides[axis]), strides[axes[0]] + strides[axes[1]]]);
    }
}

/// <summary>Windows of an axis.</summary>
sealed class TensorUnfoldLowering : PartLowering<TensorUnfold>
{
    /// <inheritdoc/>
    protected override StridedPart Part(TensorUnfold op, int result, ValueBuffer x, Shape y)
    {
        if (x.Shape.Rank == 0) return new StridedPart(0, [1]);
        nint[] strides = x.LogicalStrides();
        int axis = Axis.Of(op.Dim, x.Shape.Rank);
        nint stride = strides[axis];
        strides[axis] = stride * op.Step;
        return new StridedPart(0, [.. strides, stride]);
    }
}

/// <summary>Values in the shape to which they broadcast.</summary>
sealed class BroadcastTensorsLowering : Lowering<BroadcastTensors>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => true;

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site) => new CopyStep(
        site.Lanes, [.. Enumerable.Range(0, site.Results).Select(i =>
        {
            ValueBuffer x = site.Input(i), y = site.Output(i);
            return Block.Of(y, x, new StridedPart(
                0, Traversal.Broadcast(x.Shape.AsSpan(), x.LogicalStrides(), y.Shape.AsSpan())));
        })]);
}

/// <summary>A constant around a value, or its own elements.</summary>
sealed class PadLowering : Lowering<Pad>
{
    /// <inheritdoc/>
    public override bool Reads(Op op, int operand, ValueBuffer x) => ((Pad)op).Mode != PadMode.Constant
        || (x.Physical.Rank > 0 && (x.Physical[-1] == 1 || x.Strides[^1] == 1));

    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Pad)site.Op;
        ValueBuffer output = site.Output(), x = site.Input(0);
        int rank = output.Physical.Rank;
        if (op.Mode != PadMode.Constant)
        {
            var from = new int[]?[rank];
            for (int j = 0; j < rank; j++) from[j] = op.From(x.Layout[j], rank, x.Physical[j]);
            return new PickStep(output, x, from);
        }
        var before = new int[rank];
        for (int j = 0; j < rank; j++) before[j] = op.Of(output.Layout[j], rank).Before;
        return output.Type switch
        {
            ElementType.Float32 => new PadStep<float>(output, x, before, (float)op.Value),
            ElementType.Float64 => new PadStep<double>(output, x, before, op.Value),
            ElementType.Int64 => new PadStep<long>(output, x, before, (long)op.Value),
            ElementType.Int32 => new PadStep<int>(output, x, before, (int)op.Value),
            ElementType.Int16 => new PadStep<short>(output, x, before, (short)op.Value),
            ElementType.Int8 => new PadStep<sbyte>(output, x, before, (sbyte)op.Value),
            ElementType.Bool => new PadStep<byte>(output, x, before, op.Value == 0 ? (byte)0 : (byte)1),
            _ => new PadStep<byte>(output, x, before, (byte)op.Value),
        };
    }
}
