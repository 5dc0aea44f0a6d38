using System.Numerics;
using Harness.Executor.Kernels;

namespace Harness.Executor.Planning;

/// <summary>Batch norm by running statistics, channels innermost.</summary>
sealed unsafe class NormStep<E> : Step<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x;
    readonly BufferLayout _to, _from;
    readonly PinnedArray<E> _center, _scale, _shift;

    /// <summary>A step; the vectors hold one element a channel.</summary>
    public NormStep(LaneWidth lanes, ValueBuffer output, ValueBuffer x, ChannelNorm norm)
    {
        (_lanes, _output, _x) = (lanes, output, x);
        _to = Lines(output);
        _from = Lines(x);
        _center = new PinnedArray<E>(norm.Center<E>());
        _scale = new PinnedArray<E>(norm.Scale<E>());
        _shift = new PinnedArray<E>(norm.Shift<E>());
    }

    /// <inheritdoc/>
    public override long Pieces => (long)_to.N * _to.H;

    /// <inheritdoc/>
    public override StepCost Cost => new("norm", CostModel.Plain) { WeightBytes = _center.Bytes + _scale.Bytes + _shift.Bytes };

    /// <inheritdoc/>
    public override void Run(in Frame<E> frame, long first, long last) => Normalize.Run(
        _lanes, _to, _from, first, last, frame.Start(_output), frame.Start(_x), _center.Address, _scale.Address, _shift.Address);

    // Where there are no pixels, each row of channels is an image row of one pixel: pieces to deal out.
    static BufferLayout Lines(ValueBuffer value) => value.Physical.Rank == 4
        ? value.Pixels
        : new BufferLayout(1, value.Rows.W, 1, value.Rows.C);
}

/// <summary>Batch norm's per-channel constants, derived in double from the stored parameters.</summary>
/// <param name="Mean">Running means.</param>
/// <param name="Factor">scale / √(variance + eps).</param>
/// <param name="Bias">Biases.</param>
sealed record ChannelNorm(double[] Mean, double[] Factor, double[] Bias)
{
    /// <summary>-mean.</summary>
    public E[] Center<E>() where E : unmanaged, INumberBase<E> => [.. Mean.Select(m => E.CreateTruncating(-m))];

    /// <summary>bias of the convolution before - mean, rounded once.</summary>
    public E[] Center<E>(double[] convolutionBias) where E : unmanaged, INumberBase<E> =>
        [.. Mean.Select((m, c) => E.CreateTruncating(convolutionBias[c] - m))];

    /// <summary>scale / √(variance + eps).</summary>
    public E[] Scale<E>() where E : unmanaged, INumberBase<E> => [.. Factor.Select(E.CreateTruncating)];

    /// <summary>bias.</summary>
    public E[] Shift<E>() where E : unmanaged, INumberBase<E> => [.. Bias.Select(E.CreateTruncating)];
}
