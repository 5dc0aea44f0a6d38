using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>What an op sees when it becomes a step: its operands' buffers and weights, the register width, and what it
/// is to do with its results before it stores them.</summary>
sealed class StepSite<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly NhwcProgram _model;
    readonly NhwcNode _node;
    readonly Func<int, ValueBuffer> _bufferOf;
    readonly WeightMemory _memory;
    readonly Packings _packings;

    public StepSite(
        NhwcProgram model, NhwcNode node, Tail tail, int? rowMeans, LaneWidth lanes, bool exactOrder,
        int threads, WeightMemory memory, Packings packings, Func<int, ValueBuffer> bufferOf)
    {
        _packings = packings;
        _memory = memory;
        RowMeans = rowMeans;
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

    /// <summary>How a convolution is to be computed: the one place where a plan decides what is added in which
    /// order.</summary>
    /// <remarks>A computed kernel would have to be transformed in every run.</remarks>
    public ConvolutionAlgorithm AlgorithmOf(Contraction contraction) => ExactOrder || !IsStored(contraction.Kernel)
        ? ConvolutionAlgorithm.Direct
        : CostModel.Fastest(contraction.Geometry, Unsafe.SizeOf<E>());

    /// <summary>The node's name.</summary>
    public string Name => _node.Name;

    /// <summary>What the node computes.</summary>
    public Op Op => _node.Op;

    /// <summary>How many operands there are.</summary>
    public int Operands => _node.Inputs.Length;

    /// <summary>What the step does to its result besides; nothing unless the op takes a tail.</summary>
    public Tail Tail { get; }

    /// <summary>The value that is to hold the means of the result's rows besides; or null.</summary>
    public int? RowMeans { get; }

    /// <summary>The node's operands.</summary>
    public ImmutableArray<int> Inputs => _node.Inputs;

    /// <summary>True for an operand that is a parameter; false for a computed one.</summary>
    public bool IsStored(int operand) => _model.IsStored(_node.Inputs[operand]);

    /// <summary>Logical shape of an operand.</summary>
    public Shape ShapeOf(int operand) => _model.Values[_node.Inputs[operand]].Shape;

    /// <summary>An operand's buffer; a parameter read as an ordinary tensor has one too.</summary>
    public ValueBuffer Input(int operand) => _bufferOf(_node.Inputs[operand]);

    /// <summary>The buffer of a value: for what the tail reads.</summary>
    public ValueBuffer BufferOf(int value) => _bufferOf(value);

    /// <summary>The buffer of a result: that of the last node of the tail when there is one.</summary>
    public ValueBuffer Output(int result = 0) =>
        _bufferOf(Tail.Nodes.IsEmpty ? _node.Outputs[result] : Tail.Nodes[^1].Outputs[0]);

    /// <summary>How many results there are.</summary>
    public int Results => _node.Outputs.Length;

    /// <summary>Constants in the plan's memory.</summary>
    public PinnedArray<E> Pin(ReadOnlySpan<E> elements) => new(_memory, elements);

    /// <summary>A parameter's elements as they lie in Flax's tree, widened or rounded to the step's element type: to be
    /// read and let go, since a plan holds weights once.</summary>
    public ReadOnlySpan<E> Weight(int operand) => Elements(ElementsOf(_node.Inputs[operand]));

    /// <summary>A kernel packed, or to be packed while the plan runs where it is computed.</summary>
    public PackedWeights<E> Packed(Contraction contraction)
    {
        var (geometry, operand) = (contraction.Geometry, contraction.Kernel);
        if (!IsStored(operand))
        {
            return PackedWeights<E>.Later(
                Lanes, geometry, contraction.Computed.In(geometry, Input(operand).LogicalStrides()));
        }
        return Packed(contraction, "panels", (elements, strides) => elements.Type switch
        {
            ElementType.Float32 => Pack(elements.As<float>(), strides),
            ElementType.Float64 => Pack(elements.As<double>(), strides),
            _ => Pack(Elements(elements), strides),
        });

        PackedWeights<E> Pack<T>(ReadOnlySpan<T> elements, WeightStrides strides) where T : unmanaged, INumberBase<T> =>
            PackedWeights<E>.Of(Lanes, geometry, elements, strides, _memory, Threads);
    }

    /// <summary>A stored kernel for Winograd's transform.</summary>
    public Winograd<E> Transformed(Contraction contraction)
    {
        var geometry = contraction.Geometry;
        return new Winograd<E>(Lanes, geometry, Packed(contraction, "winograd", (elements, strides) =>
            Winograd<E>.Pack(Lanes, geometry, Elements(elements), strides, _memory, Threads)));
    }

    /// <summary>A product with a kernel that need not be packed, since it lies as Flax's; null where to pack it is
    /// better. Either adds in the same order.</summary>
    public StoredProduct<E>? Unpacked(Contraction contraction)
    {
        var (geometry, kernel) = (contraction.Geometry, KernelOf(contraction));
        if (!IsStored(contraction.Kernel) || kernel.Type != ElementType.Float32
            || !StoredProduct<E>.Serves(geometry)) return null;
        // Whether it does can only be told where its elements are at hand: what is shared is the answer.
        var matrix = _packings.Of(new Packing(PackingSource.Of(kernel), "as it lies"), () =>
        {
            using var elements = kernel.View();
            var strides = contraction.Stored.In(geometry, elements.Strides, elements.Origin);
            bool rows = strides is { Origin: 0, Output: 1 } && strides.Input == geometry.Output.C;
            var held = rows && elements.Tensor.Type == ElementType.Float32
                ? new StoredMatrix(elements.Tensor.As<float>(), _memory) : null;
            return (new StrongBox<StoredMatrix?>(held), held?.Bytes ?? 0);
        });
        return matrix.Value is null ? null : new StoredProduct<E>(Lanes, geometry, matrix.Value, Threads);
    }

    PackedWeights<E> Packed(
        Contraction contraction, string kind, Func<Tensor, WeightStrides, PackedWeights<E>> pack)
    {
        var kernel = KernelOf(contraction);
        string form = $"{kind} {contraction.Stored} {PackedWeights<E>.FormOf(contraction.Geometry)}";
        return _packings.Of(new Packing(PackingSource.Of(kernel), form), () =>
        {
            using var elements = kernel.View();
            var strides = contraction.Stored.In(contraction.Geometry, elements.Strides, elements.Origin);
            var packed = pack(elements.Tensor, strides);
            return (packed, packed.Bytes);
        });
    }

    NhwcValue KernelOf(Contraction contraction) => _model.Values[_node.Inputs[contraction.Kernel]];

    /// <summary>A parameter's elements in Flax's layout in double: for constants that are derived before they are
    /// rounded.</summary>
    public double[] ExactWeightOf(int value) => ElementsOf(value).ToDoubles();

    Tensor ElementsOf(int value) => _model.Values[value].Elements();

    // The tensor's own memory where its elements are of the step's type.
    internal static ReadOnlySpan<E> Elements(Tensor tensor)
    {
        if (tensor.Type == (typeof(E) == typeof(float) ? ElementType.Float32 : ElementType.Float64))
            return tensor.As<E>();
        var elements = new E[tensor.Shape.Elements];
        var doubles = tensor.ToDoubles();
        for (int i = 0; i < elements.Length; i++) elements[i] = E.CreateTruncating(doubles[i]);
        return elements;
    }
}
