using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>Numbers the values of a finished walk and writes the graph.</summary>
sealed class GraphWriter(ScriptArchive archive)
{
    readonly GraphBuilder _builder = new();
    readonly List<int> _inputs = [];
    readonly Dictionary<TracedCall, ImmutableArray<int>> _results = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, int> _constants = new(StringComparer.Ordinal);
    readonly HashSet<string> _outputs = new(StringComparer.Ordinal);

    /// <summary>The graph.</summary>
    /// <param name="inputs">Names of the inputs.</param>
    /// <param name="calls">Calls in program order.</param>
    /// <param name="result">What the root's forward returned; null where that is not known yet.</param>
    public Graph Write(IReadOnlyList<string> inputs, IReadOnlyList<TracedCall> calls, ScriptValue? result)
    {
        foreach (string input in inputs) _inputs.Add(_builder.Input(input));
        foreach (var call in calls)
        {
            ImmutableArray<Argument> arguments = [.. call.Arguments.Select(a => AsArgument(a, call))];
            ImmutableArray<Keyword> keywords =
                [.. call.Keywords.Select(k => new Keyword(k.Name, AsArgument(k.Value, call)))];
            _results[call] = _builder.Call(call.Target, arguments, keywords, call.Parts?.Length ?? 1, call.Place);
        }
        if (result is null) return _builder.Build();
        Output(result, "");
        return _outputs.Count > 0 ? _builder.Build() : throw archive.Unsupported("forward returns no tensor");
    }

    Argument AsArgument(ScriptValue value, TracedCall call)
    {
        switch (value)
        {
            case ConstantScriptValue constant: return constant.Value;
            case ListScriptValue list:
                return list.Argument ??= (
                    ListArgument)Argument.Of([.. list.Items.Select(item => AsArgument(item, call))]);
            case ResultScriptValue { Part: ResultScriptValue.Whole, Call.Parts: { } parts }:
                return Argument.Of([.. parts.Select(part => Argument.Value(Number(part)!.Value))]);
            default:
                return Number(value) is { } id
                    ? Argument.Value(id)
                    : throw archive.Unsupported(
                        $"{call.Place}: {call.Target} is given {value.Kind}, which is not supported");
        }
    }

    int? Number(ScriptValue value) => value switch
    {
        InputScriptValue input => _inputs[input.Index],
        StoredScriptValue { IsParameter: true } parameter => _builder.Parameter(
            parameter.Name, parameter.Tensor.Shape, parameter.Tensor.Type, parameter.IsBuffer),
        StoredScriptValue constant => Constant(constant),
        ResultScriptValue { Part: ResultScriptValue.Whole, Call.Parts: null } result => _results[result.Call][0],
        ResultScriptValue { Part: >= 0 } result => _results[result.Call][result.Part],
        _ => null,
    };

    int Constant(StoredScriptValue constant) => _constants.TryGetValue(constant.Name, out int id)
        ? id
        : _constants[constant.Name] = _builder.Constant(constant.Name, constant.Tensor);

    void Output(ScriptValue value, string name)
    {
        switch (value)
        {
            case ListScriptValue list: Each(list.Items, list.Fields); break;
            case ResultScriptValue { Part: ResultScriptValue.Whole, Call.Parts: { } parts }: Each(parts, null); break;
            case DictScriptValue dict:
                foreach (var (key, item) in dict.Items)
                    Output(item, Join(name, key is TextArgument text ? text.Text : key.ToString()!));
                break;
            // What is optional and not there, as the auxiliary outputs of a model in eval mode.
            case ConstantScriptValue { Value: NoneArgument } when name.Length > 0: break;
            default:
                string unique = name.Length == 0 ? "0" : name;
                if (Number(value) is not { } id)
                    throw archive.Unsupported(
                        $"forward returns {value.Kind} as output '{unique}'; only tensors are supported");
                if (!_outputs.Add(unique)) throw archive.Unsupported($"forward returns two outputs named '{unique}'");
                _builder.Output(unique, id);
                break;
        }

        void Each(IReadOnlyList<ScriptValue> items, IReadOnlyList<string>? names)
        {
            for (int n = 0; n < items.Count; n++)
                Output(items[n], Join(name, names?[n] ?? n.ToString(CultureInfo.InvariantCulture)));
        }
    }

    static string Join(string prefix, string name) => prefix.Length == 0 ? name : $"{prefix}.{name}";
}
