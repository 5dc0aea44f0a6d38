namespace Harness.Formats.TorchScript;

/// <summary>Recursive descent over one source file: classes, functions, statements. Expressions:
/// <see cref="ExpressionParser"/>.</summary>
sealed class SourceParser
{
    static readonly HashSet<string> Refused =
        new(StringComparer.Ordinal)
            { "raise", "try", "del", "global", "nonlocal", "yield", "async" };

    // Blocks within blocks: whoever walks them pays with stack.
    const int MaxDepth = 90;

    readonly TokenReader _tokens;
    readonly ExpressionParser _expressions;
    int _depth;

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
        string ancestor = "";
        if (_tokens.TrySymbol("("))
        {
            ancestor = _tokens.Name();
            _tokens.Symbol(")");
        }
        _tokens.Symbol(":");
        _tokens.Take(TokenKind.NewLine);
        var methods = new Dictionary<string, Function>(StringComparer.Ordinal);
        var fields = new List<(string, Expression)>();
        var values = new Dictionary<string, Expression>(StringComparer.Ordinal);
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
                else if (_tokens.TrySymbol(":"))
                {
                    fields.Add((field, _expressions.Expression()));
                    if (_tokens.TrySymbol("=")) values[field] = _expressions.Expression();
                }
                else if (_tokens.TrySymbol("=")) values[field] = _expressions.Expression();
                // __annotations__["0"] = …: the pickle has the values.
                _tokens.SkipLine();
            }
            _tokens.Next();
        }
        return new ClassSyntax(name, ancestor, methods, parameters, buffers, fields, values);
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
            var type = _tokens.TrySymbol(":") ? _expressions.Expression() : null;
            parameters.Add(new Parameter(parameter, type, _tokens.TrySymbol("=") ? _expressions.Expression() : null));
            if (_tokens.TrySymbol(",")) continue;
            _tokens.Symbol(")");
            break;
        }
        var returns = _tokens.TrySymbol("->") ? _expressions.Expression() : null;
        return new Function(name, parameters, returns, Block(), line);
    }

    // What stands below a line that ends in a colon.
    List<Statement> Block()
    {
        _tokens.Symbol(":");
        _tokens.Take(TokenKind.NewLine);
        var first = _tokens.Take(TokenKind.Indent);
        if (++_depth > MaxDepth) throw _tokens.Bad(first, $"blocks are nested more than {MaxDepth} deep");
        var body = new List<Statement>();
        while (_tokens.Peek.Kind != TokenKind.Dedent)
            if (Statement() is { } statement) body.Add(statement);
        _tokens.Next();
        _depth--;
        return body;
    }

    // Null for one that does nothing.
    Statement? Statement()
    {
        var first = _tokens.Peek;
        if (first.Kind == TokenKind.Name && Refused.Contains(first.Text))
        {
            _tokens.SkipStatement();
            return new RefusedStatement(first.Text, first.Line);
        }
        if (_tokens.TryName("if")) return If(first.Line);
        if (_tokens.TryName("for"))
        {
            string variable = _tokens.Name();
            if (!_tokens.TryName("in")) throw _tokens.Bad(_tokens.Peek, $"found {_tokens.Peek}, expected 'in'");
            return new ForStatement(variable, _expressions.ExpressionOrTuple(), Block(), first.Line);
        }
        if (_tokens.TryName("while")) return new WhileStatement(_expressions.Expression(), Block(), first.Line);
        if (_tokens.TryName("with"))
        {
            var context = _expressions.Expression();
            return new WithStatement(context, _tokens.TryName("as") ? _tokens.Name() : null, Block(), first.Line);
        }
        var simple = Simple(first);
        _tokens.Take(TokenKind.NewLine);
        return simple;
    }

    IfStatement If(int line)
    {
        var condition = _expressions.Expression();
        var then = Block();
        var next = _tokens.Peek;
        if (_tokens.TryName("elif"))
        {
            // Each nests the tree one deeper, as blocks do.
            if (++_depth > MaxDepth) throw _tokens.Bad(next, $"blocks are nested more than {MaxDepth} deep");
            var inner = If(next.Line);
            _depth--;
            return new IfStatement(condition, then, [inner], line);
        }
        return new IfStatement(condition, then, _tokens.TryName("else") ? Block() : [], line);
    }

    // A statement of one line; null for one that does nothing.
    Statement? Simple(Token first)
    {
        if (_tokens.TryName("pass")) return null;
        if (_tokens.TryName("break")) return new JumpStatement(true, first.Line);
        if (_tokens.TryName("continue")) return new JumpStatement(false, first.Line);
        if (_tokens.TryName("return"))
        {
            return new ReturnStatement(
                _tokens.Peek.Kind == TokenKind.NewLine ? null : _expressions.ExpressionOrTuple(), first.Line);
        }
        if (_tokens.TryName("assert"))
        {
            var condition = _expressions.Expression();
            return new AssertStatement(
                condition, _tokens.TrySymbol(",") ? _expressions.Expression() : null, first.Line);
        }
        var left = _expressions.ExpressionOrTuple();
        if (left is NameExpression && _tokens.TrySymbol(":")) _expressions.Expression();
        if (!_tokens.TrySymbol("=")) return new ExpressionStatement(left, first.Line);
        var right = _expressions.ExpressionOrTuple();
        var targets = left is TupleExpression tuple ? tuple.Items : [left];
        if (targets.Any(target => target is not (NameExpression or AttributeExpression or SubscriptExpression)))
            throw _tokens.Bad(first, "expected names on the left of '='");
        return new Assignment(targets, left is TupleExpression, right, first.Line);
    }
}
