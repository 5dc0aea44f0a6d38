namespace Harness.Formats.TorchScript;

/// <summary>A cursor over tokens with the few questions that the parsers ask.</summary>
sealed class TokenReader(List<Token> tokens, Func<int, string, Exception> bad)
{
    int _at;

    /// <summary>The next token; the end repeats for ever.</summary>
    public Token Peek => tokens[Math.Min(_at, tokens.Count - 1)];

    /// <summary>Takes the next token.</summary>
    public Token Next()
    {
        var token = Peek;
        _at++;
        return token;
    }

    /// <summary>Takes a token of this kind.</summary>
    public Token Take(TokenKind kind) =>
        Peek.Kind == kind ? Next() : throw Bad(Peek, $"found {Peek}, expected {new Token(kind, kind.ToString(), 0)}");

    /// <summary>Takes a name.</summary>
    public string Name() =>
        Peek.Kind == TokenKind.Name ? Next().Text : throw Bad(Peek, $"found {Peek}, expected a name");

    /// <summary>Takes this symbol.</summary>
    public void Symbol(string symbol)
    {
        if (!TrySymbol(symbol)) throw Bad(Peek, $"found {Peek}, expected '{symbol}'");
    }

    /// <summary>Takes this symbol if it is next.</summary>
    public bool TrySymbol(string symbol) => Try(TokenKind.Symbol, symbol);

    /// <summary>Takes this word if it is next.</summary>
    public bool TryName(string name) => Try(TokenKind.Name, name);

    /// <summary>True when this symbol is next.</summary>
    public bool IsSymbol(string symbol) => Peek.Kind == TokenKind.Symbol && Peek.Text == symbol;

    /// <summary>Takes everything to the end of the line.</summary>
    public void SkipLine()
    {
        while (Peek.Kind is not (TokenKind.NewLine or TokenKind.End)) Next();
        Next();
    }

    /// <summary>Takes a line, the block below it, and the branches that belong to it.</summary>
    public void SkipStatement()
    {
        do
        {
            SkipLine();
            int depth = 0;
            while (Peek.Kind == TokenKind.Indent || (depth > 0 && Peek.Kind != TokenKind.End))
            {
                depth += Next().Kind switch { TokenKind.Indent => 1, TokenKind.Dedent => -1, _ => 0 };
                if (depth == 0) break;
            }
        }
        while (Peek is { Kind: TokenKind.Name, Text: "else" or "elif" or "except" });
    }

    /// <summary>An error at a token.</summary>
    public Exception Bad(Token token, string message) => bad(token.Line, message);

    bool Try(TokenKind kind, string text)
    {
        if (Peek.Kind != kind || Peek.Text != text) return false;
        _at++;
        return true;
    }
}
