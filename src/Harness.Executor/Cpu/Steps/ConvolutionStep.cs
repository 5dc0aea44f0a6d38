using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>A convolution, transposed convolution or product with all that its tail adds.</summary>
sealed unsafe class ConvolutionStep<E> : Step where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // One of the three.
    readonly Convolution<E>? _convolution;
    readonly StoredProduct<E>? _stored;
    readonly Winograd<E>? _winograd;
    readonly ConvGeometry _geometry;
    readonly TailEpilogue<E> _tail;
    readonly ValueBuffer _output, _input;

    // Computed, and packed as it comes; null where it was packed before.
    readonly ValueBuffer? _kernel;

    /// <summary>The step of a node.</summary>
    public ConvolutionStep(StepSite<E> node, Contraction contraction)
    {
        _geometry = contraction.Geometry;
        _output = node.Output();
        _input = node.Input(contraction.Input);
        _tail = new TailEpilogue<E>(node, bias: contraction.Bias);
        if (node.AlgorithmOf(contraction) == ConvolutionAlgorithm.Winograd)
        {
            _winograd = node.Transformed(contraction);
            return;
        }
        _stored = node.Unpacked(contraction);
        if (_stored is not null) return;
        var packed = node.Packed(contraction);
        if (packed.IsLater) _kernel = node.Input(contraction.Kernel);
        _convolution = new Convolution<E>(node.Lanes, _geometry, packed, node.Threads);
    }

    /// <inheritdoc/>
    public override long Pieces => _winograd?.Pieces ?? _stored?.Pieces ?? _convolution!.Tiles;

    /// <inheritdoc/>
    public override nint ScratchBytes =>
        checked((nint)(_winograd?.ScratchElements ?? _stored?.ScratchElements ?? _convolution!.ScratchElements)
            * sizeof(E));

    /// <inheritdoc/>
    public override long Grain(int workers) => _winograd?.Grain(workers) ?? 1;

    /// <inheritdoc/>
    public override StepCost Cost
    {
        get
        {
            var (kernel, efficiency) = _winograd is not null
                ? ("winograd F(2,3)", CostModel.WinogradEfficiency(_geometry))
                : _stored is not null ? ("product of few rows", CostModel.DirectEfficiency(_geometry))
                : _geometry.IsDepthwise ? ("depthwise", CostModel.Depthwise)
                : ("gemm", CostModel.DirectEfficiency(_geometry));
            var (rows, columns) = _winograd?.Tile ?? _stored?.Tile ?? _convolution!.Tile;
            if (_kernel is not null)
            {
                kernel += " packed while running";
                if (!_geometry.IsDepthwise) efficiency = Math.Min(efficiency, CostModel.RuntimeGemm);
            }
            return new StepCost(kernel, efficiency)
            {
                Tile = $"{rows}x{columns}",
                Flops = _winograd is null ? null : CostModel.WinogradFlops(_geometry),
                WeightBytes =
                    (_winograd?.WeightBytes ?? _stored?.WeightBytes ?? _convolution!.WeightBytes) + _tail.Bytes,
            };
        }
    }

    /// <inheritdoc/>
    public override void Run(in Frame frame, long first, long last)
    {
        var stages = stackalloc EpilogueStage<E>[_tail.Stages];
        var epilogue = _tail.On(frame, stages);
        if (_winograd is not null)
            _winograd.Run(frame.Start<E>(_input), frame.Start<E>(_output), (int)first, (int)last, frame.Scratch<E>(),
                epilogue);
        else if (_stored is not null)
            _stored.Run(frame.Start<E>(_input), frame.Start<E>(_output), (int)first, (int)last, frame.Scratch<E>(),
                epilogue);
        else
            _convolution!.Run(frame.Start<E>(_input), frame.Start<E>(_output), (int)first, (int)last,
                frame.Scratch<E>(), epilogue, _kernel is null ? null : frame.At<E>(_kernel));
    }
}
