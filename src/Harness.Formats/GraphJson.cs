using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats.Json;
using Harness.Formats.Storage;

namespace Harness.Formats;

/// <summary>Our own format for small graphs: a JSON document without weights.</summary>
/// <remarks><c>{"format": "harness-graph", "version": 1, "inputs", "parameters", "constants", "calls", "outputs"}</c>.
/// Calls stand in program order; <c>{"value": "x"}</c> names a value, a number with a point or exponent is a float,
/// others are integers, <c>{"float": "inf"}</c> is infinity.</remarks>
public static class GraphJson
{
    internal const string Format = "harness-graph";
    internal const string Version = "1";
    const int MaxLength = 64 << 20;

    /// <summary>Reads a graph.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">It is no such document; the message names the line.</exception>
    public static Graph Read(string path)
    {
        using var file = OpenedFile.Open(path);
        return Read(file);
    }

    /// <summary>The graph of a document.</summary>
    /// <param name="text">The document.</param>
    /// <param name="name">What it is called, for messages and places.</param>
    /// <exception cref="ModelFormatException">It is no such document; the message names the line.</exception>
    public static Graph Parse(string text, string name)
    {
        Exception Bad(int line, string message) =>
            new ModelFormatException(name, -1, Codes.ModelUnreadable, $"line {line}: {message}");
        return new GraphJsonReader(name, Bad).Read(JsonTree.Parse(Encoding.UTF8.GetBytes(text), Bad));
    }

    /// <summary>Writes a graph: the same graph gives the same text.</summary>
    /// <param name="path">The file; replaced only when the new one is complete.</param>
    /// <param name="graph">The graph.</param>
    public static void Write(string path, Graph graph) => AtomicFile.WriteText(path, Text(graph));

    internal static Graph Read(OpenedFile file)
    {
        if (file.Length > MaxLength)
            throw file.Bad(0, $"{file.Length} bytes of JSON; graphs up to {MaxLength} are read");
        Exception Bad(int line, string message) => file.Bad(-1, $"line {line}: {message}");
        var root = JsonTree.Parse(file.Span(0, (int)file.Length), Bad);
        return new GraphJsonReader(Path.GetFileName(file.Path), Bad).Read(root);
    }

    /// <summary>The document of a graph, one item a line.</summary>
    public static string Text(Graph graph)
    {
        var names = new string[graph.ValueCount];
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs) used.Add(names[input.Value] = input.Name);
        foreach (var parameter in graph.Parameters) used.Add(names[parameter.Value] = parameter.Key);
        foreach (var constant in graph.Constants) used.Add(names[constant.Value] = constant.Name);
        int next = 0;
        foreach (int result in graph.Calls.SelectMany(call => call.Results))
        {
            while (!used.Add($"v{++next}"))
            {
            }
            names[result] = FormattableString.Invariant($"v{next}");
        }
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\n  \"format\": \"{Format}\",\n  \"version\": {Version},\n");
        Section(text, "inputs", graph.Inputs.Select(i => Declaration(i.Name, i.Shape, i.Type)));
        Section(text, "parameters", graph.Parameters.Select(p => p.IsBuffer
            ? $"{Declaration(p.Key, p.Shape, p.Type)[..^1]}, \"buffer\": true}}"
            : Declaration(p.Key, p.Shape, p.Type)));
        if (graph.Constants.Length > 0)
        {
            Section(text, "constants", graph.Constants.Select(c =>
                $"{Declaration(c.Name, c.Tensor.Shape, c.Tensor.Type)[..^1]}, \"values\": " +
                $"[{string.Join(", ", Scalars.Texts(c.Tensor))}]}}"));
        }
        Section(text, "calls", graph.Calls.Select(call => Call(call, names)));
        Section(text, "outputs",
            graph.Outputs.Select(o => $"{{\"name\": {Quote(o.Name)}, \"value\": {Quote(names[o.Value])}}}"),
            isLast: true);
        return text.Append("}\n").ToString();
    }

    static void Section(StringBuilder text, string name, IEnumerable<string> items, bool isLast = false)
    {
        string body = string.Join(",\n    ", items);
        text.Append(CultureInfo.InvariantCulture, $"  \"{name}\": ")
            .Append(body.Length == 0 ? "[]" : $"[\n    {body}\n  ]")
            .Append(isLast ? "\n" : ",\n");
    }

    static string Declaration(string name, Shape? shape, ElementType type)
    {
        string extents = shape is { } known ? $", \"shape\": [{string.Join(", ", known)}]" : "";
        return $"{{\"name\": {Quote(name)}{extents}, \"type\": \"{type.NumPyName()}\"}}";
    }

    static string Call(Call call, string[] names)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\"name\": {Quote(call.Name)}, ");
        if (call.Place.Module.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"\"module\": {Quote(call.Place.Module)}, ");
        text.Append(CultureInfo.InvariantCulture, $"\"target\": {Quote(call.Target)}, ");
        text.Append(CultureInfo.InvariantCulture,
            $"\"arguments\": [{string.Join(", ", call.Arguments.Select(a => Value(a, names)))}], ");
        if (call.Keywords.Length > 0)
        {
            string keywords = string.Join(", ", call.Keywords.Select(k => $"{Quote(k.Name)}: {Value(k.Value, names)}"));
            text.Append(CultureInfo.InvariantCulture, $"\"keywords\": {{{keywords}}}, ");
        }
        return text.Append(CultureInfo.InvariantCulture,
            $"\"results\": [{string.Join(", ", call.Results.Select(r => Quote(names[r])))}]}}").ToString();
    }

    static string Value(Argument argument, string[] names) => argument switch
    {
        ValueArgument value => $"{{\"value\": {Quote(names[value.Id])}}}",
        IntArgument number => number.ToString(),
        FloatArgument number => Scalars.Text(number.Number),
        BoolArgument flag => flag.Flag ? "true" : "false",
        TextArgument text => Quote(text.Text),
        ListArgument list => $"[{string.Join(", ", list.Items.Select(item => Value(item, names)))}]",
        _ => "null",
    };

    static string Quote(string text) =>
        $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
