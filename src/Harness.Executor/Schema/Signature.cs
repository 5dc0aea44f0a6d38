using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Executor.Schema;

/// <summary>A parameter of an operator.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsKeywordOnly">True when it must be given by name.</param>
/// <param name="Default">What it is where a call leaves it out; null where a call must not.</param>
public sealed record Parameter(string Name, SchemaType Type, bool IsKeywordOnly, Argument? Default)
{
    /// <summary>The schema's text.</summary>
    public override string ToString() => Default is null ? $"{Type} {Name}" : $"{Type} {Name}={Text(Default)}";

    // Numbers as PyTorch prints them: 17 digits, and a point where nothing else tells a float from an integer.
    static string Text(Argument value) => value switch
    {
        FloatArgument { Number: var number } =>
            number.ToString("G17", CultureInfo.InvariantCulture).ToLowerInvariant() is var text
                && text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + "." : text,
        TextArgument { Text: var text } => $"\"{text}\"",
        ListArgument { Items: var items } => $"[{string.Join(", ", items.Select(Text))}]",
        _ => value.ToString()!,
    };
}

/// <summary>A result of an operator.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its name; empty where it has none.</param>
public sealed record Result(SchemaType Type, string Name)
{
    /// <summary>The schema's text.</summary>
    public override string ToString() => Name.Length == 0 ? Type.ToString() : $"{Type} {Name}";
}

/// <summary>One overload of an operator, as PyTorch's schemas state it:
/// <c>aten::conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, …) -> Tensor</c>.</summary>
/// <remarks>The syntax is PyTorch's (aten/src/ATen/native/README.md): names, types, defaults, which parameters are
/// given by name alone, what shares memory with what, and what is written.</remarks>
public sealed class Signature
{
    readonly int _positional;

    internal Signature(
        string target,
        string overload,
        ImmutableArray<Parameter> parameters,
        ImmutableArray<Result> results,
        bool isVariadic)
    {
        Target = target;
        Overload = overload;
        Parameters = parameters;
        Results = results;
        IsVariadic = isVariadic;
        while (_positional < parameters.Length && !parameters[_positional].IsKeywordOnly) _positional++;
    }

    /// <summary>The operator with its namespace and without overload: <c>aten::conv2d</c>.</summary>
    public string Target { get; }

    /// <summary>The overload: <c>padding</c>; empty for the one without a name.</summary>
    public string Overload { get; }

    /// <summary>Operator and overload: <c>aten::conv2d.padding</c>.</summary>
    public string Name => Overload.Length == 0 ? Target : $"{Target}.{Overload}";

    /// <summary>The parameters, in order.</summary>
    public ImmutableArray<Parameter> Parameters { get; }

    /// <summary>The results, in order.</summary>
    public ImmutableArray<Result> Results { get; }

    /// <summary>True when more arguments may follow, of any type.</summary>
    public bool IsVariadic { get; }

    /// <summary>Reads a schema; an operator without <c>::</c> is in <c>aten</c>.</summary>
    /// <exception cref="FormatException">The text is no schema.</exception>
    public static Signature Parse(string text) => new SchemaReader(text).Read();

    /// <summary>Binds a call's arguments to this signature's names, what is left out to its default; null when they do
    /// not fit.</summary>
    public Bound? Bind(Call call)
    {
        if (call.Arguments.Length > _positional && !IsVariadic) return null;
        var values = new Dictionary<string, Argument>(StringComparer.Ordinal);
        for (int i = 0; i < Math.Min(call.Arguments.Length, _positional); i++)
            values[Parameters[i].Name] = call.Arguments[i];
        foreach (var keyword in call.Keywords)
            if (!values.TryAdd(keyword.Name, keyword.Value)) return null;
        var operands = ImmutableArray.CreateBuilder<int>();
        foreach (var parameter in Parameters)
        {
            if (!values.TryGetValue(parameter.Name, out var value))
            {
                if (parameter.Default is null) return null;
                values[parameter.Name] = value = parameter.Default;
            }
            if (!parameter.Type.Takes(value)) return null;
            if (parameter.Type.Kind != ValueKind.Tensor) continue;
            if (value is ValueArgument single) operands.Add(single.Id);
            if (value is ListArgument list)
                operands.AddRange(list.Items.OfType<ValueArgument>().Select(item => item.Id));
        }
        return values.Count == Parameters.Length ? new Bound(this, call, values, operands.ToImmutable()) : null;
    }

    /// <summary>A call with the numbers that stand where this signature has tensors replaced.</summary>
    internal Call Replace(Call call, Func<Argument, Argument> tensorOf)
    {
        return call with
        {
            Arguments = [.. call.Arguments.Select((argument, i) =>
                i < Parameters.Length && IsTensor(Parameters[i]) ? Replaced(argument) : argument)],
            Keywords = [.. call.Keywords.Select(keyword =>
                Parameters.Any(parameter => parameter.Name == keyword.Name && IsTensor(parameter))
                    ? keyword with { Value = Replaced(keyword.Value) } : keyword)],
        };

        static bool IsTensor(Parameter parameter) => parameter.Type.Kind == ValueKind.Tensor;

        Argument Replaced(Argument argument) => argument switch
        {
            IntArgument or FloatArgument or BoolArgument => tensorOf(argument),
            ListArgument list => Argument.Of([.. list.Items.Select(Replaced)]),
            _ => argument,
        };
    }

    /// <summary>This operator in place: it writes its first operand, which is its result. Null where it computes no
    /// tensor from a tensor.</summary>
    internal Signature? InPlace()
    {
        if (Parameters is not [{ Type: { Kind: ValueKind.Tensor, IsList: false } } self, ..]
            || Results is not [{ Type: { Kind: ValueKind.Tensor, IsList: false } } result]) return null;
        self = self with { Type = self.Type with { Alias = AliasSet.Written } };
        return new Signature(Target + "_", Overload, Parameters.SetItem(0, self),
            [result with { Type = result.Type with { Alias = AliasSet.Written } }], IsVariadic);
    }

    /// <summary>The schema's text.</summary>
    public override string ToString()
    {
        var parts = Parameters.Take(_positional).Select(parameter => parameter.ToString()).ToList();
        if (_positional < Parameters.Length)
            parts.AddRange(Parameters.Skip(_positional).Select(parameter => parameter.ToString()).Prepend("*"));
        if (IsVariadic) parts.Add("...");
        string results = Results is [{ Name: "" } only] ? only.ToString() : $"({string.Join(", ", Results)})";
        return $"{Name}({string.Join(", ", parts)}) -> {results}";
    }
}
