using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>One half of a value's axis by the sigmoid of the other.</summary>
sealed unsafe class GLUStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes;
    readonly ValueBuffer _output, _x;
    readonly nint _half;
    readonly Traversal _over;

    /// <summary>A step of a node.</summary>
    public GLUStep(StepSite<E> site)
    {
        (_lanes, _output, _x) = (site.Lanes, site.Output(), site.Input(0));
        int axis = Axis.Of(((GLU)site.Op).Dim, _x.Shape.Rank);
        _half = _output.Shape[axis] * _x.StrideOf(axis);
        _over = Traversal.Of(_output.Physical.AsSpan(), _output.Strides, _x.Strides, _x.Strides);
    }

    /// <inheritdoc/>
    public override long Pieces => _over.Pieces;

    /// <inheritdoc/>
    public override StepCost Cost => new("map GLU", CostModel.Transcendental);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        E* x = frame.At<E>(_x);
        Map.Binary<GLUFunction, E>(_lanes, _over, first, last, frame.At<E>(_output), x, x + _half, default);
    }
}
