using Harness.Executor.Program;
using Harness.Executor.Model;

namespace Harness.Benchmarks.Onnx;

/// <summary>A graph of ours as an ONNX model with the same weights, for the peers. Each op becomes the nodes that ONNX
/// has for it; what ONNX cannot say is refused by name.</summary>
sealed class OnnxWriter
{
    readonly ShapedGraph _source;
    readonly OnnxGraph _graph = new();
    readonly Dictionary<int, string> _names = [];
    readonly bool _named, _fuses;

    OnnxWriter(ShapedGraph source, bool named, bool fuses) =>
        (_source, _named, _fuses) = (source, named, fuses);

    /// <summary>The model for these input shapes; inputs are called <c>x0</c>, <c>x1</c> …, outputs <c>y0</c>,
    /// <c>y1</c> ….</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputShapes">The shape of each input.</param>
    /// <param name="named">True where inputs and outputs keep the graph's names.</param>
    /// <param name="fuses">True where ONNX Runtime's own operators may stand for what ONNX says by several.</param>
    /// <exception cref="NotSupportedException">An op has no counterpart.</exception>
    public static byte[] Write(TorchModel model, IReadOnlyList<Shape> inputShapes, bool named = false,
        bool fuses = false) =>
        new OnnxWriter(ShapedGraph.Of(model, inputShapes), named, fuses).Run();

    byte[] Run()
    {
        var torch = _source.Model;
        for (int i = 0; i < torch.Graph.Inputs.Length; i++)
        {
            int value = torch.Graph.Inputs[i].Value;
            _graph.Input(_names[value] = _named ? torch.Graph.Inputs[i].Name : $"x{i}", _source.ShapeOf(value),
                torch.Graph.Inputs[i].Type);
        }
        foreach (var call in _source.Calls)
        {
            var node = new OnnxCall(_graph, call, ShapeOf, Name, _fuses);
            string[] results = node.Write();
            for (int i = 0; i < results.Length; i++) _names[call.Results[i]] = results[i];
        }
        for (int i = 0; i < _source.Outputs.Length; i++)
        {
            int value = _source.Outputs[i].Value;
            string name = _named ? _source.Outputs[i].Name : $"y{i}";
            _graph.Node("Identity", [Name(value)], [name]);
            _graph.Output(name, _source.ShapeOf(value));
        }
        return _graph.ToModel();
    }

    Shape ShapeOf(int value) => _source.ShapeOf(value);

    // Parameters and constants enter the file when something reads them first.
    string Name(int value)
    {
        if (_names.TryGetValue(value, out string? name)) return name;
        _names[value] = name = _graph.NewName();
        _graph.Constant(name, Stored(value));
        return name;
    }

    Tensor Stored(int value)
    {
        var torch = _source.Model;
        foreach (var parameter in torch.Graph.Parameters)
            if (parameter.Value == value) return torch.Weights[parameter.Key];
        return torch.Graph.Constants.First(constant => constant.Value == value).Tensor;
    }
}
