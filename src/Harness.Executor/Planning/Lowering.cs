using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Kernels;
using Harness.Executor.Model;

namespace Harness.Executor.Planning;

/// <summary>What an op sees when it becomes a step: its operands' buffers and weights, the register width, and what it is to
/// do with its results before it stores them.</summary>
sealed class Lowering<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly NhwcModel _model;
    readonly NhwcNode _node;
    readonly Func<int, ValueBuffer> _bufferOf;

    public Lowering(
        NhwcModel model, NhwcNode node, ImmutableArray<NhwcNode> tail, LaneWidth lanes, bool exactOrder, int threads,
        Func<int, ValueBuffer> bufferOf)
    {
        ExactOrder = exactOrder;
        Threads = threads;
        _model = model;
        _node = node;
        _bufferOf = bufferOf;
        Tail = tail;
        Lanes = lanes;
    }

    /// <summary>Register width.</summary>
    public LaneWidth Lanes { get; }

    /// <summary>True when convolutions must keep their window's order of additions.</summary>
    public bool ExactOrder { get; }

    /// <summary>How many workers will share the step's pieces: may decide how work is cut, never a bit.</summary>
    public int Threads { get; }

    /// <summary>How a convolution is to be computed: the one place where a plan decides it.</summary>
    public ConvolutionAlgorithm AlgorithmOf(in ConvGeometry geometry) => ExactOrder
        ? ConvolutionAlgorithm.Direct
        : CostModel.Fastest(geometry, System.Runtime.CompilerServices.Unsafe.SizeOf<E>());

    /// <summary>How many operands there are.</summary>
    public int Operands => _node.Inputs.Length;

    /// <summary>Nodes that the step computes too, in order: batch norm, addition, activation. Empty unless the op takes them.</summary>
    public ImmutableArray<NhwcNode> Tail { get; }

    /// <summary>The value the node itself defines: what the first node of the tail reads.</summary>
    public int MainValue => _node.Outputs[0];

    /// <summary>The node's operands.</summary>
    public ImmutableArray<int> Inputs => _node.Inputs;

    /// <summary>Logical shape of an operand.</summary>
    public Shape ShapeOf(int operand) => _model.Values[_node.Inputs[operand]].Shape;

    /// <summary>An operand's buffer; a parameter read as an ordinary tensor has one too.</summary>
    public ValueBuffer Input(int operand) => _bufferOf(_node.Inputs[operand]);

    /// <summary>The buffer of a value: for what the tail reads.</summary>
    public ValueBuffer BufferOf(int value) => _bufferOf(value);

    /// <summary>The buffer of a result: that of the last node of the tail when there is one.</summary>
    public ValueBuffer Output(int result = 0) => _bufferOf(Tail.Length > 0 ? Tail[^1].Outputs[0] : _node.Outputs[result]);

    /// <summary>How many results there are.</summary>
    public int Results => _node.Outputs.Length;

    /// <summary>True when the operand is a parameter or constant.</summary>
    public bool IsWeight(int operand) => _model.Values[_node.Inputs[operand]].Leaf is not null;

    /// <summary>A parameter's elements in Flax's layout, widened or rounded to the step's element type.</summary>
    public E[] Weight(int operand) => WeightOf(_node.Inputs[operand]);

    /// <summary>The elements of a parameter value: for what the tail reads.</summary>
    public E[] WeightOf(int value) => Elements(LeafOf(value).Tensor);

    /// <summary>A parameter's elements in Flax's layout in double: for constants that are derived before they are rounded.</summary>
    public double[] ExactWeightOf(int value) => LeafOf(value).Tensor.ToDoubles();

    /// <summary>The shape of a parameter in Flax's layout.</summary>
    public Shape WeightShape(int operand) => LeafOf(_node.Inputs[operand]).Tensor.Shape;

    Leaf LeafOf(int value) => _model.Values[value].Leaf
        ?? throw new InvalidOperationException($"'{_model.Values[value].Name}' is no parameter");

    internal static E[] Elements(Tensor tensor)
    {
        var elements = new E[tensor.Shape.Elements];
        if (typeof(E) == typeof(float) && tensor.Type == ElementType.Float32)
        {
            tensor.As<E>().CopyTo(elements);
            return elements;
        }
        var doubles = tensor.ToDoubles();
        for (int i = 0; i < elements.Length; i++) elements[i] = E.CreateTruncating(doubles[i]);
        return elements;
    }
}
