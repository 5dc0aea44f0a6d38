using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>Linear or cubic interpolation; one output row is a piece.</summary>
sealed unsafe class ResampleStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ValueBuffer _output, _x;
    readonly Resample<E> _kernel;

    /// <summary>A step between two values that lie channels last.</summary>
    public ResampleStep(
        LaneWidth lanes, ValueBuffer output, ValueBuffer x, ResampleAxis planes, ResampleAxis rows,
        ResampleAxis columns)
    {
        (_output, _x) = (output, x);
        _kernel = new Resample<E>(lanes, x.Pixels, output.Pixels, planes, rows, columns);
    }

    /// <inheritdoc/>
    public override long Pieces => _kernel.Tiles;

    /// <inheritdoc/>
    public override StepCost Cost => new("interpolate", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last) =>
        _kernel.Run(frame.Start<E>(_x), frame.Start<E>(_output), (int)first, (int)last);
}
