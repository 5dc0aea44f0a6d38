using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>Max or average pooling; one output row is a piece.</summary>
sealed unsafe class PoolStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly ValueBuffer _output, _x;
    readonly Window<E> _window;
    readonly bool _max;
    readonly int _divisor;

    PoolStep(
        LaneWidth lanes, ValueBuffer output, ValueBuffer x,
        (WindowAxis Planes, WindowAxis Rows, WindowAxis Columns) axes,
        bool max, int divisor)
    {
        (_output, _x, _max, _divisor) = (output, x, max, divisor);
        _window = new Window<E>(lanes, x.Pixels, output.Pixels, axes.Rows, axes.Columns, axes.Planes);
    }

    /// <summary>The largest of each window.</summary>
    public static PoolStep<E> Max(
        LaneWidth lanes, ValueBuffer output, ValueBuffer x,
        (WindowAxis Planes, WindowAxis Rows, WindowAxis Columns) axes) =>
        new(lanes, output, x, axes, max: true, divisor: 0);

    /// <summary>The mean of each window; a divisor of 0 means the windows' own.</summary>
    public static PoolStep<E> Average(
        LaneWidth lanes, ValueBuffer output, ValueBuffer x,
        (WindowAxis Planes, WindowAxis Rows, WindowAxis Columns) axes, int divisor) =>
        new(lanes, output, x, axes, max: false, divisor);

    /// <inheritdoc/>
    public override long Pieces => _window.Tiles;

    /// <inheritdoc/>
    public override StepCost Cost => new(_max ? "max pool" : "average pool", CostModel.Plain);

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        if (_max) _window.Max(frame.Start<E>(_x), frame.Start<E>(_output), (int)first, (int)last);
        else _window.Average(frame.Start<E>(_x), frame.Start<E>(_output), (int)first, (int)last, _divisor);
    }
}
