using System.Globalization;
using System.Text;
using Harness.Executor.Layout;
using Harness.Executor.Ops;

namespace Harness.Benchmarks.Script;

/// <summary>Convolutions as calls of oneDNN on windows that were brought into its own order once, as
/// <c>torch.jit.optimize_for_inference</c> and a frozen <c>torch.compile</c> do: TorchSharp exposes neither.</summary>
/// <remarks>The operators are ATen's own: <c>mkldnn_reorder_conv2d_weight</c> packs, <c>mkldnn_convolution</c> takes a packed
/// window beside a plain channels-last image.</remarks>
sealed class Prepack
{
    readonly Dictionary<ShapedCall, int> _windows = [];
    readonly HashSet<int> _parameters;

    /// <summary>Finds the convolutions whose window is a parameter that nothing else reads.</summary>
    public Prepack(ShapedGraph graph)
    {
        _parameters = [.. graph.Model.Graph.Parameters.Select(parameter => parameter.Value)];
        var readers = graph.Calls.SelectMany(call => Reference.Walk.GraphWalk.Used(call.Call)).CountBy(value => value).ToDictionary();
        var source = new StringBuilder();
        foreach (var call in graph.Calls)
        {
            if (call.Op is not Conv2d { SamePadding: false, Padding: var pad } conv || pad != Padding2d.Symmetric(pad.Top, pad.Left)) continue;
            int window = call.Operands[1];
            if (!_parameters.Contains(window) || readers[window] != 1 || graph.ShapeOf(call.Operands[0]).Rank != 4) continue;
            _windows[call] = window;
            string size = $"[{string.Join(", ", graph.ShapeOf(call.Operands[0]))}]";
            source.Append(CultureInfo.InvariantCulture, $"def pack{window}(w):\n")
                .Append(CultureInfo.InvariantCulture, $"    return torch.mkldnn_reorder_conv2d_weight(w.to_mkldnn(), {Numbers(conv)}, {size})\n");
        }
        Source = source.ToString();
    }

    /// <summary>One function <c>packN(w)</c> for each window N.</summary>
    public string Source { get; }

    /// <summary>True where <see cref="Source"/> has a function for this parameter.</summary>
    public bool Packs(int parameter) => _windows.ContainsValue(parameter);

    /// <summary>The expression of a packed convolution; null for any other call.</summary>
    public string? Expression(ShapedCall call)
    {
        if (!_windows.TryGetValue(call, out int window)) return null;
        var conv = (Conv2d)call.Op;
        string bias = conv.Bias ? ScriptText.Name(call.Operands[2]) : "None";
        return $"torch.mkldnn_convolution({ScriptText.Name(call.Operands[0])}, {ScriptText.Name(window)}, {bias}, {Numbers(conv)})";
    }

    static string Numbers(Conv2d conv) => string.Create(CultureInfo.InvariantCulture,
        $"[{conv.Padding.Top}, {conv.Padding.Left}], [{conv.Stride.H}, {conv.Stride.W}], [{conv.Dilation.H}, {conv.Dilation.W}], {conv.Groups}");
}
