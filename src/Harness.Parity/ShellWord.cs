namespace Harness.Parity;

/// <summary>Paths in the commands that messages suggest: what is shown is there to be pasted.</summary>
static class ShellWord
{
    /// <summary>The path as one word of a command line: quoted where a shell would take it apart.</summary>
    public static string Of(string path) => path.Length > 0 && path.All(IsPlain) ? path
        // Between double quotes, which every shell knows, these would still mean something.
        : path.AsSpan().ContainsAny("\"$`!") ? $"'{path.Replace("'", @"'\''")}'"
        : $"\"{path}\"";

    static bool IsPlain(char c) => char.IsLetterOrDigit(c) || "/\\:._-+@=,%".Contains(c);
}
