using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Harness.Executor.Model;

namespace Harness.Formats.Export;

/// <summary>Where a node of an exported program comes from: the module's path and the line of Python.</summary>
static partial class ExportPlace
{
    /// <summary>The innermost module of <c>nn_module_stack</c>, and the innermost line of <c>stack_trace</c> that is
    /// not PyTorch's own. Of paths only the file's name is kept: the rest is the author's machine.</summary>
    /// <param name="node">The node.</param>
    /// <param name="document">What is named where a node says no line.</param>
    public static SourcePlace Of(JsonElement node, string document)
    {
        if (node.Maybe("metadata") is not { } metadata) return new SourcePlace("", document, 0);
        string module = Module(metadata.Maybe("nn_module_stack")?.GetString() ?? "");
        var lines = Line().Matches(metadata.Maybe("stack_trace")?.GetString() ?? "");
        var line = lines.LastOrDefault(one => !one.Groups["file"].Value.Contains("/torch/", StringComparison.Ordinal))
            ?? lines.LastOrDefault();
        if (line is null) return new SourcePlace(module, document, 0);
        string file = line.Groups["file"].Value;
        return new SourcePlace(module, file[(file.LastIndexOfAny(['/', '\\']) + 1)..],
            int.TryParse(line.Groups["line"].Value, CultureInfo.InvariantCulture, out int number) ? number : 0);
    }

    /// <summary>The modules that a node stands in, the outermost first: each one's path and the name of its
    /// class.</summary>
    public static IEnumerable<(string Path, string Type)> Modules(JsonElement node)
    {
        string stack = node.Maybe("metadata")?.Maybe("nn_module_stack")?.GetString() ?? "";
        foreach (string entry in stack.Split(';', StringSplitOptions.RemoveEmptyEntries))
            if (Split(entry) is var (path, type)) yield return (path, type[(type.LastIndexOf('.') + 1)..]);
    }

    static string Module(string stack) =>
        stack.Length > 0 && Split(stack[(stack.LastIndexOf(';') + 1)..]) is var (path, _) ? path : "";

    // Entries of key, path and class; a path is the attribute's, with @1 where a module is called again.
    static (string Path, string Type)? Split(string entry)
    {
        int first = entry.IndexOf(','), end = entry.LastIndexOf(',');
        if (first < 0 || end <= first) return null;
        string path = entry[(first + 1)..end];
        int again = path.LastIndexOf('@');
        return (Attribute().Replace(again < 0 ? path : path[..again], match => match.Groups["index"].Success
            ? "." + match.Groups["index"].Value : "").TrimStart('.'), entry[(end + 1)..]);
    }

    // Strict exports write L['self'].layer1[0], by whatever name forward calls its module.
    [GeneratedRegex(@"^L\['[^']*'\]|\[(?<index>\d+)\]")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"File ""(?<file>[^""]*)"", line (?<line>\d+)")]
    private static partial Regex Line();
}
