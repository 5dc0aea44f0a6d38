using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Formats.Export;

/// <summary>Reads what torch.export writes of sizes: SymPy's constructors (<c>Mul(Integer(4), Symbol('s23'))</c>), its
/// plain text (<c>4*s23</c>), and Python's conditions on inputs (<c>L['x'].size()[0] == 3</c>).</summary>
/// <remarks>What it does not know, it gives up as a whole: null, and nothing is held to it.</remarks>
sealed class SizeReader
{
    const int MostDepth = 64, MostText = 1 << 16;

    readonly string _text;
    readonly Func<string, string?> _inputOf;
    int _at;
    int _depth;

    SizeReader(string text, Func<string, string?> inputOf) => (_text, _inputOf) = (text, inputOf);

    /// <summary>An expression; null for what is none that is known here.</summary>
    /// <param name="text">What the file says.</param>
    /// <param name="inputOf">The name of the input that Python reaches so: <c>['x']</c>, <c>['xs'][0]</c>; null for
    /// none.</param>
    public static SizeExpression? Read(string text, Func<string, string?>? inputOf = null)
    {
        if (text.Length > MostText) return null;
        try
        {
            var reader = new SizeReader(text, inputOf ?? (_ => null));
            var read = reader.Either();
            reader.Skip();
            return reader._at == text.Length ? read : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    SizeExpression Either() => Chain(Both, "or");

    SizeExpression Both() => Chain(Negation, "and");

    SizeExpression Chain(Func<SizeExpression> operand, string word)
    {
        var left = operand();
        while (TakeWord(word)) left = new SizeFunction(word, [left, operand()]);
        return left;
    }

    SizeExpression Negation() => TakeWord("not") ? new SizeFunction("not", [Deeper(Negation)]) : Comparison();

    SizeExpression Comparison()
    {
        var left = Sum();
        SizeExpression? whole = null;
        while (Take("==", "!=", "<=", ">=", "<", ">") is { } sign)
        {
            var right = Sum();
            var one = new SizeFunction(sign, [left, right]);
            whole = whole is null ? one : new SizeFunction("and", [whole, one]);
            left = right;
        }
        return whole ?? left;
    }

    SizeExpression Sum()
    {
        var left = Product();
        while (Take("+", "-") is { } sign) left = new SizeFunction(sign, [left, Product()]);
        return left;
    }

    SizeExpression Product()
    {
        var left = Signed();
        while (!Sees("**") && Take("//", "*", "%") is { } sign) left = new SizeFunction(sign, [left, Signed()]);
        return left;
    }

    SizeExpression Signed() => Take("-") is null ? Power() : new SizeFunction("-", [Deeper(Signed)]);

    SizeExpression Power()
    {
        var left = Deeper(Single);
        return Take("**") is null ? left : new SizeFunction("**", [left, Deeper(Signed)]);
    }

    SizeExpression Single()
    {
        Skip();
        if (Take("(") is not null)
        {
            var inner = Either();
            Demand(")");
            return inner;
        }
        if (_at < _text.Length && char.IsAsciiDigit(_text[_at])) return new SizeNumber(Digits());
        string name = Name();
        if (name == "L") return Input();
        if (Take("(") is null) return new SizeSymbol(name);
        switch (name)
        {
            case "Symbol":
                string symbol = Quoted();
                // positive=True, integer=True
                while (Take(",") is not null)
                {
                    Name();
                    Demand("=");
                    Name();
                }
                Demand(")");
                return new SizeSymbol(symbol);
            case "Integer":
                bool negative = Take("-") is not null;
                Skip();
                long number = Digits();
                Demand(")");
                return new SizeNumber(negative ? -number : number);
        }
        var operands = new List<SizeExpression>();
        if (Take(")") is null)
        {
            do operands.Add(Either());
            while (Take(",") is not null);
            Demand(")");
        }
        return new SizeFunction(Function(name), [.. operands]);
    }

    // L['x'].size()[0], L['xs'][0].shape[1]
    SizeSymbol Input()
    {
        int start = _at;
        while (Take("[") is not null)
        {
            Skip();
            if (_at < _text.Length && char.IsAsciiDigit(_text[_at])) Digits();
            else Quoted();
            Demand("]");
        }
        string name = _inputOf(_text[start.._at]) ?? throw new FormatException();
        if (Take(".size()", ".shape") is null) throw new FormatException();
        Demand("[");
        Skip();
        long axis = Digits();
        Demand("]");
        return axis <= 64 ? new SizeSymbol(name, (int)axis) : throw new FormatException();
    }

    static string Function(string name) => name switch
    {
        "Add" => "+",
        "Mul" => "*",
        "FloorDiv" or "CleanDiv" => "//",
        "Mod" or "PythonMod" => "%",
        "Pow" or "PowByNatural" => "**",
        "Max" or "max" => "max",
        "Min" or "min" => "min",
        "Eq" or "Equality" => "==",
        "Ne" or "Unequality" => "!=",
        "Lt" or "StrictLessThan" => "<",
        "Le" or "LessThan" => "<=",
        "Gt" or "StrictGreaterThan" => ">",
        "Ge" or "GreaterThan" => ">=",
        "Not" => "not",
        "And" => "and",
        "Or" => "or",
        _ => throw new FormatException(),
    };

    SizeExpression Deeper(Func<SizeExpression> read)
    {
        if (++_depth > MostDepth) throw new FormatException();
        var inner = read();
        _depth--;
        return inner;
    }

    void Skip()
    {
        while (_at < _text.Length && _text[_at] == ' ') _at++;
    }

    bool Sees(string sign)
    {
        Skip();
        return string.CompareOrdinal(_text, _at, sign, 0, sign.Length) == 0;
    }

    string? Take(params ReadOnlySpan<string> signs)
    {
        foreach (string sign in signs)
        {
            if (!Sees(sign)) continue;
            _at += sign.Length;
            return sign;
        }
        return null;
    }

    bool TakeWord(string word)
    {
        if (!Sees(word) || (_at + word.Length < _text.Length && IsOfName(_text[_at + word.Length]))) return false;
        _at += word.Length;
        return true;
    }

    void Demand(string sign)
    {
        if (Take(sign) is null) throw new FormatException();
    }

    static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    string Name()
    {
        Skip();
        int start = _at;
        while (_at < _text.Length && IsOfName(_text[_at])) _at++;
        return _at > start ? _text[start.._at] : throw new FormatException();
    }

    string Quoted()
    {
        Skip();
        if (_at >= _text.Length || _text[_at] is not ('\'' or '"')) throw new FormatException();
        int end = _text.IndexOf(_text[_at], _at + 1);
        if (end < 0) throw new FormatException();
        string text = _text[(_at + 1)..end];
        _at = end + 1;
        return text;
    }

    long Digits()
    {
        int start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        return long.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture,
            out long number) ? number : throw new FormatException();
    }
}
