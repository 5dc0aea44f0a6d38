using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Harness.Formats.Flax.Source;

/// <summary>A Python expression that is to be written: calls and tuples, between whose items a line may break, and
/// text between them.</summary>
abstract record Python
{
    /// <summary>Text that stays on one line.</summary>
    public static Python Of(string text) => new PythonText(text);

    /// <summary>A number that another instance of the same class may state otherwise.</summary>
    /// <param name="literal">As Python spells it.</param>
    /// <param name="hint">What an argument that replaces it is called.</param>
    public static Python Constant(string literal, string hint) => new PythonConstant(literal, hint);

    /// <summary>A whole number, as <see cref="Constant(string, string)"/>.</summary>
    public static Python Constant(long value, string hint) =>
        new PythonConstant(value.ToString(CultureInfo.InvariantCulture), hint);

    /// <summary>A call.</summary>
    public static Python Call(Python target, params IEnumerable<Python> arguments) =>
        new PythonList(target, "(", ")", [.. arguments]);

    /// <summary>A call.</summary>
    public static Python Call(string target, params IEnumerable<Python> arguments) => Call(Of(target), arguments);

    /// <summary><c>name=value</c>.</summary>
    public static Python Named(string name, Python value) => new PythonNamed(name, value);

    /// <summary><c>name=value</c>.</summary>
    public static Python Named(string name, string value) => Named(name, Of(value));

    /// <summary>An element or a part: <c>x[index]</c>.</summary>
    public static Python At(Python target, Python index) => new PythonList(target, "[", "]", [index]);

    /// <summary>A tuple; one item keeps its comma.</summary>
    public static Python Tuple(params IEnumerable<Python> items)
    {
        ImmutableArray<Python> all = [.. items];
        return new PythonList(Of(""), "(", all.Length == 1 ? ",)" : ")", all);
    }

    /// <summary>A list.</summary>
    public static Python List(params IEnumerable<Python> items) => new PythonList(Of(""), "[", "]", [.. items]);

    /// <summary>One after the other, without a break.</summary>
    public static Python Join(params IEnumerable<Python> parts) => new PythonJoin([.. parts]);

    /// <summary>Two terms with an operator between them, at which a line may break. A first term of operators that bind
    /// as tightly goes on.</summary>
    public static Python Infix(Python first, string sign, Python second) => first is PythonOperation known
        && IsSum(known.Signs[0]) == IsSum(sign)
        ? new PythonOperation(known.Terms.Add(second), known.Signs.Add(sign))
        : new PythonOperation([first, second], [sign]);

    static bool IsSum(string sign) => sign is "+" or "-";

    /// <summary>A tuple of whole numbers.</summary>
    public static Python Ints(IEnumerable<int> values, string hint) =>
        Constant($"({string.Join(", ", values)}{(values.Count() == 1 ? "," : "")})", hint);

    /// <summary>A number as Python spells it.</summary>
    public static string Literal(double value) =>
        double.IsNaN(value) ? "float(\"nan\")"
        : double.IsPositiveInfinity(value) ? "float(\"inf\")"
        : double.IsNegativeInfinity(value) ? "-float(\"inf\")"
        : Text(value);

    /// <summary>The whole expression, constants replaced.</summary>
    public string Flat(Func<PythonConstant, string>? constant = null)
    {
        var text = new StringBuilder();
        Write(text, constant ?? (one => one.Text));
        return text.ToString();
    }

    /// <summary>Every constant, in the order in which it is written.</summary>
    public IEnumerable<PythonConstant> Constants()
    {
        var found = new List<PythonConstant>();
        Flat(one =>
        {
            found.Add(one);
            return "";
        });
        return found;
    }

    /// <summary>The same with constants replaced by text.</summary>
    public abstract Python With(Func<PythonConstant, string> constant);

    internal abstract void Write(StringBuilder text, Func<PythonConstant, string> constant);

    static string Text(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant().Replace(
            "e+", "e", StringComparison.Ordinal);
        int exponent = text.IndexOf('e', StringComparison.Ordinal);
        if (exponent >= 0)
        {
            // 1e-05 as Python prints it.
            string digits = text[(exponent + 1)..];
            string sign = digits[0] == '-' ? "-" : "";
            return $"{text[..exponent]}e{sign}{digits.TrimStart('-').TrimStart('0')}";
        }
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }
}

sealed record PythonText(string Text) : Python
{
    public override Python With(Func<PythonConstant, string> constant) => this;

    internal override void Write(StringBuilder text, Func<PythonConstant, string> constant) => text.Append(Text);
}

sealed record PythonConstant(string Text, string Hint) : Python
{
    public override Python With(Func<PythonConstant, string> constant) => new PythonText(constant(this));

    internal override void Write(StringBuilder text, Func<PythonConstant, string> constant) =>
        text.Append(constant(this));
}

sealed record PythonNamed(string Name, Python Value) : Python
{
    public override Python With(Func<PythonConstant, string> constant) => new PythonNamed(Name, Value.With(constant));

    internal override void Write(StringBuilder text, Func<PythonConstant, string> constant)
    {
        text.Append(Name).Append('=');
        Value.Write(text, constant);
    }
}

sealed record PythonOperation(ImmutableArray<Python> Terms, ImmutableArray<string> Signs) : Python
{
    public override Python With(Func<PythonConstant, string> constant) =>
        new PythonOperation([.. Terms.Select(term => term.With(constant))], Signs);

    internal override void Write(StringBuilder text, Func<PythonConstant, string> constant)
    {
        for (int i = 0; i < Terms.Length; i++)
        {
            if (i > 0) text.Append(' ').Append(Signs[i - 1]).Append(' ');
            Terms[i].Write(text, constant);
        }
    }
}

sealed record PythonJoin(ImmutableArray<Python> Parts) : Python
{
    public override Python With(Func<PythonConstant, string> constant) =>
        new PythonJoin([.. Parts.Select(part => part.With(constant))]);

    internal override void Write(StringBuilder text, Func<PythonConstant, string> constant)
    {
        foreach (var part in Parts) part.Write(text, constant);
    }
}

sealed record PythonList(Python Target, string Open, string Close, ImmutableArray<Python> Items) : Python
{
    public override Python With(Func<PythonConstant, string> constant) =>
        new PythonList(Target.With(constant), Open, Close, [.. Items.Select(item => item.With(constant))]);

    internal override void Write(StringBuilder text, Func<PythonConstant, string> constant)
    {
        Target.Write(text, constant);
        text.Append(Open);
        for (int i = 0; i < Items.Length; i++)
        {
            if (i > 0) text.Append(", ");
            Items[i].Write(text, constant);
        }
        text.Append(Close);
    }
}

/// <summary>Lines of Python, broken as <c>ruff format</c> breaks them.</summary>
sealed class PythonLines
{
    /// <summary>Columns of a line.</summary>
    public const int Columns = 88;

    readonly StringBuilder _text = new();

    /// <summary>Writes a line as it is.</summary>
    public void Line(int indent, string text) =>
        _text.Append(text.Length == 0 ? "" : new string(' ', indent * 4)).Append(text).Append('\n');

    /// <summary>Writes a statement: what stands before the expression, and it.</summary>
    public void Statement(int indent, string before, Python expression)
    {
        string flat = before + expression.Flat();
        if (indent * 4 + flat.Length <= Columns) Line(indent, flat);
        else Broken(indent, before, expression, "");
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    // Breaks at the last bracket whose content is worth a line of its own, then inside it.
    void Broken(int indent, string before, Python expression, string after)
    {
        switch (expression)
        {
            case PythonList list when Split(list, indent * 4 + before.Length) is var (inner, trailer)
                && inner is not null:
                Brackets(indent, before, inner, trailer + after);
                break;
            // A call at the end alone is broken inside its brackets.
            case PythonOperation { Terms: [var first, PythonList { Items.Length: > 0 } last] } two
                when before.Length > 0:
                Broken(indent, $"{before}{first.Flat()} {two.Signs[0]} ", last, after);
                break;
            case PythonOperation operation:
                Operation(indent, before, operation, after);
                break;
            case PythonNamed named:
                Broken(indent, $"{before}{named.Name}=", named.Value, after);
                break;
            case PythonJoin join when Last(join) is var at && at >= 0:
                Broken(
                    indent, before + Python.Join(join.Parts[..at]).Flat(), join.Parts[at],
                    Python.Join(join.Parts[(at + 1)..]).Flat() + after);
                break;
            default:
                Line(indent, before + expression.Flat() + after);
                break;
        }
    }

    // One term a line, in brackets unless it stands in some already.
    void Operation(int indent, string before, PythonOperation operation, string after)
    {
        int inner = before.Length > 0 ? indent + 1 : indent;
        if (before.Length > 0) Line(indent, before + "(");
        if (inner * 4 + operation.Flat().Length <= Columns) Line(inner, operation.Flat());
        else
        {
            for (int i = 0; i < operation.Terms.Length; i++)
            {
                bool last = i == operation.Terms.Length - 1 && before.Length == 0;
                string sign = i == 0 ? "" : operation.Signs[i - 1] + " ", end = last ? after : "";
                string flat = sign + operation.Terms[i].Flat() + end;
                if (inner * 4 + flat.Length <= Columns) Line(inner, flat);
                else Broken(inner, sign, operation.Terms[i], end);
            }
        }
        if (before.Length > 0) Line(indent, ")" + after);
    }

    static int Last(PythonJoin join)
    {
        for (int i = join.Parts.Length - 1; i >= 0; i--)
        {
            if (join.Parts[i] is PythonList { Items.Length: > 0 }) return i;
            if (join.Parts[i] is PythonJoin inner && Last(inner) >= 0) return i;
        }
        return -1;
    }

    // Where all up to the last bracket does not fit on a line, that stays behind one which stands before: f(…)(x).
    static (PythonList? Inner, string Trailer) Split(PythonList list, int columns)
    {
        if (Called(list.Target) is var (target, member) && list.Items.All(item => item is PythonText)
            && columns + list.Target.Flat().Length + 1 > Columns)
            return (target, member + new PythonList(Python.Of(""), list.Open, list.Close, list.Items).Flat());
        return (list.Items.Length > 0 ? list : null, "");
    }

    // What has brackets of its own, and the member of it that is called.
    static (PythonList, string)? Called(Python target) => target switch
    {
        PythonList { Items.Length: > 0 } list => (list, ""),
        PythonJoin { Parts: [PythonList { Items.Length: > 0 } list, PythonText member] } => (list, member.Text),
        _ => null,
    };

    void Brackets(int indent, string before, PythonList list, string after)
    {
        Line(indent, before + list.Target.Flat() + list.Open);
        string inside = string.Join(", ", list.Items.Select(item => item.Flat()));
        string close = list.Close.TrimStart(',');
        if ((indent + 1) * 4 + inside.Length <= Columns && close == list.Close)
            Line(indent + 1, inside);
        else
        {
            // A single item has no comma behind it to break at, and gets none.
            string comma = list.Items.Length == 1 && close == list.Close ? "" : ",";
            foreach (var item in list.Items)
            {
                if ((indent + 1) * 4 + item.Flat().Length + 1 <= Columns) Line(indent + 1, item.Flat() + comma);
                else Broken(indent + 1, "", item, comma);
            }
        }
        Line(indent, close + after);
    }
}
