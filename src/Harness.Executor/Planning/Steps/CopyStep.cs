using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Kernels;

namespace Harness.Executor.Planning;

/// <summary>Copies strided blocks of values into blocks of one result: relayout, concatenation, slices.</summary>
sealed unsafe class CopyStep<E> : Step<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
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

    /// <summary>One block: what is walked, and where it starts past the origins.</summary>
    public sealed record Block(Traversal Over, ValueBuffer Target, nint TargetOffset, ValueBuffer Source, nint SourceOffset)
    {
        /// <summary>All of <paramref name="source"/> into <paramref name="target"/> from a place on; axes are the target's physical ones.</summary>
        public static Block Whole(ValueBuffer target, nint targetOffset, ValueBuffer source)
        {
            // The source's own extents in the target's memory order.
            var extents = source.Shape.Permute(target.Layout.AsSpan());
            var logical = source.LogicalStrides();
            var strides = new nint[logical.Length];
            for (int j = 0; j < strides.Length; j++) strides[j] = logical[target.Layout[j]];
            return new Block(Traversal.Of(extents.AsSpan(), target.Strides, strides), target, targetOffset, source, 0);
        }
    }

    /// <inheritdoc/>
    public override long Pieces { get; }

    /// <inheritdoc/>
    public override void Run(in Frame<E> frame, long first, long last)
    {
        long start = 0;
        foreach (var block in _blocks)
        {
            long from = Math.Max(first, start), to = Math.Min(last, start + block.Over.Pieces);
            if (from < to)
            {
                Map.Copy(_lanes, block.Over, from - start, to - start,
                    frame.At(block.Target) + block.TargetOffset, frame.At(block.Source) + block.SourceOffset);
            }
            start += block.Over.Pieces;
        }
    }
}
