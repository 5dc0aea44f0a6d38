using System.Globalization;
using System.Text;
using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>Values as Python writes them. How floating-point numbers and tensors are written is nobody's business
/// here: a text that holds one is for people alone, and is compared with nothing.</summary>
static class ScriptText
{
    const int MaxLength = 1_000_000;

    /// <summary><c>str(value)</c>.</summary>
    /// <returns>The text, and whether it is exactly Python's.</returns>
    public static (string Text, bool IsExact) Of(ScriptValue value) => Of(value, quoted: false, 0);

    /// <summary>A text as a value.</summary>
    /// <exception cref="OverflowException">It is too long.</exception>
    public static ScriptValue ToValue((string Text, bool IsExact) text) =>
        text.Text.Length > MaxLength ? throw new OverflowException($"a text of more than {MaxLength} characters")
        : text.IsExact ? new ConstantScriptValue(Argument.Of(text.Text))
        : new OpaqueScriptValue(text.Text);

    /// <summary><c>"{} of {}".format(a, b)</c>.</summary>
    public static (string Text, bool IsExact) Format(string format, IReadOnlyList<ScriptValue> values)
    {
        var text = new StringBuilder();
        bool exact = true;
        int at = 0, next = 0;
        while (at < format.Length)
        {
            int hole = format.IndexOf("{}", at, StringComparison.Ordinal);
            if (hole < 0 || next >= values.Count) break;
            var (piece, isExact) = Of(values[next++]);
            text.Append(format, at, hole - at).Append(piece);
            exact &= isExact;
            at = hole + 2;
            if (text.Length > MaxLength) break;
        }
        return (text.Append(format, at, format.Length - at).ToString(), exact);
    }

    /// <summary><c>"%d of %s" % (a, b)</c>; null for other conversions.</summary>
    public static (string Text, bool IsExact)? Percent(string format, IReadOnlyList<ScriptValue> values)
    {
        var text = new StringBuilder();
        bool exact = true;
        int next = 0;
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }
            char conversion = format[++at];
            if (conversion == '%')
            {
                text.Append('%');
                continue;
            }
            if (conversion is not ('d' or 'i' or 's') || next >= values.Count) return null;
            var (piece, isExact) = Of(values[next++]);
            text.Append(piece);
            exact &= isExact;
            if (text.Length > MaxLength) break;
        }
        return (text.ToString(), exact);
    }

    static (string Text, bool IsExact) Of(ScriptValue value, bool quoted, int depth)
    {
        switch (value)
        {
            case ConstantScriptValue { Value: TextArgument text }:
                return (quoted ? $"'{text.Text}'" : text.Text, !quoted);
            case ConstantScriptValue { Value: FloatArgument number }:
                return (number.Number.ToString("R", CultureInfo.InvariantCulture), false);
            case ConstantScriptValue constant: return (constant.Value.ToString()!, true);
            case OpaqueScriptValue opaque: return (opaque.Kind, false);
            case ListScriptValue list when depth < 8:
                var items = list.Items.Take(100).Select(item => Of(item, true, depth + 1)).ToArray();
                string inner = string.Join(", ", items.Select(item => item.Text));
                string comma = list is { IsTuple: true, Items.Count: 1 } ? "," : "";
                return (list.IsTuple ? $"({inner}{comma})" : $"[{inner}]",
                    items.Length == list.Items.Count && items.All(item => item.IsExact));
            default: return ($"<{value.Kind}>", false);
        }
    }
}
