using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>What the operators mean on texts: Python's methods, as far as models use them.</summary>
static class ScriptTexts
{
    /// <summary>A function whose first argument is a text; null for what is none.</summary>
    /// <exception cref="ScriptFault">What Python raises.</exception>
    /// <exception cref="OverflowException">The result is too large.</exception>
    public static ScriptValue? Call(string name, string text, IReadOnlyList<ScriptValue> arguments)
    {
        string? other = (arguments.ElementAtOrDefault(1) as ConstantScriptValue)?.Value is TextArgument given
            ? given.Text : null;
        switch (name, other)
        {
            case ("len", _): return Number(text.Length);
            case ("lower", _): return Text(text.ToLowerInvariant());
            case ("upper", _): return Text(text.ToUpperInvariant());
            case ("strip", _): return Text(other is null ? text.Trim() : text.Trim(other.ToCharArray()));
            case ("lstrip", _): return Text(other is null ? text.TrimStart() : text.TrimStart(other.ToCharArray()));
            case ("rstrip", _): return Text(other is null ? text.TrimEnd() : text.TrimEnd(other.ToCharArray()));
            case ("isdigit", _): return Truth(text.Length > 0 && text.All(char.IsAsciiDigit));
            case ("startswith", { } start): return Truth(text.StartsWith(start, StringComparison.Ordinal));
            case ("endswith", { } end): return Truth(text.EndsWith(end, StringComparison.Ordinal));
            case ("find", { } part):
                var (first, letters, _) = ScriptContainers.Range(text.Length, [arguments[0], .. arguments.Skip(2)]);
                int place = text.AsSpan(first, letters).IndexOf(part, StringComparison.Ordinal);
                return Number(place < 0 ? -1 : first + place);
            case ("__contains__", { } part): return Truth(text.Contains(part, StringComparison.Ordinal));
            case ("replace", { Length: > 0 } old) when arguments is [_, _, ConstantScriptValue
                { Value: TextArgument fresh }]:
                return Text(text.Replace(old, fresh.Text, StringComparison.Ordinal));
            case ("split", { Length: > 0 } separator) when arguments.Count == 2:
                return Texts(text.Split(separator));
            case ("split", null) when arguments.Count == 1 || arguments[1] is ConstantScriptValue
                { Value: NoneArgument }:
                return Texts(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            case ("list", _): return Texts(text.Select(one => one.ToString()));
            case ("join", _) when arguments is [_, ListScriptValue list]: return Joined(text, list);
            case ("add", { } more): return Text(text + more);
            case ("mul", _) when arguments is [_, ConstantScriptValue { Value: IntArgument { Number: var times } }]:
                if (times > 0 && text.Length > 0 && times > 1_000_000 / text.Length)
                    throw new OverflowException("a text of more than 1000000 characters");
                return Text(string.Concat(Enumerable.Repeat(text, (int)Math.Max(0, text.Length == 0 ? 0 : times))));
            case ("eq", { } same): return Truth(text == same);
            case ("ne", { } same): return Truth(text != same);
            case ("lt", { } right): return Truth(string.CompareOrdinal(text, right) < 0);
            case ("gt", { } right): return Truth(string.CompareOrdinal(text, right) > 0);
            case ("le", { } right): return Truth(string.CompareOrdinal(text, right) <= 0);
            case ("ge", { } right): return Truth(string.CompareOrdinal(text, right) >= 0);
            case ("__getitem__", _) when arguments is
                [_, ConstantScriptValue { Value: IntArgument { Number: var at } }]:
                long letter = at < 0 ? at + text.Length : at;
                return letter >= 0 && letter < text.Length ? Text(text[(int)letter].ToString())
                    : throw new ScriptFault($"index {at} into {text.Length} characters");
            case ("slice", _):
                var (from, count, step) = ScriptContainers.Range(text.Length, arguments);
                return Text(string.Concat(Enumerable.Range(0, count).Select(n => text[from + n * step])));
            case ("ord", _) when text.Length == 1: return Number(text[0]);
            case ("Int", _):
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
                    ? Number(whole) : throw new ScriptFault($"int() of the text '{text}'");
            case ("Float", _):
                return ToDouble(text) is { } number ? new ConstantScriptValue(Argument.Of(number))
                    : throw new ScriptFault($"float() of the text '{text}'");
            case ("format", _): return ScriptText.ToValue(ScriptText.Format(text, [.. arguments.Skip(1)]));
            case ("percentFormat", _):
                var values = arguments is [_, ListScriptValue { IsTuple: true } tuple] ? tuple.Items
                    : [.. arguments.Skip(1)];
                return ScriptText.Percent(text, values) is { } written ? ScriptText.ToValue(written) : null;
            default: return null;
        }
    }

    static double? ToDouble(string text) => text.Trim().ToLowerInvariant() switch
    {
        "inf" or "+inf" or "infinity" => double.PositiveInfinity,
        "-inf" or "-infinity" => double.NegativeInfinity,
        "nan" => double.NaN,
        var digits => double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number : null,
    };

    static ScriptValue Joined(string separator, ListScriptValue list)
    {
        var pieces = list.Items.Select(item => item is ConstantScriptValue { Value: TextArgument }
            ? ScriptText.Of(item) : (ScriptText.Of(item).Text, false)).ToArray();
        return ScriptText.ToValue((string.Join(separator, pieces.Select(piece => piece.Item1)),
            pieces.All(piece => piece.Item2)));
    }

    static ScriptValue Text(string text) => ScriptText.ToValue((text, true));

    static ListScriptValue Texts(IEnumerable<string> texts) => new(texts.Select(Text), isTuple: false);

    static ConstantScriptValue Number(long number) => new(Argument.Of(number));

    static ConstantScriptValue Truth(bool flag) => new(Argument.Of(flag));
}
