using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Executor.Schema;

/// <summary>Reads one schema: <c>aten::cat(Tensor[] tensors, int dim=0) -> Tensor</c>.</summary>
/// <param name="text">The schema.</param>
ref struct SchemaReader(string text)
{
    int _at;

    /// <summary>The schema as a signature.</summary>
    /// <exception cref="FormatException">The text is no schema; the message says where.</exception>
    public Signature Read()
    {
        string name = Until('(');
        int dot = name.IndexOf('.');
        string target = dot < 0 ? name : name[..dot];
        if (!target.Contains("::", StringComparison.Ordinal)) target = "aten::" + target;
        Demand("(");
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        bool keywordOnly = false, variadic = false;
        while (!Take(")"))
        {
            if (parameters.Count > 0 || keywordOnly) Demand(", ");
            if (Take("...")) variadic = true;
            else if (!keywordOnly && Take("*"))
            {
                keywordOnly = true;
                continue;
            }
            else parameters.Add(ReadParameter(keywordOnly));
        }
        Demand(" -> ");
        var results = ReadResults();
        return _at == text.Length
            ? new Signature(
                target, dot < 0 ? "" : name[(dot + 1)..], parameters.ToImmutable(), results, variadic)
            : throw Bad("the end");
    }

    Parameter ReadParameter(bool keywordOnly)
    {
        var type = ReadType();
        Demand(" ");
        string name = Word();
        return new Parameter(name, type, keywordOnly, Take("=") ? ReadDefault() : null);
    }

    ImmutableArray<Result> ReadResults()
    {
        var results = ImmutableArray.CreateBuilder<Result>();
        if (!Take("(")) return [new Result(ReadType(), "")];
        while (!Take(")"))
        {
            if (results.Count > 0) Demand(", ");
            var type = ReadType();
            results.Add(new Result(type, Take(" ") ? Word() : ""));
        }
        return results.ToImmutable();
    }

    SchemaType ReadType()
    {
        string name = Word();
        var type = new SchemaType(SchemaType.KindOf(name), name) { Alias = ReadAlias() };
        bool optional = Take("?");
        if (!Take("[")) return optional ? type with { IsOptional = true } : type;
        string length = Until(']');
        Demand("]");
        return type with
        {
            IsList = true,
            ItemsOptional = optional,
            Length = length.Length == 0 ? 0 : int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture),
            ListAlias = ReadAlias(),
            IsOptional = Take("?"),
        };
    }

    AliasSet? ReadAlias()
    {
        if (!Take("(")) return null;
        var alias = AliasSet.Parse(Until(')'));
        Demand(")");
        return alias;
    }

    /// <summary>The value of a text in the syntax of defaults: <c>[1, 1]</c>, <c>"same"</c>, <c>None</c>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static Argument ReadValue(string value)
    {
        var reader = new SchemaReader(value);
        var read = reader.ReadDefault();
        return reader._at == value.Length ? read : throw reader.Bad("the end");
    }

    Argument ReadDefault()
    {
        if (Take("None")) return Argument.None;
        if (Take("True")) return Argument.Of(true);
        if (Take("False")) return Argument.Of(false);
        if (Take("\""))
        {
            string value = Until('"');
            Demand("\"");
            return Argument.Of(value);
        }
        if (!Take("[")) return ReadNumber();
        var items = ImmutableArray.CreateBuilder<Argument>();
        while (!Take("]"))
        {
            if (items.Count > 0) Demand(", ");
            items.Add(ReadDefault());
        }
        return Argument.Of(items.ToImmutable());
    }

    Argument ReadNumber()
    {
        int start = _at;
        while (_at < text.Length && text[_at] is (>= '0' and <= '9') or '.' or '-' or '+' or 'e') _at++;
        var number = text.AsSpan(start, _at - start);
        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
            return Argument.Of(integer);
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double real)
            ? Argument.Of(real)
            : throw Bad("a default");
    }

    string Word()
    {
        int start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_')) _at++;
        return _at > start ? text[start.._at] : throw Bad("a name");
    }

    string Until(char end)
    {
        int found = text.IndexOf(end, _at);
        if (found < 0) throw Bad($"'{end}'");
        string part = text[_at..found];
        _at = found;
        return part;
    }

    bool Take(string expected)
    {
        if (string.CompareOrdinal(text, _at, expected, 0, expected.Length) != 0) return false;
        _at += expected.Length;
        return true;
    }

    void Demand(string expected)
    {
        if (!Take(expected)) throw Bad($"'{expected}'");
    }

    readonly FormatException Bad(string expected) => new($"'{text}' is no schema: {expected} is missing at {_at}");
}
