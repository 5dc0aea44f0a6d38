namespace Harness.Formats.TorchScript;

/// <summary>What a <see cref="Token"/> is.</summary>
enum TokenKind
{
    Name,
    Int,
    Float,
    Text,
    Symbol,
    NewLine,
    Indent,
    Dedent,
    End,
}

/// <summary>A word of the source.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its spelling; a string's contents with the escapes resolved.</param>
/// <param name="Line">From 1.</param>
readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    /// <summary>What an error message calls it.</summary>
    public override string ToString() => Kind switch
    {
        TokenKind.NewLine => "the end of the line",
        TokenKind.Indent or TokenKind.Dedent => "a change of indentation",
        TokenKind.End => "the end of the file",
        TokenKind.Text => "a string",
        _ => $"'{Text}'",
    };
}
