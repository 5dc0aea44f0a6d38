using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Harness.Executor.Schema;

/// <summary>The operators of PyTorch that models use, by their schemas: for every file format the same names, defaults,
/// aliases and writes.</summary>
/// <remarks>The text is indexed once, on first use; a schema is parsed when a model uses its operator.</remarks>
public static class SchemaTable
{
    static readonly Lazy<Dictionary<string, List<string>>> s_lines = new(Index);
    static readonly ConcurrentDictionary<string, ImmutableArray<Signature>> s_parsed = new(StringComparer.Ordinal);

    /// <summary>Every schema's text, those that ops add first.</summary>
    public static IEnumerable<string> Texts => s_lines.Value.Values.SelectMany(lines => lines);

    /// <summary>The overloads of an operator, with those of the operator in place that follow from the operator
    /// itself (<c>relu6_</c> from <c>relu6</c>); empty for one that the table lacks.</summary>
    /// <param name="target">The operator without overload: <c>aten::conv2d</c>.</param>
    public static ImmutableArray<Signature> Overloads(string target)
    {
        if (s_parsed.TryGetValue(target, out var known)) return known;
        var own = Own(target);
        if (target.EndsWith('_'))
        {
            var derived = Own(target[..^1]).Select(signature => signature.InPlace()).OfType<Signature>()
                .Where(made => own.All(stated => stated.Overload != made.Overload));
            own = [.. own, .. derived];
        }
        // What the table lacks is not remembered: a hostile file could name operators without end.
        return own.IsEmpty ? own : s_parsed.GetOrAdd(target, own);
    }

    /// <summary>One overload; null when the table lacks it.</summary>
    /// <param name="name">The operator with its overload: <c>aten::conv2d.padding</c>.</param>
    public static Signature? Find(string name)
    {
        int dot = name.IndexOf('.');
        var (target, overload) = dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
        foreach (var signature in Overloads(target))
            if (signature.Overload == overload) return signature;
        return null;
    }

    static ImmutableArray<Signature> Own(string target) =>
        s_lines.Value.TryGetValue(target, out var lines) ? [.. lines.Select(Signature.Parse)] : [];

    // Our own additions come first, so that they stand for what PyTorch states too narrowly.
    static Dictionary<string, List<string>> Index()
    {
        var lines = new Dictionary<string, List<string>>(512, StringComparer.Ordinal);
        foreach (string resource in (string[])["Additions.txt", "Operators.txt"])
        {
            using var stream = typeof(SchemaTable).Assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0 || line[0] == '#') continue;
                int comment = line.IndexOf("  #", StringComparison.Ordinal);
                if (comment >= 0) line = line[..comment];
                int name = line.IndexOf('('), dot = line.IndexOf('.', 0, name);
                string target = line[..(dot < 0 ? name : dot)];
                if (!lines.TryGetValue(target, out var overloads)) lines[target] = overloads = [];
                if (!overloads.Exists(known => known.AsSpan(0, known.IndexOf('(') + 1)
                        .SequenceEqual(line.AsSpan(0, name + 1)))) overloads.Add(line);
            }
        }
        return lines;
    }
}
