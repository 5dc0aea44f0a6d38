using System.Numerics;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Executor.Cpu;

/// <summary>The epilogue of a step: its bias or norm, and what the nodes of its tail do.</summary>
sealed unsafe class TailEpilogue<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly Epilogue<E> _epilogue;
    readonly ValueBuffer? _residual, _rowMeans, _bias;
    readonly (EpilogueStage<E> Stage, ValueBuffer? Other)[] _stages;
    // Epilogue and stages hold their addresses; this list keeps them alive.
    readonly List<PinnedArray<E>> _constants = [];

    /// <summary>An epilogue for a node.</summary>
    /// <param name="node">The node and its tail.</param>
    /// <param name="norm">The norm that the node itself is, if it is one.</param>
    /// <param name="bias">The operand that is the node's bias, if it has one.</param>
    public TailEpilogue(StepSite<E> node, ChannelNorm? norm = null, int? bias = null)
    {
        var groups = node.Tail.Groups;
        if (bias is { } computed && !node.IsStored(computed)) (_bias, bias) = (node.Input(computed), null);
        var constants = ConstantsOf(
            node, groups[0], norm, bias is { } operand ? node.ExactWeightOf(node.Inputs[operand]) : null);
        if (node.Tail.Residual is { } residual) _residual = node.BufferOf(residual);
        if (node.RowMeans is { } means) _rowMeans = node.BufferOf(means);
        _epilogue = EpilogueOf(node, groups[0]) with
        {
            Bias = constants.Bias,
            Scale = constants.Scale,
            Shift = constants.Shift,
            ResidualLayout = _residual is null ? default : _residual.Rows,
            RowMeansLayout = _rowMeans is null ? default : _rowMeans.Pixels,
        };
        _stages = [.. groups.Skip(1).Select(group => StageOf(node, group))];
    }

    /// <summary>Bytes of its constants.</summary>
    public long Bytes => _constants.Sum(constants => constants.Bytes);

    /// <summary>Passes after the first.</summary>
    public int Stages => _stages.Length;

    /// <summary>The epilogue over a session's memory.</summary>
    /// <param name="frame">The memory.</param>
    /// <param name="stages">Room for <see cref="Stages"/>, to stay while the epilogue is used.</param>
    public Epilogue<E> On(in Frame frame, EpilogueStage<E>* stages)
    {
        for (int i = 0; i < _stages.Length; i++)
        {
            stages[i] = _stages[i].Stage;
            if (_stages[i].Other is { } other) stages[i].Other = frame.At<E>(other);
        }
        return _epilogue.Followed(stages, _stages.Length) with
        {
            Bias = _bias is null ? _epilogue.Bias : frame.At<E>(_bias),
            Residual = _residual is null ? null : frame.Start<E>(_residual),
            RowMeans = _rowMeans is null ? null : frame.Start<E>(_rowMeans),
        };
    }

    static Epilogue<E> EpilogueOf(StepSite<E> node, TailGroup group) =>
        group.Function?.Epilogue<E>(node.Lanes) ?? Epilogue<E>.None(node.Lanes);

    (EpilogueStage<E>, ValueBuffer?) StageOf(StepSite<E> node, TailGroup group)
    {
        if (group is { Norm: null, Scale: null, Sum: null, Function: { } function })
            return (function.Stage<E>(node.Lanes), null);
        var stage = group.Pair?.Stage<E>(node.Lanes, group.Second) ?? EpilogueStage<E>.Of(EpilogueOf(node, group));
        var constants = ConstantsOf(node, group, norm: null, bias: null);
        stage.Bias = constants.Bias;
        stage.Scale = constants.Scale;
        stage.Shift = constants.Shift;
        if (group.Slopes is { } slopes)
        {
            double[] elements = node.ExactWeightOf(slopes);
            stage.Other = Pin(node, [.. elements.Select(E.CreateTruncating)]);
            stage.OneChannel = elements.Length == 1;
            return (stage, null);
        }
        if ((group.Pair is null ? group.Sum : group.Other) is not { } value) return (stage, null);
        var other = node.BufferOf(value);
        var output = node.Output();
        bool whole = other.Physical == output.Physical;
        if (BufferLayout.Holds(output.Physical.Rank))
        {
            var strides = Strided.As(other, output);
            var physical = output.Physical;
            int channel = physical.Rank - 1;
            stage.ImageStride = Along(0);
            stage.PlaneStride = channel > 3 ? Along(channel - 3) : 0;
            stage.RowStride = channel > 2 ? Along(channel - 2) : 0;
            stage.PixelStride = Along(channel - 1);
            stage.OneChannel = Along(channel) == 0;

            nint Along(int axis) => physical[axis] == 1 ? 0 : strides[axis];
        }
        else
        {
            stage.PixelStride = whole ? other.Rows.PixelStride : 0;
            stage.OneChannel = other.Shape.Elements == 1;
        }
        return (stage, other);
    }

    // Bias, scale and shift of a pass, each null where it has none.
    Constants ConstantsOf(StepSite<E> node, TailGroup group, ChannelNorm? norm, double[]? bias)
    {
        Constants constants = default;
        if (group.Norm is { } part) norm = part.Constants(node.ExactWeightOf, group.NormInputs);
        if (norm is not null)
        {
            constants.Bias = Pin(node, bias is null ? norm.Center<E>() : norm.Center<E>(bias));
            constants.Scale = Pin(node, norm.Scale<E>());
            constants.Shift = Pin(node, norm.Shift<E>());
            return constants;
        }
        if (bias is not null) constants.Bias = Pin(node, [.. bias.Select(E.CreateTruncating)]);
        if (group.Scale is not { } scale) return constants;
        int channels = node.Output().Rows.C;
        E[] factors = [.. node.ExactWeightOf(scale).Select(E.CreateTruncating)];
        if (factors.Length == 1) factors = Filled(channels, factors[0]);
        constants.Scale = Pin(node, factors);
        constants.Shift = Pin(node, Filled(channels, E.NegativeZero));
        return constants;
    }

    E* Pin(StepSite<E> node, E[] elements)
    {
        var pinned = node.Pin(elements);
        _constants.Add(pinned);
        return pinned.Address;
    }

    static E[] Filled(int count, E value)
    {
        var values = new E[count];
        Array.Fill(values, value);
        return values;
    }

    struct Constants
    {
        public E* Bias, Scale, Shift;
    }
}
