using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Executor.Schema;

/// <summary>An operator's parameter list, written as PyTorch's native_functions.yaml writes it:
/// <c>conv2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, …)</c>.</summary>
/// <remarks>The syntax is PyTorch's (aten/src/ATen/native/README.md). <c>*</c> marks the start of keyword-only
/// parameters. Types used here: Tensor, int, float, bool, Scalar, str; each optional (<c>int?</c>), a list
/// (<c>int[2]</c>), a list of optionals (<c>int?[2]</c>); aliases (<c>Tensor(a)</c>) count for nothing. <c>SymInt</c>
/// counts as int and
/// <c>ScalarType</c>, <c>Layout</c>, <c>MemoryFormat</c> as the int that TorchScript writes; <c>Device</c> is a
/// string.</remarks>
public sealed class Signature
{
    readonly ImmutableArray<Parameter> _parameters;
    readonly int _positional;

    Signature(string target, ImmutableArray<Parameter> parameters, int positional)
    {
        Target = target;
        _parameters = parameters;
        _positional = positional;
    }

    sealed record Parameter(
        string Name, string Type, bool Optional, int ListLength, bool IsList, bool ItemsOptional, Argument? Default);

    /// <summary>The operator with its namespace and without overload: <c>aten::conv2d</c>.</summary>
    public string Target { get; }

    /// <summary>Reads a signature; an operator without <c>::</c> is in <c>aten</c>.</summary>
    /// <exception cref="FormatException">The text is not a signature.</exception>
    public static Signature Parse(string text)
    {
        int open = text.IndexOf('(');
        int close = open < 0 ? -1 : Closing(text, open);
        if (open < 1 || close < open) throw new FormatException($"'{text}' is no signature");
        string target = text[..open].Trim();
        int dot = target.IndexOf('.');
        if (dot >= 0) target = target[..dot];
        if (!target.Contains("::", StringComparison.Ordinal)) target = "aten::" + target;
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        int positional = -1;
        foreach (string part in SplitTop(text[(open + 1)..close]))
        {
            if (part == "*") positional = parameters.Count;
            else parameters.Add(ParseParameter(part));
        }
        return new Signature(target, parameters.ToImmutable(), positional < 0 ? parameters.Count : positional);
    }

    /// <summary>Binds a call's arguments to this signature's names; null when they do not fit.</summary>
    public Bound? Bind(Call call)
    {
        if (call.Arguments.Length > _positional) return null;
        var values = new Dictionary<string, Argument>(StringComparer.Ordinal);
        for (int i = 0; i < call.Arguments.Length; i++) values[_parameters[i].Name] = call.Arguments[i];
        foreach (var keyword in call.Keywords)
            if (!values.TryAdd(keyword.Name, keyword.Value)) return null;
        var operands = ImmutableArray.CreateBuilder<int>();
        foreach (var parameter in _parameters)
        {
            if (!values.TryGetValue(parameter.Name, out var value))
            {
                if (parameter.Default is null) return null;
                values[parameter.Name] = value = parameter.Default;
            }
            if (!Fits(parameter, value)) return null;
            if (parameter.Type != "Tensor") continue;
            if (value is ValueArgument single) operands.Add(single.Id);
            if (value is ListArgument list)
                operands.AddRange(list.Items.OfType<ValueArgument>().Select(item => item.Id));
        }
        return values.Count == _parameters.Length ? new Bound(call, values, operands.ToImmutable()) : null;
    }

    static bool Fits(Parameter parameter, Argument value)
    {
        if (value is NoneArgument) return parameter.Optional;
        if (value is ListArgument list)
            return parameter.IsList && list.Items.All(item =>
                item is NoneArgument ? parameter.ItemsOptional : FitsOne(parameter.Type, item));
        // PyTorch broadcasts one int to int[n].
        return (!parameter.IsList || parameter.ListLength > 0) && FitsOne(parameter.Type, value);
    }

    static bool FitsOne(string type, Argument value) => type switch
    {
        "Tensor" => value is ValueArgument,
        "int" => value is IntArgument,
        "float" => value is FloatArgument or IntArgument,
        "bool" => value is BoolArgument or IntArgument { Number: 0 or 1 },
        "Scalar" => value is IntArgument or FloatArgument or BoolArgument,
        "str" => value is TextArgument,
        _ => false,
    };

    static Parameter ParseParameter(string text)
    {
        Argument? fallback = null;
        int equals = text.IndexOf('=');
        if (equals >= 0)
        {
            fallback = ParseDefault(text[(equals + 1)..].Trim());
            text = text[..equals].Trim();
        }
        int space = text.LastIndexOf(' ');
        if (space < 0) throw new FormatException($"'{text}' is no parameter");
        string type = text[..space].Trim(), name = text[(space + 1)..];
        bool optional = type.EndsWith('?');
        if (optional) type = type[..^1];
        int length = 0;
        bool isList = type.EndsWith(']'), itemsOptional = false;
        if (isList)
        {
            int bracket = type.IndexOf('[');
            string count = type[(bracket + 1)..^1];
            if (count.Length > 0) length = int.Parse(count, CultureInfo.InvariantCulture);
            type = type[..bracket];
            itemsOptional = type.EndsWith('?');
            if (itemsOptional) type = type[..^1];
        }
        int alias = type.IndexOf('(');
        if (alias >= 0) type = type[..alias];
        type = type switch
        {
            "SymInt" or "ScalarType" or "Layout" or "MemoryFormat" => "int",
            "Device" => "str",
            "Tensor" or "int" or "float" or "bool" or "Scalar" or "str" => type,
            _ => throw new FormatException($"'{text}' has the unknown type '{type}'"),
        };
        return new Parameter(name, type, optional, length, isList, itemsOptional, fallback);
    }

    static int Closing(string text, int open)
    {
        int depth = 0;
        for (int i = open; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            if (text[i] == ')' && --depth == 0) return i;
        }
        return -1;
    }

    static Argument ParseDefault(string text)
    {
        if (text == "None") return Argument.None;
        if (text is "True" or "False") return Argument.Of(text == "True");
        if (text.StartsWith('\'') || text.StartsWith('"')) return Argument.Of(text[1..^1]);
        if (text.StartsWith('['))
            return Argument.Of([.. SplitTop(text[1..^1]).Select(ParseDefault)]);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
            return Argument.Of(integer);
        return Argument.Of(double.Parse(text, CultureInfo.InvariantCulture));
    }

    static IEnumerable<string> SplitTop(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '(' or '[') depth++;
            if (text[i] is ')' or ']') depth--;
            if (text[i] != ',' || depth > 0) continue;
            yield return text[start..i].Trim();
            start = i + 1;
        }
        string last = text[start..].Trim();
        if (last.Length > 0) yield return last;
    }
}
