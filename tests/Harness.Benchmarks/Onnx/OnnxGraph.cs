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
        node.Write(4, type);
        foreach (var (name, value) in attributes) node.Write(5, Attribute(name, value));
        _graph.Write(1, node);
    }

    /// <summary>Adds a constant of float32 elements, rounded if the tensor holds others.</summary>
    public void Constant(string name, Tensor tensor)
    {
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

    /// <summary>Adds an input port of float32.</summary>
    public void Input(string name, Shape shape) => _graph.Write(11, Port(name, shape));

    /// <summary>Adds an output port of float32.</summary>
    public void Output(string name, Shape shape) => _graph.Write(12, Port(name, shape));

    /// <summary>The model's bytes.</summary>
    public byte[] ToModel()
    {
        _graph.Write(2, "model");
        var opset = new ProtoMessage();
        opset.Write(1, "");
        opset.Write(2, Opset);
        var model = new ProtoMessage();
        model.Write(1, IrVersion);
        model.Write(8, opset);
        model.Write(7, _graph);
        return model.Join();
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

    static ProtoMessage Port(string name, Shape shape)
    {
        var extents = new ProtoMessage();
        foreach (int extent in shape)
        {
            var dimension = new ProtoMessage();
            dimension.Write(1, extent);
            extents.Write(1, dimension);
        }
        var tensor = new ProtoMessage();
        tensor.Write(1, Float);
        tensor.Write(2, extents);
        var type = new ProtoMessage();
        type.Write(1, tensor);
        var port = new ProtoMessage();
        port.Write(1, name);
        port.Write(2, type);
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
