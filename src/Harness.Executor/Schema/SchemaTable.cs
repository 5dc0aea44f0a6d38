using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Harness.Executor.Schema;

/// <summary>The operators of PyTorch that models use, by their schemas: for every file format the same names, defaults,
/// aliases and writes.</summary>
/// <remarks>A text without an index: to find an operator's lines in 30 KB takes microseconds, and only the lines of
/// operators that a model uses are ever parsed.</remarks>
public static class SchemaTable
{
    // Our own additions come first, so that they stand for what PyTorch states too narrowly.
    static readonly string[] s_texts = [Text("Additions.txt"), Text("Operators.txt")];
    // Of references, whose code the runtime brings along; another type would cost each process its compilation.
    static readonly ConcurrentDictionary<string, Signature[]> s_parsed = new(StringComparer.Ordinal);

    /// <summary>The overloads of an operator, with those of the operator in place that follow from the operator
    /// itself (<c>relu6_</c> from <c>relu6</c>); empty for one that the table lacks.</summary>
    /// <param name="target">The operator without overload: <c>aten::conv2d</c>.</param>
    public static ImmutableArray<Signature> Overloads(string target)
    {
        if (s_parsed.TryGetValue(target, out var known)) return ImmutableCollectionsMarshal.AsImmutableArray(known);
        var found = new List<Signature>();
        Add(target, found);
        if (target.EndsWith('_'))
        {
            var functional = new List<Signature>();
            Add(target[..^1], functional);
            foreach (var signature in functional)
                if (signature.InPlace() is { } made && !Has(found, made.Overload)) found.Add(made);
        }
        // What the table lacks is not remembered: a hostile file could name operators without end.
        return found.Count == 0
            ? []
            : ImmutableCollectionsMarshal.AsImmutableArray(s_parsed.GetOrAdd(target, found.ToArray()));
    }

    /// <summary>Every operator that the table states, without overloads, sorted.</summary>
    public static ImmutableArray<string> Targets =>
    [
        .. s_texts.SelectMany(text => text.Split('\n'))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line[..line.AsSpan().IndexOfAny('.', '(')])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

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

    static bool Has(List<Signature> signatures, string overload)
    {
        foreach (var signature in signatures)
            if (signature.Overload == overload) return true;
        return false;
    }

    // The schemas that the texts state for an operator.
    static void Add(string target, List<Signature> found)
    {
        // A file may name anything; only a name can be found.
        if (target.Length == 0) return;
        foreach (char letter in target)
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('_' or ':')) return;
        string start = "\n" + target;
        foreach (string text in s_texts)
        {
            for (int at = text.IndexOf(start, StringComparison.Ordinal); at >= 0;
                at = text.IndexOf(start, at + 1, StringComparison.Ordinal))
            {
                // relu is the beginning of relu6 too.
                if (text[at + start.Length] is not ('.' or '(')) continue;
                string line = text[(at + 1)..text.IndexOf('\n', at + 1)];
                int comment = line.IndexOf("  #", StringComparison.Ordinal);
                var signature = Signature.Parse(comment < 0 ? line : line[..comment]);
                if (!Has(found, signature.Overload)) found.Add(signature);
            }
        }
    }

    static string Text(string resource)
    {
        using var stream = typeof(SchemaTable).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        // A checkout may have turned the ends of lines into Windows' own.
        return Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n");
    }
}
