using System.Text;

namespace Harness.Formats.TorchScript;

/// <summary>Splits source into tokens by Python's rules: indentation counts, except inside brackets.</summary>
/// <param name="source">The text.</param>
/// <param name="bad">Makes the error for a line.</param>
sealed class Tokenizer(string source, Func<int, string, Exception> bad)
{
    readonly List<Token> _tokens = [];
    readonly Stack<int> _indents = new([0]);
    int _at;
    int _line = 1;
    int _brackets;

    /// <summary>All tokens; the last is <see cref="TokenKind.End"/>.</summary>
    public List<Token> Run()
    {
        while (_at < source.Length)
        {
            if (_brackets == 0 && (_at == 0 || source[_at - 1] == '\n') && !Indentation()) continue;
            Next();
        }
        if (_brackets > 0) throw bad(_line, "a bracket is never closed; is the copy complete?");
        if (_tokens.Count > 0 && _tokens[^1].Kind != TokenKind.NewLine) Add(TokenKind.NewLine, "");
        while (_indents.Pop() > 0) Add(TokenKind.Dedent, "");
        Add(TokenKind.End, "");
        return _tokens;
    }

    // Measures the indentation of a new line; false when the line is blank and was skipped.
    bool Indentation()
    {
        int start = _at;
        while (_at < source.Length && source[_at] == ' ') _at++;
        if (_at == source.Length) return false;
        if (source[_at] is '\n' or '#' or '\r')
        {
            int end = source.IndexOf('\n', _at);
            _at = end < 0 ? source.Length : end + 1;
            _line++;
            return false;
        }
        int width = _at - start;
        if (width > _indents.Peek())
        {
            if (_indents.Count > 100) throw bad(_line, "blocks are nested more than 100 deep");
            _indents.Push(width);
            Add(TokenKind.Indent, "");
        }
        while (width < _indents.Peek())
        {
            _indents.Pop();
            Add(TokenKind.Dedent, "");
        }
        return width == _indents.Peek() ? true : throw bad(_line, "indentation fits no outer block");
    }

    void Next()
    {
        char c = source[_at];
        if (c == '\n')
        {
            if (_brackets == 0) Add(TokenKind.NewLine, "");
            _at++;
            _line++;
        }
        else if (c is ' ' or '\t' or '\r') _at++;
        else if (c == '#') SkipComment();
        else if (char.IsAsciiLetter(c) || c == '_') Word();
        else if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1])))
            Number();
        else if (c is '"' or '\'') Text(c);
        else Symbol(c);
    }

    void SkipComment()
    {
        int end = source.IndexOf('\n', _at);
        _at = end < 0 ? source.Length : end;
    }

    void Word()
    {
        int start = _at;
        while (_at < source.Length && (char.IsAsciiLetterOrDigit(source[_at]) || source[_at] == '_')) _at++;
        Add(TokenKind.Name, source[start.._at]);
    }

    void Number()
    {
        int start = _at;
        bool isFloat = false;
        while (_at < source.Length)
        {
            char c = source[_at];
            bool isExponent = c is 'e' or 'E';
            if (!char.IsAsciiDigit(c) && c != '.' && !isExponent) break;
            isFloat |= c == '.' || isExponent;
            _at++;
            if (isExponent && _at < source.Length && source[_at] is '+' or '-') _at++;
        }
        if (_at < source.Length && char.IsAsciiLetter(source[_at])) throw bad(_line, "a letter follows a number");
        Add(isFloat ? TokenKind.Float : TokenKind.Int, source[start.._at]);
    }

    void Text(char quote)
    {
        var text = new StringBuilder();
        for (_at++; ; _at++)
        {
            if (_at >= source.Length || source[_at] == '\n')
                throw bad(_line, "a string is never closed; is the copy complete?");
            char c = source[_at];
            if (c == quote) break;
            text.Append(c == '\\' ? Escape() : c);
        }
        _at++;
        Add(TokenKind.Text, text.ToString());
    }

    // The printer writes C escapes: a letter, or one to three octal digits.
    char Escape()
    {
        if (++_at >= source.Length) throw bad(_line, "a string is never closed; is the copy complete?");
        char c = source[_at];
        if (c is >= '0' and <= '7')
        {
            int value = 0;
            int digits = 0;
            for (; digits < 3 && _at < source.Length && source[_at] is >= '0' and <= '7'; digits++, _at++)
                value = value * 8 + source[_at] - '0';
            _at--;
            return (char)value;
        }
        return c switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'v' => '\v',
            '\\' or '\'' or '"' or '?' => c,
            _ => throw bad(_line, $"unknown escape '\\{c}' in a string"),
        };
    }

    void Symbol(char c)
    {
        if (c is '(' or '[' or '{') _brackets++;
        if (c is ')' or ']' or '}' && --_brackets < 0) throw bad(_line, $"'{c}' closes nothing");
        if (c == '-' && _at + 1 < source.Length && source[_at + 1] == '>')
        {
            _at += 2;
            Add(TokenKind.Symbol, "->");
            return;
        }
        if (!"()[]{},:.=-+*/<>!%&|^~@;".Contains(c, StringComparison.Ordinal))
            throw bad(_line, $"unexpected character U+{(int)c:x4}");
        _at++;
        Add(TokenKind.Symbol, c.ToString());
    }

    void Add(TokenKind kind, string text) => _tokens.Add(new Token(kind, text, _line));
}
