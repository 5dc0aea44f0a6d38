using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Harness.Executor.Model;

namespace Harness.Formats.Json;

/// <summary>Reads a graph document into a graph.</summary>
/// <param name="file">The document's name, for places.</param>
/// <param name="bad">Makes the error for a line.</param>
sealed class GraphJsonReader(string file, Func<int, string, Exception> bad)
{
    readonly GraphBuilder _builder = new();
    readonly Dictionary<string, int> _values = new(StringComparer.Ordinal);

    /// <summary>The graph of a parsed document.</summary>
    public Graph Read(JsonTree root)
    {
        if (!root.IsObject || root["format"]?.Text != GraphJson.Format)
            throw bad(root.Line, $"this JSON is no graph: expected \"format\": \"{GraphJson.Format}\"");
        if (root["version"] is not { Text: GraphJson.Version } version || version.Kind != JsonTokenType.Number)
            throw bad(root["version"]?.Line ?? root.Line,
                $"graph version {root["version"]?.Text}; {GraphJson.Version} is read");
        Known(root, "format", "version", "inputs", "parameters", "constants", "calls", "outputs");
        foreach (var input in List(root, "inputs", isRequired: true))
        {
            Known(input, "name", "shape", "type");
            string name = Text(input, "name");
            Define(name, input.Line, _builder.Input(name, ShapeOf(input), TypeOf(input)));
        }
        foreach (var parameter in List(root, "parameters"))
        {
            Known(parameter, "name", "shape", "type", "buffer");
            string name = Text(parameter, "name");
            Define(name, parameter.Line,
                _builder.Parameter(name, ShapeOf(parameter), TypeOf(parameter), IsBuffer(parameter)));
        }
        foreach (var constant in List(root, "constants"))
        {
            Known(constant, "name", "shape", "type", "values");
            string name = Text(constant, "name");
            Define(name, constant.Line, _builder.Constant(name, Constant(constant)));
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var call in List(root, "calls", isRequired: true)) Call(call, names);
        var outputs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in List(root, "outputs", isRequired: true))
        {
            Known(output, "name", "value");
            if (!outputs.Add(Text(output, "name")))
                throw bad(output.Line, $"two outputs are named '{Text(output, "name")}'");
            _builder.Output(Text(output, "name"), Value(Text(output, "value"), output.Line));
        }
        return outputs.Count > 0 ? _builder.Build() : throw bad(root.Line, "the graph has no outputs");
    }

    void Call(JsonTree call, HashSet<string> names)
    {
        Known(call, "name", "module", "target", "arguments", "keywords", "results");
        string target = Text(call, "target");
        if (!target.Contains("::", StringComparison.Ordinal))
            throw bad(call.Line, $"target '{target}' has no namespace, as aten:: is");
        string name = call["name"] is null ? "" : Text(call, "name");
        if (name.Length > 0 && !names.Add(name)) throw bad(call.Line, $"two calls are named '{name}'");
        string module = call["module"] is null ? "" : Text(call, "module");
        ImmutableArray<Argument> arguments =
            [.. List(call, "arguments", isRequired: true, ofObjects: false).Select(AsArgument)];
        var keywords = ImmutableArray.CreateBuilder<Keyword>();
        if (call["keywords"] is { } given)
        {
            if (!given.IsObject) throw bad(given.Line, "'keywords' is no object");
            for (int n = 0; n < given.Keys.Count; n++)
                keywords.Add(new Keyword(given.Keys[n], AsArgument(given.Items[n])));
        }
        var results = List(call, "results", isRequired: true, ofObjects: false);
        if (results.Count == 0) throw bad(call.Line, "a call has no results");
        var ids = _builder.Call(
            target, arguments, keywords.ToImmutable(), results.Count, new SourcePlace(module, file, call.Line), name);
        for (int n = 0; n < results.Count; n++)
        {
            if (!results[n].IsText) throw bad(results[n].Line, "a result is named by something that is no text");
            Define(results[n].Text, results[n].Line, ids[n]);
        }
    }

    Argument AsArgument(JsonTree value) => value.Kind switch
    {
        JsonTokenType.Null => Argument.None,
        JsonTokenType.True => Argument.Of(true),
        JsonTokenType.False => Argument.Of(false),
        JsonTokenType.String => Argument.Of(value.Text),
        JsonTokenType.Number => IsFloat(value.Text) ? Argument.Of(Float(value)) : Argument.Of(Integer(value)),
        JsonTokenType.StartArray => Argument.Of([.. value.Items.Select(AsArgument)]),
        _ when value.Keys is ["value"] => Argument.Value(Value(Text(value, "value"), value.Line)),
        _ when value.Keys is ["float"] => Argument.Of(Float(value)),
        _ => throw bad(value.Line, "an argument object has one key, 'value' or 'float'"),
    };

    Tensor Constant(JsonTree constant)
    {
        var shape = ShapeOf(constant) ?? throw bad(constant.Line, "a constant has no shape");
        var values = List(constant, "values", isRequired: true, ofObjects: false);
        Int128 needed = 1;
        foreach (int extent in shape)
            if ((needed *= extent) > long.MaxValue) break;
        if (needed != values.Count)
            throw bad(constant.Line, $"a constant of shape {shape} needs {needed} values, found {values.Count}");
        var type = TypeOf(constant);
        var bytes = new byte[values.Count * type.Size()];
        for (int n = 0; n < values.Count; n++)
            Scalars.Write(bytes.AsSpan(n * type.Size()), type, values[n], Float, Integer, bad);
        return new Tensor(type, shape, bytes);
    }

    double Float(JsonTree value)
    {
        if (value.IsObject && value.Keys is ["float"])
        {
            return value.Items[0].Text switch
            {
                "inf" => double.PositiveInfinity,
                "-inf" => double.NegativeInfinity,
                "nan" => double.NaN,
                _ => throw bad(value.Line, "'float' is \"inf\", \"-inf\" or \"nan\""),
            };
        }
        return value.Kind == JsonTokenType.Number
            && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && double.IsFinite(number)
            ? number
            : throw bad(value.Line, $"'{value.Text}' is no finite number");
    }

    long Integer(JsonTree value) =>
        value.Kind == JsonTokenType.Number
            && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw bad(value.Line, $"'{value.Text}' is no integer of 64 bits");

    Shape? ShapeOf(JsonTree owner)
    {
        if (owner["shape"] is not { } shape) return null;
        if (!shape.IsArray || shape.Items.Count > 64) throw bad(shape.Line, "a shape is a list of at most 64 extents");
        return Shape.Create([.. shape.Items.Select(extent => Integer(extent) is >= 0 and <= int.MaxValue and var number
            ? (int)number
            : throw bad(extent.Line, $"'{extent.Text}' is no extent"))]);
    }

    bool IsBuffer(JsonTree owner) => owner["buffer"] switch
    {
        null or { Kind: JsonTokenType.False } => false,
        { Kind: JsonTokenType.True } => true,
        { Line: var line } => throw bad(line, "'buffer' is neither true nor false"),
    };

    ElementType TypeOf(JsonTree owner)
    {
        if (owner["type"] is not { } type) return ElementType.Float32;
        foreach (var known in Enum.GetValues<ElementType>())
            if (known.NumPyName() == type.Text) return known;
        throw bad(type.Line, $"element type '{type.Text}' is unknown");
    }

    IReadOnlyList<JsonTree> List(JsonTree owner, string key, bool isRequired = false, bool ofObjects = true)
    {
        if (owner[key] is not { } list) return isRequired ? throw bad(owner.Line, $"'{key}' is missing") : [];
        if (!list.IsArray) throw bad(list.Line, $"'{key}' is no list");
        return !ofObjects || list.Items.FirstOrDefault(item => !item.IsObject) is not { } wrong
            ? list.Items
            : throw bad(wrong.Line, $"'{key}' holds something that is no object");
    }

    string Text(JsonTree owner, string key) =>
        owner[key] is { IsText: true } text ? text.Text
            : throw bad(owner[key]?.Line ?? owner.Line, $"'{key}' is missing or no text");

    void Known(JsonTree owner, params ReadOnlySpan<string> keys)
    {
        for (int n = 0; n < owner.Keys.Count; n++)
            if (!keys.Contains(owner.Keys[n])) throw bad(owner.Items[n].Line, $"unknown key '{owner.Keys[n]}'");
    }

    int Value(string name, int line) =>
        _values.TryGetValue(name, out int id) ? id : throw bad(line, $"'{name}' is used before anything defines it");

    void Define(string name, int line, int id)
    {
        if (!_values.TryAdd(name, id)) throw bad(line, $"'{name}' is defined twice");
    }

    static bool IsFloat(string number) => number.AsSpan().IndexOfAny(".eE") >= 0;
}
