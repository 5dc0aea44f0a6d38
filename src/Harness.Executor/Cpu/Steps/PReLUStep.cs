using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>PReLU by itself: slopes that are stored are constants of the step, others a value.</summary>
sealed unsafe class PReLUStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x;
    readonly ValueBuffer? _computed;
    readonly PinnedArray<E>? _stored;
    readonly Traversal _over;

    /// <summary>A step of a node.</summary>
    public PReLUStep(StepSite<E> site)
    {
        (_lanes, _output, _x) = (site.Lanes, site.Output(), site.Input(0));
        if (site.IsStored(1)) _stored = site.Pin(site.Weight(1));
        else _computed = site.Input(1);
        var slopes = new nint[_output.Physical.Rank];
        if (site.ShapeOf(1).Elements > 1)
            slopes[_output.Layout.PhysicalOf(1)] = _computed is null ? 1 : _computed.Strides[0];
        _over = Traversal.Of(_output.Physical.AsSpan(), _output.Strides, Strided.As(_x, _output), slopes);
    }

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new("map PReLU", CostModel.Plain) { WeightBytes = _stored?.Bytes ?? 0 };

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last) => Map.Binary<PReLUFunction, E>(
        _lanes, _over, first, last, frame.At<E>(_output), frame.At<E>(_x),
        _stored is null ? frame.At<E>(_computed!) : _stored.Address, default);
}
