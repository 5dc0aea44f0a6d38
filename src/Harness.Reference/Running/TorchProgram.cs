using Harness.Executor.Model;
using Harness.Parity.Runners;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Running;

/// <summary>A converted program over libtorch, in the layouts that it states. Every Flax leaf and every value is one
/// contiguous tensor as it lies in memory, channels last for images; the walk's arms see it through strides in
/// PyTorch's axis order, and what they give is stored as the program says it lies.</summary>
/// <remarks>What the program says to be the operand's own memory is taken as that memory, whatever the call would have
/// computed: a layout that is wrong shows.</remarks>
sealed class TorchProgram : IDisposable
{
    readonly PortableProgram _program;
    readonly ScalarType _type;
    readonly Device _device;
    readonly bool _keeps;
    readonly Dictionary<int, TorchTensor> _memory = [];
    readonly Dictionary<int, int> _definedBy = [];
    // Values that nothing reads after a node.
    readonly ILookup<int, int> _spent;

    /// <summary>A program without its leaves.</summary>
    /// <param name="program">The program.</param>
    /// <param name="type">float64 or float32.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="keeps">True where values stay after their last use.</param>
    public TorchProgram(PortableProgram program, ScalarType type, Device device, bool keeps)
    {
        (_program, _type, _device, _keeps) = (program, type, device, keeps);
        var lastUse = new Dictionary<int, int>();
        for (int n = 0; n < program.Nodes.Length; n++)
        {
            foreach (int output in program.Nodes[n].Outputs) _definedBy[output] = lastUse[output] = n;
            foreach (var operand in program.Nodes[n].Operands) lastUse[operand.Value] = n;
        }
        var ports = program.Inputs.Concat(program.Outputs).ToHashSet();
        _spent = lastUse
            .Where(use => !ports.Contains(use.Key) && !program.Values[use.Key].IsLeaf)
            .ToLookup(use => use.Value, use => use.Key);
    }

    /// <summary>The elements of a value.</summary>
    public long ElementsOf(int value) => _program.Values[value].Fact.Shape.Elements;

    /// <summary>Takes a leaf as it lies in Flax's tree.</summary>
    public void Load(int value, TorchTensor leaf) =>
        Keep(value, leaf.to(TypeOf(value), _device));

    /// <summary>Fills a value from elements in PyTorch's axis order.</summary>
    public void Write(int value, TorchTensor elements)
    {
        using var scope = NewDisposeScope();
        Store(value, elements.reshape(Extents(_program.Values[value].Fact.Shape)).to(TypeOf(value), _device));
    }

    /// <summary>Fills a value from elements in memory order.</summary>
    public void WriteMemory(int value, TorchTensor elements)
    {
        using var scope = NewDisposeScope();
        Keep(value, elements.reshape(Extents(Physical(value))).to(TypeOf(value), _device));
    }

    /// <summary>A value in PyTorch's axis order.</summary>
    public TorchTensor Read(int value) => Logical(value);

    /// <summary>A value in memory order.</summary>
    public TorchTensor ReadMemory(int value) => MemoryOf(value);

    /// <summary>Runs all nodes.</summary>
    public void Run()
    {
        using var noGrad = no_grad();
        for (int n = 0; n < _program.Nodes.Length; n++)
        {
            Execute(_program.Nodes[n]);
            if (_keeps) continue;
            foreach (int value in _spent[n])
                if (_memory.Remove(value, out var memory)) memory.Dispose();
        }
    }

    /// <summary>Runs one node on its operands as they are.</summary>
    public void RunNode(int node)
    {
        using var noGrad = no_grad();
        Execute(_program.Nodes[node]);
    }

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        foreach (var memory in _memory.Values) memory.Dispose();
        _memory.Clear();
    }

    void Execute(PortableNode node)
    {
        using var scope = NewDisposeScope();
        switch (node.Kind)
        {
            case PortableKind.Memory:
                int only = node.Outputs[0];
                Keep(only, MemoryOf(node.Operands[0].Value).view(Extents(Physical(only))));
                break;
            case PortableKind.Move:
                int moved = node.Outputs[0];
                Store(moved, Logical(node.Operands[0].Value).to(TypeOf(moved)));
                break;
            default:
                var call = node.Call ?? throw new InvalidOperationException($"'{node.Name}' has no call");
                var reading = new Reading("", call, operand => Operand(node.Operands[operand]), _type, _device);
                var result = ArmTable.Execute("", call, reading);
                // An op has as many outputs as are computed, a call may name more: the saved statistics of a norm.
                foreach (var (output, tensor) in node.Outputs.Zip(result.Tensors)) Store(output, tensor);
                break;
        }
    }

    TorchTensor Operand(PortableOperand operand) => operand.Rule is { } rule
        ? LeafView.Of(MemoryOf(operand.Value), rule)
        : Logical(operand.Value);

    TorchTensor Logical(int value) => MemoryOf(value).permute(Axes(_program.Values[value].Layout.Inverse()));

    TorchTensor MemoryOf(int value)
    {
        if (_memory.TryGetValue(value, out var memory)) return memory;
        // Single nodes may read another shape of a parameter before anything ran: that is there from the start.
        if (_definedBy.TryGetValue(value, out int node) && _program.Nodes[node].Kind == PortableKind.Memory)
        {
            Execute(_program.Nodes[node]);
            return _memory[value];
        }
        throw new InvalidOperationException($"'{_program.Values[value].Name}' is read before it is there");
    }

    void Store(int value, TorchTensor logical)
    {
        var stated = _program.Values[value];
        if (!logical.shape.AsSpan().SequenceEqual(Extents(stated.Fact.Shape)) || logical.dtype != TypeOf(value))
        {
            throw new ModelException(new Finding(Codes.ShapeMismatch, "",
                $"'{stated.Name}' is {logical.dtype} {TorchTensors.ShapeOf(logical)} in libtorch, the converted "
                + $"program says {TypeOf(value)} {stated.Fact.Shape}"));
        }
        Keep(value, logical.permute(Axes(stated.Layout)).contiguous());
    }

    void Keep(int value, TorchTensor memory)
    {
        memory.DetachFromDisposeScope();
        if (_memory.Remove(value, out var before)) before.Dispose();
        _memory[value] = memory;
    }

    /// <summary>The element type of a value.</summary>
    public ScalarType TypeOf(int value) =>
        _program.Values[value].Fact.Type is var type && type.IsFloating() ? _type : TorchTensors.TypeOf(type);

    Shape Physical(int value) => _program.Values[value].Layout.Physical(_program.Values[value].Fact.Shape);

    static long[] Axes(Permutation layout) => [.. layout.AsSpan().ToArray().Select(axis => (long)axis)];

    static long[] Extents(Shape shape) => [.. shape.Select(extent => (long)extent)];
}
