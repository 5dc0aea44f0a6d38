using System.Globalization;
using System.IO.Compression;
using System.Text;
using Harness.Executor.Model;
using Harness.Formats.Storage;
using Harness.Formats.Zip;

namespace Harness.Formats.TorchScript;

/// <summary>A TorchScript archive whose <c>forward</c> takes tensors alone and returns a list of tensors, for a host
/// that can hand over and receive nothing else: the archive's own <c>forward</c> stays as it is under another name, and
/// one that calls it takes its place.</summary>
public static class TensorForward
{
    const string Own = "forward__of_model";

    /// <summary>The bytes of such an archive; null where the file's own <c>forward</c> is one already.</summary>
    /// <param name="path">A TorchScript archive.</param>
    /// <param name="arguments">What is given to arguments that are no tensors: <c>sr=16000</c>.</param>
    /// <param name="outputs">The outputs of the model's graph, which are the tensors that it returns.</param>
    /// <exception cref="ModelException">The file cannot be read.</exception>
    public static byte[]? Rewrite(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> outputs)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(outputs);
        using var file = OpenedFile.Open(path);
        var zip = ZipView.Open(file);
        string root = FileKinds.PickleRoot(zip) ?? throw file.Bad(-1, "this is no TorchScript archive");
        var archive = new ScriptArchive(zip, root);
        if (archive.Class(archive.Module.ClassName) is not var (source, found)
            || !found.Methods.TryGetValue("forward", out var forward)) return null;
        if (forward.Parameters.Skip(1).All(parameter => ScriptType.IsTensor(parameter.Type))
            && (forward.Returns is null || IsPlain(forward.Returns))) return null;
        string wrapper = Wrapper(archive, forward, arguments, outputs);
        return WithSource(path, root + source.File, forward.Line, wrapper);
    }

    // Tensors, and tuples and lists of them.
    static bool IsPlain(Expression type) => ScriptType.IsTensor(type)
        || (type is SubscriptExpression { Target: NameExpression { Name: "Tuple" or "List" }, Index: var items }
            && (items is TupleExpression several ? several.Items.All(IsPlain) : IsPlain(items)));

    static string Wrapper(
        ScriptArchive archive, Function forward, IReadOnlyList<string> arguments, IReadOnlyList<string> outputs)
    {
        var texts = arguments.Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var (taken, given) = (new List<string>(), new List<string>());
        foreach (var parameter in forward.Parameters.Skip(1))
        {
            string? text = texts.GetValueOrDefault(parameter.Name);
            if (ScriptType.IsTensor(parameter.Type) || text == ScriptArguments.TensorWord)
            {
                taken.Add($"{parameter.Name}: Tensor");
                given.Add($"{parameter.Name}={parameter.Name}");
            }
            else if (text is not null)
            {
                var value = ScriptType.Parse(parameter.Type!, text)
                    ?? throw archive.Misused($"argument '{parameter.Name}' is '{text}'");
                given.Add($"{parameter.Name}={Literal(value)}");
            }
            else if (ScriptType.TensorsOf(parameter.Type!) is { } count)
            {
                string[] names = [.. Enumerable.Range(0, count).Select(
                    n => string.Create(CultureInfo.InvariantCulture, $"{parameter.Name}__{n}"))];
                taken.AddRange(names.Select(name => $"{name}: Tensor"));
                given.Add($"{parameter.Name}=({string.Concat(names.Select(name => $"{name}, "))})");
            }
        }
        var results = new List<string>();
        string[] ports = [.. outputs];
        Results(archive, forward.Returns, "r", ports is ["0"] && ScriptType.IsTensor(forward.Returns) ? "0" : "", ports,
            results);
        string inputs = string.Concat(taken.Select(one => $", {one}"));
        return $"""
              def forward(self: {archive.Module.ClassName}{inputs}) -> List[Tensor]:
                r = (self).{Own}({string.Join(", ", given)})
                return [{string.Join(", ", results)}]

            """.Replace("\r", "", StringComparison.Ordinal);
    }

    // An expression for each tensor of a value that the graph has as an output: its name is the way to it.
    static void Results(
        ScriptArchive archive, Expression? type, string value, string name, string[] outputs, List<string> results)
    {
        if (ScriptType.IsTensor(type))
        {
            if (outputs.Contains(name)) results.Add($"unchecked_cast(Tensor, {value})");
            return;
        }
        string[] below = [.. outputs.Where(output => name.Length == 0
            || output == name || output.StartsWith(name + ".", StringComparison.Ordinal))];
        if (below.Length == 0) return;
        switch (type)
        {
            case SubscriptExpression { Target: NameExpression { Name: "Optional" }, Index: var inner }:
                string cast = ScriptType.IsTensor(inner) ? value
                    : $"unchecked_cast({ScriptType.Name(inner)}, {value})";
                Results(archive, inner, cast, name, outputs, results);
                break;
            case SubscriptExpression { Target: NameExpression { Name: "Tuple" }, Index: var items }:
                var parts = items is TupleExpression several ? several.Items : [items];
                for (int n = 0; n < parts.Count; n++)
                    Results(archive, parts[n], $"({value})[{n}]", Below(name, $"{n}"), outputs, results);
                break;
            case SubscriptExpression { Target: NameExpression { Name: "List" }, Index: var item }:
                for (int n = 0; below.Any(output => IsAt(output, Below(name, $"{n}"))); n++)
                    Results(archive, item, $"({value})[{n}]", Below(name, $"{n}"), outputs, results);
                break;
            case SubscriptExpression
            {
                Target: NameExpression { Name: "Dict" }, Index: TupleExpression { Items: [_, var held] },
            }:
                foreach (string key in below.Select(output => KeyOf(output, name, held)).Distinct())
                    Results(archive, held, $"({value})[{Quoted(key)}]", Below(name, key), outputs, results);
                break;
            case AttributeExpression named when archive.Class(ScriptType.Name(named)) is (_, { } found):
                for (int n = 0; n < found.Fields.Count; n++)
                {
                    var (field, of) = found.Fields[n];
                    Results(archive, of, $"({value})[{n}]", Below(name, field), outputs, results);
                }
                break;
            default:
                throw archive.Unsupported($"forward returns {ScriptType.Name(type!)}, which cannot be received");
        }
    }

    static string Below(string name, string part) => name.Length == 0 ? part : $"{name}.{part}";

    static bool IsAt(string output, string name) =>
        output == name || output.StartsWith(name + ".", StringComparison.Ordinal);

    // The rest of the name where a tensor is held, which may have dots itself; else up to the next dot.
    static string KeyOf(string output, string name, Expression held)
    {
        string rest = name.Length == 0 ? output : output[(name.Length + 1)..];
        return ScriptType.IsTensor(held) || !rest.Contains('.', StringComparison.Ordinal) ? rest
            : rest[..rest.IndexOf('.', StringComparison.Ordinal)];
    }

    static string Literal(ScriptValue value) => value switch
    {
        ConstantScriptValue { Value: TextArgument text } => Quoted(text.Text),
        ConstantScriptValue { Value: FloatArgument number } => ToText(number.Number),
        ConstantScriptValue constant => constant.Value.ToString()!,
        ListScriptValue { IsTuple: true } tuple =>
            $"({string.Concat(tuple.Items.Select(item => Literal(item) + ", "))})",
        ListScriptValue list => $"[{string.Join(", ", list.Items.Select(Literal))}]",
        _ => throw new InvalidOperationException($"{value.Kind} is no literal"),
    };

    // With a point, or Python takes it for an integer.
    static string ToText(double number) => double.IsFinite(number)
        ? number.ToString("R", CultureInfo.InvariantCulture) is var text && text.AsSpan().ContainsAny(".eE") ? text
            : text + "."
        : double.IsNaN(number) ? "float(\"nan\")" : number > 0 ? "float(\"inf\")" : "float(\"-inf\")";

    static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    static byte[] WithSource(string path, string name, int line, string wrapper)
    {
        using var source = ZipFile.OpenRead(path);
        using var bytes = new MemoryStream();
        using (var target = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in source.Entries)
            {
                using var read = entry.Open();
                using var written = target.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                if (entry.FullName != name)
                {
                    read.CopyTo(written);
                    continue;
                }
                using var reader = new StreamReader(read, Encoding.UTF8);
                string[] lines = reader.ReadToEnd().Split('\n');
                lines[line - 1] = wrapper
                    + lines[line - 1].Replace("def forward(", $"def {Own}(", StringComparison.Ordinal);
                written.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
            }
        }
        return bytes.ToArray();
    }
}
