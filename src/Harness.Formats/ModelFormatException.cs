using Harness.Executor.Model;

namespace Harness.Formats;

/// <summary>A file cannot be read as what it claims to be. The message is one line: found, expected, where, what to
/// do.</summary>
/// <param name="path">The file, as the caller named it.</param>
/// <param name="offset">Byte offset of the trouble in that file; -1 when no single byte is to blame.</param>
/// <param name="code">A code of <see cref="Codes"/>.</param>
/// <param name="message">What the user is told.</param>
/// <param name="inner">The cause, where the runtime reported one.</param>
public sealed class ModelFormatException(string path, long offset, string code, string message, Exception? inner = null)
    : ModelException(new Finding(code, path, offset < 0 ? message : $"{message} (byte {offset})"), inner)
{
    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; } = path;

    /// <summary>Byte offset of the trouble; -1 when no single byte is to blame.</summary>
    public long Offset { get; } = offset;

    /// <summary>A code of <see cref="Codes"/>.</summary>
    public string Code { get; } = code;
}
