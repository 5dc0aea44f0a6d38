using System.Globalization;

namespace Harness.Formats.TorchScript;

/// <summary>Recursive descent over expressions: displays, calls, attributes, subscripts, choices, unary
/// minus.</summary>
sealed class ExpressionParser(TokenReader tokens)
{
    // The printer splits long expressions; honest files stay far below this.
    const int MaxDepth = 400;

    int _depth;

    /// <summary><c>a</c>, or <c>a, b,</c> as a tuple.</summary>
    public Expression ExpressionOrTuple()
    {
        var first = Expression();
        if (!tokens.IsSymbol(",")) return first;
        var items = new List<Expression> { first };
        while (tokens.TrySymbol(","))
        {
            if (tokens.Peek.Kind == TokenKind.NewLine || tokens.IsSymbol("=") || tokens.IsSymbol("]")) break;
            items.Add(Expression());
        }
        return new TupleExpression(items, first.Line);
    }

    /// <summary>One expression.</summary>
    public Expression Expression()
    {
        if (++_depth > MaxDepth) throw tokens.Bad(tokens.Peek, $"an expression is nested more than {MaxDepth} deep");
        var line = tokens.Peek.Line;
        var value = Operand();
        if (tokens.TryName("if"))
        {
            var condition = Operand();
            if (!tokens.TryName("else")) throw tokens.Bad(tokens.Peek, $"found {tokens.Peek}, expected 'else'");
            value = new ChoiceExpression(condition, value, Expression(), line);
        }
        _depth--;
        return value;
    }

    Expression Operand()
    {
        var line = tokens.Peek.Line;
        if (++_depth > MaxDepth) throw tokens.Bad(tokens.Peek, $"an expression is nested more than {MaxDepth} deep");
        var value = tokens.TrySymbol("-") ? new NegateExpression(Operand(), line) : Trailers(Atom());
        _depth--;
        return value;
    }

    Expression Trailers(Expression value)
    {
        // Each trailer nests the tree one deeper, and whoever walks the tree pays with stack.
        for (int depth = _depth; ; depth++)
        {
            if (depth > MaxDepth) throw tokens.Bad(tokens.Peek, $"an expression is nested more than {MaxDepth} deep");
            if (tokens.TrySymbol(".")) value = new AttributeExpression(value, tokens.Name(), value.Line);
            else if (tokens.TrySymbol("(")) value = Call(value);
            else if (tokens.TrySymbol("[")) value = Subscript(value);
            else return value;
        }
    }

    SubscriptExpression Subscript(Expression target)
    {
        var start = tokens.IsSymbol(":") ? null : ExpressionOrTuple();
        if (start is not null && tokens.TrySymbol("]")) return new SubscriptExpression(target, start, target.Line);
        tokens.Symbol(":");
        Expression? stop = Bound(), step = tokens.TrySymbol(":") ? Bound() : null;
        tokens.Symbol("]");
        return new SubscriptExpression(target, new SliceExpression(start, stop, step, target.Line), target.Line);
    }

    Expression? Bound() => tokens.IsSymbol(":") || tokens.IsSymbol("]") ? null : Expression();

    CallExpression Call(Expression function)
    {
        var arguments = new List<Expression>();
        var keywords = new List<(string, Expression)>();
        while (!tokens.TrySymbol(")"))
        {
            var argument = Expression();
            if (argument is NameExpression name && tokens.TrySymbol("=")) keywords.Add((name.Name, Expression()));
            else if (keywords.Count > 0) throw tokens.Bad(tokens.Peek, "a positional argument follows a keyword");
            else arguments.Add(argument);
            if (tokens.TrySymbol(",")) continue;
            tokens.Symbol(")");
            break;
        }
        return new CallExpression(function, arguments, keywords, function.Line);
    }

    Expression Atom()
    {
        var token = tokens.Next();
        return (token.Kind, token.Text) switch
        {
            (TokenKind.Name, _) => new NameExpression(token.Text, token.Line),
            (TokenKind.Text, _) => new TextExpression(token.Text, token.Line),
            (TokenKind.Int, _) =>
                ulong.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong magnitude)
                ? new IntExpression(magnitude, token.Line)
                : throw tokens.Bad(token, $"integer {token} is beyond 64 bits"),
            (TokenKind.Float, _) =>
                double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? new FloatExpression(number, token.Line)
                : throw tokens.Bad(token, $"{token} is no number"),
            (TokenKind.Symbol, "[") => new ListExpression(Items("]", out _), token.Line),
            (TokenKind.Symbol, "(") => Parentheses(token.Line),
            (TokenKind.Symbol, "{") => Dict(token.Line),
            _ => throw tokens.Bad(token, $"found {token}, expected an expression"),
        };
    }

    Expression Parentheses(int line)
    {
        var items = Items(")", out bool hasComma);
        return items.Count == 1 && !hasComma ? items[0] : new TupleExpression(items, line);
    }

    List<Expression> Items(string close, out bool hasComma)
    {
        var items = new List<Expression>();
        hasComma = false;
        while (!tokens.TrySymbol(close))
        {
            items.Add(Expression());
            if (tokens.TrySymbol(","))
            {
                hasComma = true;
                continue;
            }
            tokens.Symbol(close);
            break;
        }
        return items;
    }

    DictExpression Dict(int line)
    {
        var items = new List<(Expression, Expression)>();
        while (!tokens.TrySymbol("}"))
        {
            var key = Expression();
            tokens.Symbol(":");
            items.Add((key, Expression()));
            if (tokens.TrySymbol(",")) continue;
            tokens.Symbol("}");
            break;
        }
        return new DictExpression(items, line);
    }
}
