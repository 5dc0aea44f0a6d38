using System.Runtime.InteropServices;
using Harness.Executor.Model;

namespace Harness.Benchmarks.Onnx;

/// <summary>An ONNX graph being written: nodes, initializers, ports. Field numbers are onnx.proto's.</summary>
sealed class OnnxGraph
{
    const int Opset = 20, IrVersion = 9;
    const int Float = 1, Int64 = 7;
    const int AttributeFloat = 1, AttributeInt = 2, AttributeText = 3, AttributeInts = 7;

    readonly ProtoMessage _graph = new();
    readonly HashSet<string> _domains = new(StringComparer.Ordinal);
    int _names;

    /// <summary>A name nobody has yet.</summary>
    public string NewName() => $"t{_names++}";

    /// <summary>Adds a node with one result and returns the result's name.</summary>
    public string Node(string type, string[] inputs, params (string Name, object Value)[] attributes)
    {
        string result = NewName();
        Node(type, inputs, [result], attributes);
        return result;
    }

    /// <summary>Adds a node.</summary>
    /// <param name="type">ONNX's name of the operator.</param>
    /// <param name="inputs">Values it reads; empty for an absent optional one.</param>
    /// <param name="results">Values it defines.</param>
    /// <param name="attributes">float, int, string or long[] each.</param>
    public void Node(string type, string[] inputs, string[] results, params (string Name, object Value)[] attributes)
    {
        var node = new ProtoMessage();
        foreach (string input in inputs) node.Write(1, input);
        foreach (string result in results) node.Write(2, result);
        node.Write(3, $"n{_names++}");
        // ONNX Runtime's own operators have their domain before them.
        int domain = type.LastIndexOf('.');
        node.Write(4, type[(domain + 1)..]);
        foreach (var (name, value) in attributes) node.Write(5, Attribute(name, value));
        if (domain > 0)
        {
            node.Write(7, type[..domain]);
            _domains.Add(type[..domain]);
        }
        _graph.Write(1, node);
    }

    /// <summary>Adds a constant: int64 as it is, all else as float32, rounded if the tensor holds others.</summary>
    public void Constant(string name, Tensor tensor)
    {
        if (tensor.Type == ElementType.Int64)
        {
            Initializer(name, Int64, tensor.Shape, tensor.Bytes);
            return;
        }
        var bytes = tensor.Type == ElementType.Float32
            ? tensor.Bytes
            : MemoryMarshal.AsBytes(tensor.ToSingles().AsSpan()).ToArray();
        Initializer(name, Float, tensor.Shape, bytes);
    }

    /// <summary>Adds a constant vector of int64 and returns its name.</summary>
    public string Integers(params long[] values)
    {
        string name = NewName();
        Initializer(name, Int64, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        return name;
    }

    /// <summary>Adds a constant int64 scalar and returns its name.</summary>
    public string Integer(long value)
    {
        string name = NewName();
        Initializer(name, Int64, [], BitConverter.GetBytes(value));
        return name;
    }

    /// <summary>Adds a constant float32 scalar and returns its name.</summary>
    public string Number(double value)
    {
        string name = NewName();
        Initializer(name, Float, [], BitConverter.GetBytes((float)value));
        return name;
    }

    /// <summary>Adds a constant float32 vector of equal elements and returns its name.</summary>
    public string Filled(int count, float value)
    {
        string name = NewName();
        var values = new float[count];
        values.AsSpan().Fill(value);
        Initializer(name, Float, [count], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        return name;
    }

    /// <summary>Adds an input port of int64 or float32.</summary>
    public void Input(string name, Shape shape, ElementType type) =>
        _graph.Write(11, Port(name, shape, type == ElementType.Int64 ? Int64 : Float));

    /// <summary>Adds an output port of float32.</summary>
    public void Output(string name, Shape shape) => _graph.Write(12, Port(name, shape, Float));

    /// <summary>The model's bytes.</summary>
    public byte[] ToModel()
    {
        _graph.Write(2, "model");
        var model = new ProtoMessage();
        model.Write(1, IrVersion);
        Import("", Opset);
        foreach (string domain in _domains) Import(domain, 1);
        model.Write(7, _graph);
        return model.Join();

        void Import(string domain, int version)
        {
            var opset = new ProtoMessage();
            opset.Write(1, domain);
            opset.Write(2, version);
            model.Write(8, opset);
        }
    }

    void Initializer(string name, int type, Shape shape, ReadOnlyMemory<byte> bytes)
    {
        var tensor = new ProtoMessage();
        foreach (int extent in shape) tensor.Write(1, extent);
        tensor.Write(2, type);
        tensor.Write(8, name);
        tensor.Write(9, bytes);
        _graph.Write(5, tensor);
    }

    static ProtoMessage Port(string name, Shape shape, int type)
    {
        var extents = new ProtoMessage();
        foreach (int extent in shape)
        {
            var dimension = new ProtoMessage();
            dimension.Write(1, extent);
            extents.Write(1, dimension);
        }
        var tensor = new ProtoMessage();
        tensor.Write(1, type);
        tensor.Write(2, extents);
        var wrapped = new ProtoMessage();
        wrapped.Write(1, tensor);
        var port = new ProtoMessage();
        port.Write(1, name);
        port.Write(2, wrapped);
        return port;
    }

    static ProtoMessage Attribute(string name, object value)
    {
        var attribute = new ProtoMessage();
        attribute.Write(1, name);
        switch (value)
        {
            case float number:
                attribute.Write(2, number);
                attribute.Write(20, AttributeFloat);
                break;
            case int number:
                attribute.Write(3, number);
                attribute.Write(20, AttributeInt);
                break;
            case string text:
                attribute.Write(4, text);
                attribute.Write(20, AttributeText);
                break;
            case long[] numbers:
                foreach (long number in numbers) attribute.Write(8, number);
                attribute.Write(20, AttributeInts);
                break;
            default:
                throw new ArgumentException($"attribute '{name}' is a {value.GetType().Name}", nameof(value));
        }
        return attribute;
    }
}
