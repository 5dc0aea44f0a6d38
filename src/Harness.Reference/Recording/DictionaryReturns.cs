using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Harness.Reference.Recording;

/// <summary>TorchSharp has no way to receive a dictionary from a script module (its native return code is 0, "not
/// supported"). This turns the dictionary literals of the archive's own source into tuples of the same values, in
/// memory;
/// nothing that computes is touched.</summary>
static partial class DictionaryReturns
{
    /// <summary>The bytes of an archive that returns tuples instead of dictionaries; null when it returns
    /// none.</summary>
    /// <param name="path">A TorchScript archive.</param>
    public static byte[]? Rewrite(string path)
    {
        using var source = ZipFile.OpenRead(path);
        var rewritten = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in source.Entries)
        {
            bool isSource = entry.FullName.Contains("/code/", StringComparison.Ordinal)
                && entry.FullName.EndsWith(".py", StringComparison.Ordinal);
            if (!isSource) continue;
            string text = Encoding.UTF8.GetString(Read(entry));
            string changed = Rewritten(text);
            if (!ReferenceEquals(changed, text)) rewritten[entry.FullName] = Encoding.UTF8.GetBytes(changed);
        }
        if (rewritten.Count == 0) return null;
        using var bytes = new MemoryStream();
        using (var target = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var entry in source.Entries)
            {
                using var stream = target.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                stream.Write(rewritten.GetValueOrDefault(entry.FullName) ?? Read(entry));
            }
        return bytes.ToArray();
    }

    /// <summary>Source whose functions return tuples instead of dictionaries; the same object when none returns
    /// one.</summary>
    public static string Rewritten(string source)
    {
        if (!ReturnedDictionary().IsMatch(source)) return source;
        // Without an annotation TorchScript infers the type from the return statement.
        return ReplaceLiterals(ReturnedDictionary().Replace(source, "):"));
    }

    [GeneratedRegex(@"\) -> [^\n]*Dict\[str, [^\n]*:(?=\n)")]
    private static partial Regex ReturnedDictionary();

    // {"a": x, "b": y} becomes (x, y, ).
    static string ReplaceLiterals(string source)
    {
        var text = new StringBuilder(source.Length);
        // For each open bracket, whether it is a dictionary's.
        var open = new Stack<bool>();
        bool atKey = false;
        for (int i = 0; i < source.Length; i++)
        {
            char c = source[i];
            if (c is '"' or '\'')
            {
                int end = EndOfText(source, i);
                // A key goes with its colon; other strings stay.
                if (!atKey) text.Append(source, i, end - i);
                i = atKey ? source.IndexOf(':', end) : end - 1;
                atKey = false;
                continue;
            }
            bool closesDictionary = c is ')' or ']' or '}' && open.Count > 0 && open.Pop();
            if (c is '(' or '[' or '{') open.Push(c == '{');
            atKey = c == '{' || (atKey && char.IsWhiteSpace(c)) || (c == ',' && open.Count > 0 && open.Peek());
            text.Append(c == '{' ? "(" : closesDictionary ? ", )" : c.ToString());
        }
        return text.ToString();
    }

    // The index after the closing quote.
    static int EndOfText(string source, int start)
    {
        int i = start + 1;
        while (i < source.Length && source[i] != source[start]) i += source[i] == '\\' ? 2 : 1;
        return Math.Min(source.Length, i + 1);
    }

    static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
