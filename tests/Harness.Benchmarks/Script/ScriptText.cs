using System.Globalization;
using System.Text;
using Harness.Executor.Program;
using Harness.Executor.Model;

namespace Harness.Benchmarks.Script;

/// <summary>A graph as TorchScript source that libtorch's own compiler takes: one function of the inputs and every
/// parameter.</summary>
/// <remarks>Calls keep the file's operators, in-place ones included, so libtorch runs what PyTorch would have run;
/// numbers that follow from shapes are literals, as in a trace. The compiler ends the process where source does not
/// compile.</remarks>
static class ScriptText
{
    /// <summary>The source; <paramref name="parameters"/> are the values that follow the inputs as arguments.</summary>
    public static string Of(ShapedGraph graph, IReadOnlyList<int> parameters)
    {
        var text = new StringBuilder();
        var names = graph.Model.Graph.Inputs.Select(port => Name(port.Value)).Concat(parameters.Select(Name));
        text.Append(CultureInfo.InvariantCulture, $"def forward({string.Join(", ", names)}):\n");
        foreach (var call in graph.Calls)
            text.Append(CultureInfo.InvariantCulture, $"    {Results(call)} = {Expression(call.Call)}\n");
        string outputs = string.Join(", ", graph.Outputs.Select(port => Name(port.Value)));
        return text.Append(CultureInfo.InvariantCulture, $"    return {outputs}\n").ToString();
    }

    /// <summary>The names of a call's results. An operator may have some that its op has not: the indices of a
    /// pool.</summary>
    public static string Results(ShapedCall call) => string.Join(", ",
        call.Results.Select(Name).Concat(call.Call.Results.Skip(call.Results.Length).Select(Name)));

    /// <summary>A call as an expression.</summary>
    public static string Expression(Call call) => call.Target switch
    {
        // The graph's view was taken of NCHW memory; over channels last only reshape is sure to find one.
        "aten::view" => $"torch.reshape({Arguments(call)})",
        var target when target.StartsWith("aten::", StringComparison.Ordinal) =>
            $"torch.{target[6..]}({Arguments(call)})",
        var target => throw new NotSupportedException(
            $"'{call.Name}': {target} has no counterpart in TorchScript source"),
    };

    static string Arguments(Call call) => string.Join(", ",
        call.Arguments.Select(Text).Concat(call.Keywords.Select(keyword => $"{keyword.Name}={Text(keyword.Value)}")));

    static string Text(Argument argument) => argument switch
    {
        ValueArgument value => Name(value.Id),
        FloatArgument { Number: var number } => Number(number),
        ListArgument list => $"[{string.Join(", ", list.Items.Select(Text))}]",
        _ => argument.ToString()!,
    };

    /// <summary>A number of type float: a literal without a point would be an integer.</summary>
    public static string Number(double number)
    {
        if (!double.IsFinite(number)) return $"float('{(double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf")}')";
        string text = number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.Contains('.', StringComparison.Ordinal) || text.Contains('e', StringComparison.Ordinal) ? text
            : text + ".0";
    }

    /// <summary>What a value is called.</summary>
    public static string Name(int value) => string.Create(CultureInfo.InvariantCulture, $"v{value}");
}
