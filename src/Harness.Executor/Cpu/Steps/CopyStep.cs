using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;

namespace Harness.Executor.Cpu;

/// <summary>Copies strided blocks of values into blocks of results: relayout, concatenation, slices. Bits move,
/// whatever they mean.</summary>
sealed unsafe class CopyStep : Step
{
    readonly LaneWidth _lanes;
    readonly ImmutableArray<Block> _blocks;

    /// <summary>A step over blocks.</summary>
    public CopyStep(LaneWidth lanes, ImmutableArray<Block> blocks)
    {
        _lanes = lanes;
        _blocks = blocks;
        foreach (var block in blocks) Pieces += block.Over.Pieces;
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override StepCost Cost => new("copy", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        long start = 0;
        foreach (var block in _blocks)
        {
            long from = Math.Max(first, start), to = Math.Min(last, start + block.Over.Pieces);
            if (from < to)
            {
                switch (block.Target.Type.Size())
                {
                    case 8: Copy<double>(frame, block, from - start, to - start); break;
                    case 4: Copy<float>(frame, block, from - start, to - start); break;
                    case 2: CopyPlain<short>(frame, block, from - start, to - start); break;
                    default: CopyPlain<byte>(frame, block, from - start, to - start); break;
                }
            }
            start += block.Over.Pieces;
        }
    }

    void Copy<E>(in Frame frame, Block block, long first, long last)
        where E : unmanaged, IBinaryFloatingPointIeee754<E> => Map.Copy(
            _lanes, block.Over, first, last,
            frame.At<E>(block.Target) + block.TargetOffset, frame.At<E>(block.Source) + block.SourceOffset);

    static void CopyPlain<E>(in Frame frame, Block block, long first, long last) where E : unmanaged => Map.CopyPlain(
        block.Over, first, last,
        frame.At<E>(block.Target) + block.TargetOffset, frame.At<E>(block.Source) + block.SourceOffset);
}

/// <summary>One block: what is walked, and where it starts past the origins.</summary>
sealed record Block(Traversal Over, ValueBuffer Target, nint TargetOffset, ValueBuffer Source, nint SourceOffset)
{
    /// <summary>All of <paramref name="source"/> into <paramref name="target"/> from a place on; axes are the target's
    /// physical ones.</summary>
    public static Block Whole(ValueBuffer target, nint targetOffset, ValueBuffer source)
    {
        // The source's own extents in the target's memory order.
        var extents = source.Shape.Permute(target.Layout.AsSpan());
        var logical = source.LogicalStrides();
        var strides = new nint[logical.Length];
        for (int j = 0; j < strides.Length; j++) strides[j] = logical[target.Layout[j]];
        return new Block(Traversal.Of(extents.AsSpan(), target.Strides, strides), target, targetOffset, source, 0);
    }

    /// <summary>All of <paramref name="target"/> from a part of <paramref name="source"/> that has its shape.</summary>
    public static Block Of(ValueBuffer target, ValueBuffer source, StridedPart part)
    {
        var strides = new nint[target.Strides.Length];
        for (int j = 0; j < strides.Length; j++) strides[j] = part.Strides[target.Layout[j]];
        return new Block(Traversal.Of(target.Physical.AsSpan(), target.Strides, strides), target, 0, source,
            part.Offset);
    }
}
