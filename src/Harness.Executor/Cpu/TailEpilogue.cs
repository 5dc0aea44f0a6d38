using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>The epilogue of a step: its bias or norm, and what the nodes of its tail do.</summary>
sealed unsafe class TailEpilogue<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly Epilogue<E> _epilogue;
    readonly ValueBuffer? _residual, _rowMeans;
    // The epilogue holds their addresses; these fields keep them alive.
    readonly PinnedArray<E>? _bias, _scale, _shift;

    /// <summary>An epilogue for a node.</summary>
    /// <param name="node">The node and its tail.</param>
    /// <param name="norm">The norm that the node itself is, if it is one.</param>
    /// <param name="bias">The node's bias, if it has one.</param>
    public TailEpilogue(StepSite<E> node, ChannelNorm? norm, double[]? bias)
    {
        var epilogue = Epilogue<E>.None(node.Lanes);
        int value = node.MainValue;
        foreach (var part in node.Tail)
        {
            if (part.Op is BatchNorm2d batchNorm) norm = BatchNormLowering.Constants(batchNorm, node.ExactWeightOf, part.Inputs);
            else if (Lowerings.Of(part.Op) is IActivation activation)
                epilogue = activation.KernelOf(part.Op).Epilogue<E>(node.Lanes);
            else _residual = node.BufferOf(part.Inputs[0] == value ? part.Inputs[1] : part.Inputs[0]);
            value = part.Outputs[0];
        }
        if (norm is not null)
        {
            _bias = node.Pin(bias is null ? norm.Center<E>() : norm.Center<E>(bias));
            _scale = node.Pin(norm.Scale<E>());
            _shift = node.Pin(norm.Shift<E>());
        }
        else if (bias is not null) _bias = node.Pin([.. bias.Select(E.CreateTruncating)]);
        if (node.RowMeans is { } means) _rowMeans = node.BufferOf(means);
        _epilogue = epilogue with
        {
            Bias = _bias is null ? null : _bias.Address,
            Scale = _scale is null ? null : _scale.Address,
            Shift = _shift is null ? null : _shift.Address,
            ResidualLayout = _residual is null ? default : _residual.Rows,
            RowMeansLayout = _rowMeans is null ? default : _rowMeans.Pixels,
        };
    }

    /// <summary>Bytes of its constants.</summary>
    public long Bytes => (_bias?.Bytes ?? 0) + (_scale?.Bytes ?? 0) + (_shift?.Bytes ?? 0);

    /// <summary>The epilogue over a session's memory.</summary>
    public Epilogue<E> On(in Frame frame) => _residual is null && _rowMeans is null
        ? _epilogue
        : _epilogue with
        {
            Residual = _residual is null ? null : frame.Start<E>(_residual),
            RowMeans = _rowMeans is null ? null : frame.Start<E>(_rowMeans),
        };
}
