using System.Numerics;
using Harness.Executor.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Planning;

/// <summary>A convolution, transposed convolution or product with all that its tail adds.</summary>
sealed unsafe class ConvolutionStep<E> : Step<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    // One of the two.
    readonly Convolution<E>? _convolution;
    readonly Winograd<E>? _winograd;
    readonly ConvGeometry _geometry;
    readonly Epilogue<E> _epilogue;
    readonly ValueBuffer _output, _input;
    readonly ValueBuffer? _residual;
    // The epilogue holds their addresses; these fields keep them alive.
    readonly PinnedArray<E>? _bias, _scale, _shift;

    ConvolutionStep(Lowering<E> node, ConvGeometry geometry, int input, int kernel, WeightStrides strides, int? bias)
    {
        _geometry = geometry;
        _output = node.Output();
        _input = node.Input(input);
        double[]? sumBias = bias is { } operand ? node.ExactWeightOf(node.Inputs[operand]) : null;
        ChannelNorm? norm = null;
        var epilogue = Epilogue<E>.None(node.Lanes);
        int value = node.MainValue;
        foreach (var part in node.Tail)
        {
            if (part.Op is BatchNorm2d batchNorm) norm = batchNorm.Constants(node.ExactWeightOf, part.Inputs);
            else if (part.Op is Elementwise activation) epilogue = activation.Operator<E>().Epilogue(node.Lanes);
            else _residual = node.BufferOf(part.Inputs[0] == value ? part.Inputs[1] : part.Inputs[0]);
            value = part.Outputs[0];
        }
        if (norm is not null)
        {
            _bias = new PinnedArray<E>(sumBias is null ? norm.Center<E>() : norm.Center<E>(sumBias));
            _scale = new PinnedArray<E>(norm.Scale<E>());
            _shift = new PinnedArray<E>(norm.Shift<E>());
        }
        else if (sumBias is not null) _bias = new PinnedArray<E>([.. sumBias.Select(E.CreateTruncating)]);
        _epilogue = epilogue with
        {
            Bias = _bias is null ? null : _bias.Address,
            Scale = _scale is null ? null : _scale.Address,
            Shift = _shift is null ? null : _shift.Address,
            ResidualLayout = _residual is null ? default : _residual.Rows,
        };
        if (node.AlgorithmOf(geometry) == ConvolutionAlgorithm.Winograd)
        {
            _winograd = node.Transformed(kernel, geometry, strides);
            return;
        }
        var packed = node.Packed(kernel, geometry, strides);
        _convolution = new Convolution<E>(node.Lanes, geometry, packed, node.Threads);
    }

    /// <summary>The step of a node whose operands are an input, a kernel and perhaps a bias.</summary>
    public static ConvolutionStep<E> Of(
        Lowering<E> node, ConvGeometry geometry, int input, int kernel, WeightStrides strides, int? bias) =>
        new(node, geometry, input, kernel, strides, bias);

    /// <inheritdoc/>
    public override long Pieces => _winograd?.Pieces ?? _convolution!.Tiles;

    /// <inheritdoc/>
    public override nint ScratchElements => checked((nint)(_winograd?.ScratchElements ?? _convolution!.ScratchElements));

    /// <inheritdoc/>
    public override StepCost Cost
    {
        get
        {
            var (kernel, efficiency) = _winograd is not null ? ("winograd F(2,3)", CostModel.WinogradEfficiency(_geometry))
                : _geometry.IsDepthwise ? ("depthwise", CostModel.Depthwise)
                : ("gemm", CostModel.DirectEfficiency(_geometry));
            var (rows, columns) = _winograd?.Tile ?? _convolution!.Tile;
            return new StepCost(kernel, efficiency)
            {
                Tile = $"{rows}x{columns}",
                Flops = _winograd is null ? null : CostModel.WinogradFlops(_geometry),
                WeightBytes = (_winograd?.WeightBytes ?? _convolution!.WeightBytes)
                    + (_bias?.Bytes ?? 0) + (_scale?.Bytes ?? 0) + (_shift?.Bytes ?? 0),
            };
        }
    }

    /// <inheritdoc/>
    public override void Run(in Frame<E> frame, long first, long last)
    {
        var epilogue = _residual is null ? _epilogue : _epilogue with { Residual = frame.Start(_residual) };
        if (_winograd is not null)
            _winograd.Run(frame.Start(_input), frame.Start(_output), (int)first, (int)last, frame.Scratch, epilogue);
        else
            _convolution!.Run(frame.Start(_input), frame.Start(_output), (int)first, (int)last, frame.Scratch, epilogue);
    }
}
