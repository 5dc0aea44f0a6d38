using Harness.Executor.Model;
using TorchSharp.Modules;
using static TorchSharp.torch;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Modules;

/// <summary>Reads a tree of TorchSharp's own layers as the calls that their <c>forward</c> makes.</summary>
/// <param name="name">The model as the user names it, for messages.</param>
sealed class ModuleReading(string name)
{
    readonly GraphBuilder _graph = new();
    readonly StateDict _weights = new();
    readonly List<string> _unsupported = [];

    /// <summary>The graph and what it reads.</summary>
    /// <exception cref="ModelException">PAR1002: every layer that is not supported.</exception>
    public (Graph Graph, StateDict Weights) Read(nn.Module module)
    {
        int input = _graph.Input("input", type: First(module) is Embedding ? ElementType.Int64 : ElementType.Float32);
        _graph.Output("0", Module("", module, input));
        if (_unsupported.Count == 0) return (_graph.Build(), _weights);
        throw new ModelException(new Finding(Codes.UnsupportedOp, name,
            $"{_unsupported.Count} of its modules are not supported: {string.Join("; ", _unsupported)}"));
    }

    static nn.Module First(nn.Module module) =>
        module is Sequential && module.named_children().Select(child => child.module).FirstOrDefault() is { } first
            ? First(first) : module;

    int Module(string path, nn.Module module, int x)
    {
        // A class that derives from one of TorchSharp's may compute what it likes in a forward of its own.
        var forward = module.GetType().GetMethod("forward", [typeof(TorchTensor)]);
        if (forward?.DeclaringType is not { } declared || declared.Assembly != typeof(nn.Module).Assembly)
        {
            _unsupported.Add($"{Named(path)} is a '{module.GetType().FullName}' with a forward of its own, and C# is "
                + "not read: state what it computes by the graph builder (docs/architectures.md)");
            return x;
        }
        if (module is Sequential)
        {
            foreach (var (child, inner) in module.named_children())
                x = Module(path.Length == 0 ? child : $"{path}.{child}", inner, x);
            return x;
        }
        var layer = new LayerCalls(path, _graph, _weights);
        if (layer.Read(module, x) is { } result) return result;
        _unsupported.Add($"{Named(path)}: {declared.Name}{(layer.Form is { } form ? $" with {form}" : "")}");
        return x;
    }

    static string Named(string path) => path.Length == 0 ? "it" : $"'{path}'";
}
