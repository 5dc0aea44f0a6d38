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
    public override Step Lower<E>(StepSite<E> site) =>
        new CopyStep(site.Lanes, [Block.Whole(site.Output(), 0, site.Input(0))]);
}

/// <summary>Values joined along an axis.</summary>
sealed class CatLowering : Lowering<Cat>
{
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
            if (source.Home != output.Home || source.Channel != output.Channel + at) copied.Add((source, at));
            at += source.Shape[axis];
        }
        return copied.ToImmutable();
    }

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

/// <summary>A value cut along an axis.</summary>
sealed class SplitLowering : Lowering<Split>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var x = site.Input(0);
        int axis = Axis.Of(((Split)site.Op).Dim, x.Shape.Rank);
        var blocks = ImmutableArray.CreateBuilder<Block>(site.Results);
        int at = 0;
        for (int i = 0; i < site.Results; i++)
        {
            var piece = site.Output(i);
            blocks.Add(Block.Part(piece, x, axis, at, step: 1));
            at += piece.Shape[axis];
        }
        return new CopyStep(site.Lanes, blocks.MoveToImmutable());
    }
}

/// <summary>Some indices of an axis.</summary>
sealed class SliceLowering : Lowering<Slice>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Slice)site.Op;
        ValueBuffer x = site.Input(0), y = site.Output();
        int axis = Axis.Of(op.Dim, x.Shape.Rank);
        return new CopyStep(
            site.Lanes, [Block.Part(y, x, axis, op.Range(x.Shape[axis]).First, op.Step)]);
    }
}

/// <summary>One index of an axis.</summary>
sealed class SelectLowering : Lowering<Select>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Select)site.Op;
        ValueBuffer x = site.Input(0), y = site.Output();
        int axis = Axis.Of(op.Dim, x.Shape.Rank);
        int index = op.Index < 0 ? op.Index + x.Shape[axis] : op.Index;
        return new CopyStep(site.Lanes, [Block.Without(y, x, axis, index)]);
    }
}

/// <summary>Axes repeated.</summary>
sealed class ExpandLowering : Lowering<Expand>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        ValueBuffer x = site.Input(0), y = site.Output();
        int added = y.Shape.Rank - x.Shape.Rank;
        var strides = new nint[y.Strides.Length];
        for (int j = 0; j < strides.Length; j++)
        {
            int axis = y.Layout[j] - added;
            strides[j] = axis < 0 || x.Shape[axis] == 1 ? 0 : x.StrideOf(axis);
        }
        var over = Traversal.Of(y.Physical.AsSpan(), y.Strides, strides);
        return new CopyStep(site.Lanes, [new Block(over, y, 0, x, 0)]);
    }
}

/// <summary>A constant around a value.</summary>
sealed class PadLowering : Lowering<Pad>
{
    /// <inheritdoc/>
    public override Step Lower<E>(StepSite<E> site)
    {
        var op = (Pad)site.Op;
        ValueBuffer output = site.Output(), x = site.Input(0);
        int rank = output.Physical.Rank;
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
