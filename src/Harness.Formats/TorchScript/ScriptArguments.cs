using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>The arguments of the root's <c>forward</c>: tensors are inputs, and what is no tensor is given in words, as
/// <c>sr=16000</c>, or has a default.</summary>
/// <param name="given">Names and values.</param>
sealed class ScriptArguments(IReadOnlyList<string> given)
{
    // What an optional tensor is called that is an input too.
    internal const string TensorWord = "tensor";

    /// <summary>The arguments, without <c>self</c>.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="file">Where <c>forward</c> stands.</param>
    /// <param name="forward">The function.</param>
    /// <param name="inputs">Gets the names of the inputs.</param>
    /// <exception cref="ModelException">PAR1002: one is neither a tensor nor given; PAR9003: what is given is not of
    /// its type, or nothing is called so.</exception>
    public List<ScriptValue> Of(ScriptArchive archive, SourceFile file, Function forward, List<string> inputs)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string word in given)
        {
            int equals = word.IndexOf('=');
            if (equals < 1 || !texts.TryAdd(word[..equals], word[(equals + 1)..]))
                throw Usage(archive, $"argument '{word}': expected NAME=VALUE, each name once");
        }
        var values = new List<ScriptValue>();
        foreach (var parameter in forward.Parameters.Skip(1))
        {
            texts.Remove(parameter.Name, out string? text);
            values.Add(Value(parameter, text));
        }
        if (texts.Count == 0) return values;
        string[] known = [.. forward.Parameters.Skip(1).Where(parameter => !ScriptType.IsTensor(parameter.Type))
            .Select(parameter => parameter.Name)];
        throw Usage(archive, $"argument '{texts.First().Key}': forward takes no such argument; "
            + (known.Length == 0 ? "all it takes are tensors" : $"it takes {string.Join(", ", known)}"));

        ScriptValue Value(Parameter parameter, string? text)
        {
            var type = parameter.Type;
            if (ScriptType.IsTensor(type))
            {
                return text is null ? Input(parameter.Name) : throw Usage(
                    archive, $"argument '{parameter.Name}' is a tensor; give it as an input");
            }
            if (text is null && ScriptType.TensorsOf(type!) is { } count)
            {
                return new ListScriptValue(Enumerable.Range(0, count).Select(
                    n => Input(string.Create(CultureInfo.InvariantCulture, $"{parameter.Name}.{n}"))), isTuple: true);
            }
            if (text == TensorWord && ScriptType.Optional(type!) is { } inner && ScriptType.IsTensor(inner))
                return Input(parameter.Name);
            if (text is not null)
            {
                return ScriptType.Parse(type!, text) ?? throw Usage(archive,
                    $"argument '{parameter.Name}' is '{text}', expected {ScriptType.Name(type!)}");
            }
            if (parameter.Default is { } other && ScriptType.Literal(other) is { } value) return value;
            string give = ScriptType.Optional(type!) is { } option && ScriptType.IsTensor(option)
                ? $"{parameter.Name}=None, or {parameter.Name}={TensorWord} where it is an input"
                : $"{parameter.Name}=VALUE";
            throw archive.Unsupported($"{file.File}:{forward.Line}: forward's argument '{parameter.Name}' is no tensor "
                + $"but {ScriptType.Name(type!)}, and has no default; give it: --argument {give}");
        }

        InputScriptValue Input(string name)
        {
            inputs.Add(name);
            return new InputScriptValue(inputs.Count - 1, name);
        }
    }

    static ModelFormatException Usage(ScriptArchive archive, string message) => archive.Misused(message);
}
