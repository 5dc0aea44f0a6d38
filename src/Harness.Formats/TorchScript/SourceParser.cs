namespace Harness.Formats.TorchScript;

/// <summary>Recursive descent over one source file: classes, functions, statements. Expressions:
/// <see cref="ExpressionParser"/>.</summary>
sealed class SourceParser
{
    static readonly HashSet<string> Refused =
        new(StringComparer.Ordinal)
            { "if", "for", "while", "with", "assert", "raise", "try", "del", "global", "break", "continue", "pass" };

    readonly TokenReader _tokens;
    readonly ExpressionParser _expressions;

    SourceParser(TokenReader tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    /// <summary>Parses a file.</summary>
    /// <param name="file">Its path in the archive.</param>
    /// <param name="source">Its text.</param>
    /// <param name="bad">Makes the error for a line.</param>
    public static SourceFile Parse(string file, string source, Func<int, string, Exception> bad)
    {
        var tokens = new TokenReader(new Tokenizer(source, bad).Run(), bad);
        return new SourceParser(tokens).File(file);
    }

    SourceFile File(string file)
    {
        var classes = new Dictionary<string, ClassSyntax>(StringComparer.Ordinal);
        var functions = new Dictionary<string, Function>(StringComparer.Ordinal);
        while (_tokens.Peek.Kind != TokenKind.End)
        {
            var first = _tokens.Peek;
            if (_tokens.TryName("class"))
            {
                var found = Class();
                if (!classes.TryAdd(found.Name, found))
                    throw _tokens.Bad(first, $"class {found.Name} is defined twice");
            }
            else if (_tokens.TryName("def"))
            {
                var found = Function(first.Line);
                if (!functions.TryAdd(found.Name, found))
                    throw _tokens.Bad(first, $"function {found.Name} is defined twice");
            }
            else if (_tokens.TryName("import") || _tokens.TryName("from") || _tokens.TryName("op_version_set"))
            {
                _tokens.SkipLine();
            }
            else
            {
                throw _tokens.Bad(first, $"found {first}, expected a class or a function");
            }
        }
        return new SourceFile(file, classes, functions);
    }

    ClassSyntax Class()
    {
        string name = _tokens.Name();
        _tokens.Symbol("(");
        string ancestor = _tokens.Name();
        _tokens.Symbol(")");
        _tokens.Symbol(":");
        _tokens.Take(TokenKind.NewLine);
        var methods = new Dictionary<string, Function>(StringComparer.Ordinal);
        var fields = new List<string>();
        IReadOnlySet<string>? parameters = null, buffers = null;
        if (_tokens.Peek.Kind == TokenKind.Indent)
        {
            _tokens.Next();
            while (_tokens.Peek.Kind != TokenKind.Dedent)
            {
                var first = _tokens.Peek;
                if (_tokens.TryName("def"))
                {
                    var found = Function(first.Line);
                    if (!methods.TryAdd(found.Name, found))
                        throw _tokens.Bad(first, $"method {found.Name} is defined twice");
                    continue;
                }
                string field = _tokens.Name();
                if (field is "__parameters__") parameters = Names();
                else if (field is "__buffers__") buffers = Names();
                else if (_tokens.TrySymbol(":")) fields.Add(field);
                // Annotations, constants, __annotations__["0"] = …: the pickle has the values.
                _tokens.SkipLine();
            }
            _tokens.Next();
        }
        return new ClassSyntax(name, ancestor, methods, parameters, buffers, fields);
    }

    HashSet<string> Names()
    {
        _tokens.Symbol("=");
        var first = _tokens.Peek;
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (_expressions.Expression() is not ListExpression list) throw _tokens.Bad(first, "expected a list of names");
        foreach (var item in list.Items)
            names.Add(item is TextExpression text ? text.Text : throw _tokens.Bad(first, "expected a list of names"));
        return names;
    }

    Function Function(int line)
    {
        string name = _tokens.Name();
        _tokens.Symbol("(");
        var parameters = new List<Parameter>();
        while (!_tokens.TrySymbol(")"))
        {
            string parameter = _tokens.Name();
            parameters.Add(new Parameter(parameter, _tokens.TrySymbol(":") ? _expressions.Expression() : null));
            if (_tokens.TrySymbol("=")) _expressions.Expression();
            if (_tokens.TrySymbol(",")) continue;
            _tokens.Symbol(")");
            break;
        }
        if (_tokens.TrySymbol("->")) _expressions.Expression();
        _tokens.Symbol(":");
        _tokens.Take(TokenKind.NewLine);
        _tokens.Take(TokenKind.Indent);
        var body = new List<Statement>();
        while (_tokens.Peek.Kind != TokenKind.Dedent) body.Add(Statement());
        _tokens.Next();
        return new Function(name, parameters, body, line);
    }

    Statement Statement()
    {
        var first = _tokens.Peek;
        if (first.Kind == TokenKind.Name && Refused.Contains(first.Text))
        {
            _tokens.SkipStatement();
            return new RefusedStatement(first.Text, first.Line);
        }
        if (_tokens.TryName("return"))
        {
            var value = _tokens.Peek.Kind == TokenKind.NewLine ? null : _expressions.ExpressionOrTuple();
            _tokens.Take(TokenKind.NewLine);
            return new ReturnStatement(value, first.Line);
        }
        var left = _expressions.ExpressionOrTuple();
        if (left is NameExpression && _tokens.TrySymbol(":")) _expressions.Expression();
        if (!_tokens.TrySymbol("="))
        {
            _tokens.Take(TokenKind.NewLine);
            return new ExpressionStatement(left, first.Line);
        }
        var right = _expressions.ExpressionOrTuple();
        _tokens.Take(TokenKind.NewLine);
        if (left is AttributeExpression) return new RefusedStatement("assignment to an attribute", first.Line);
        if (left is SubscriptExpression) return new RefusedStatement("assignment to an item", first.Line);
        var targets = left is TupleExpression tuple ? tuple.Items : [left];
        var names = new List<string>(targets.Count);
        foreach (var target in targets)
            names.Add(target is NameExpression name ? name.Name
                : throw _tokens.Bad(first, "expected names on the left of '='"));
        return new Assignment(names, left is TupleExpression, right, first.Line);
    }
}
