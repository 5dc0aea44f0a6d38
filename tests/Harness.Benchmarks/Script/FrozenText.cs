using System.Globalization;
using System.Text;
using Harness.Executor.Program;
using Harness.Executor.Ops;

namespace Harness.Benchmarks.Script;

/// <summary>A graph as TorchScript whose convolutions are oneDNN's, on windows brought into its own order once, with
/// the addition and the activation that follow inside: what a frozen <c>torch.compile</c> and
/// <c>optimize_for_inference</c> make of it, neither of which TorchSharp exposes.</summary>
sealed class FrozenText
{
    const string None = "\"none\", annotate(List[Optional[number]], []), None";

    readonly ShapedGraph _graph;
    readonly Dictionary<int, int> _readers;
    readonly Dictionary<int, string> _packs = [];

    FrozenText(ShapedGraph graph)
    {
        _graph = graph;
        _readers = graph.Calls.SelectMany(call => Reference.Walk.GraphWalk.Used(call.Call))
            .Concat(graph.Outputs.Select(port => port.Value)).CountBy(value => value).ToDictionary();
    }

    /// <summary>The methods of a module: <c>forward</c> as <see cref="ScriptText.Of"/>'s, and <c>packN(w)</c> for each
    /// parameter N of <paramref name="packed"/>.</summary>
    public static string Of(ShapedGraph graph, IReadOnlyList<int> parameters, out IReadOnlyCollection<int> packed)
    {
        var frozen = new FrozenText(graph);
        string forward = frozen.Forward(parameters);
        packed = frozen._packs.Keys;
        return string.Concat(frozen._packs.Values) + forward;
    }

    string Forward(IReadOnlyList<int> parameters)
    {
        var text = new StringBuilder();
        var names = _graph.Model.Graph.Inputs.Select(port => port.Value).Concat(parameters)
            .Select(value => $"{ScriptText.Name(value)}: Tensor");
        string type = _graph.Outputs.Length == 1 ? "Tensor"
            : $"Tuple[{string.Join(", ", _graph.Outputs.Select(_ => "Tensor"))}]";
        text.Append(CultureInfo.InvariantCulture,
            $"  def forward(self: __torch__.M, {string.Join(", ", names)}) -> {type}:\n");
        for (int i = 0; i < _graph.Calls.Length; i++)
        {
            var call = _graph.Calls[i];
            if (Convolution(call) is not { } convolution)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"    {ScriptText.Results(call)} = {ScriptText.Expression(call.Call)}\n");
                continue;
            }
            text.Append(CultureInfo.InvariantCulture, $"    {Fused(convolution, ref i)}\n");
        }
        string outputs = string.Join(", ", _graph.Outputs.Select(port => ScriptText.Name(port.Value)));
        return text.Append(CultureInfo.InvariantCulture,
            $"    return {(_graph.Outputs.Length == 1 ? outputs : $"({outputs})")}\n").ToString();
    }

    // Input, window, bias and numbers, where the window is a parameter that nothing else reads.
    (string Input, string Others)? Convolution(ShapedCall call)
    {
        if (call.Op is not Conv { Axes: 2 or 3, SamePadding: false, Padding: var pad } conv || pad.Low != pad.High)
            return null;
        int window = call.Operands[1];
        var image = _graph.ShapeOf(call.Operands[0]);
        if (_readers[window] != 1 || image.Rank != conv.Axes + 2
            || !_graph.Model.Graph.Parameters.Any(parameter => parameter.Value == window)) return null;
        string numbers = string.Create(CultureInfo.InvariantCulture,
            $"{pad.Low}, {conv.Stride}, {conv.Dilation}, {conv.Groups}");
        _packs[window] = $"  def pack{window}(self: __torch__.M, w: Tensor) -> Tensor:\n" +
            $"    return torch.mkldnn_reorder_conv{conv.Axes}d_weight(torch.to_mkldnn(w), {numbers}, " +
            $"[{string.Join(", ", image)}])\n";
        string bias = conv.Bias ? ScriptText.Name(call.Operands[2]) : "None";
        return (ScriptText.Name(call.Operands[0]), $"{ScriptText.Name(window)}, {bias}, {numbers}");
    }

    // Takes the calls that follow at once and are alone in reading the result.
    string Fused((string Input, string Others) convolution, ref int at)
    {
        var call = _graph.Calls[at];
        if (Next(at) is { Op: Add { Alpha: 1, Other: null } } add)
        {
            int other = add.Operands[0] == call.Results[0] ? add.Operands[1] : add.Operands[0];
            if (other != call.Results[0] && _graph.ShapeOf(other) == _graph.ShapeOf(call.Results[0]))
            {
                at++;
                string unary = "None";
                if (Next(at) is { Op: ReLU })
                {
                    at++;
                    unary = "\"relu\"";
                }
                return $"{ScriptText.Name(_graph.Calls[at].Results[0])} = " +
                    $"ops.mkldnn._convolution_pointwise({convolution.Input}, " +
                    $"{ScriptText.Name(other)}, {convolution.Others}, \"add\", None, {unary}, " +
                    $"annotate(List[Optional[number]], []), None)";
            }
        }
        string attribute = None;
        if (Next(at) is { } next && Activation(next.Op) is { } activation)
        {
            at++;
            attribute = activation;
        }
        return $"{ScriptText.Name(_graph.Calls[at].Results[0])} = " +
            $"ops.mkldnn._convolution_pointwise({convolution.Input}, " +
            $"{convolution.Others}, {attribute})";
    }

    ShapedCall? Next(int at) =>
        at + 1 < _graph.Calls.Length && _readers.GetValueOrDefault(_graph.Calls[at].Results[0]) == 1
        && _graph.Calls[at + 1].Operands.Contains(_graph.Calls[at].Results[0])
            ? _graph.Calls[at + 1]
            : null;

    static string? Activation(Op op) => op switch
    {
        ReLU => None.Replace("none", "relu", StringComparison.Ordinal),
        SiLU => None.Replace("none", "swish", StringComparison.Ordinal),
        Hardswish => None.Replace("none", "hardswish", StringComparison.Ordinal),
        Hardtanh { Min: var min, Max: var max } when double.IsFinite(min) && double.IsFinite(max) =>
            $"\"hardtanh\", annotate(List[Optional[number]], [{ScriptText.Number(min)}, {ScriptText.Number(max)}]), " +
            $"None",
        _ => null,
    };
}
