using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;

namespace Harness.Tests.Ops;

/// <summary>Calls and shapes written as TorchScript writes them, so that a test row is one readable line and
/// <c>check_rows.py</c> can run the same line in PyTorch: <c>aten::max_pool2d(%0, [3, 2], [], [1, 1],
/// ceil_mode=True)</c>.</summary>
static class CallText
{
    /// <summary>A call with one result.</summary>
    public static Call Call(string text, int results = 1)
    {
        int at = text.IndexOf('(', StringComparison.Ordinal);
        string target = text[..at];
        var arguments = ImmutableArray.CreateBuilder<Argument>();
        var keywords = ImmutableArray.CreateBuilder<Keyword>();
        foreach (string part in Split(text[(at + 1)..^1]))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && part[0] is not ('\'' or '['))
                keywords.Add(new Keyword(part[..equals], Argument(part[(equals + 1)..])));
            else arguments.Add(Argument(part));
        }
        return new Call("node", target, arguments.ToImmutable(), keywords.ToImmutable(),
            [.. Enumerable.Range(100, results)], new SourcePlace("", "code/model.py", 7));
    }

    /// <summary>Shapes: <c>(2, 3); ()</c>; none for <c>refused</c>.</summary>
    public static Shape[] Shapes(string text) =>
        text == "refused" ? [] : [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Shape)];

    /// <summary>One shape: <c>(2, 3)</c>.</summary>
    public static Shape Shape(string text) =>
        Harness.Executor.Model.Shape.Create([.. Split(text.Trim()[1..^1]).Select(Number)]);

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static Argument Argument(string text) => text switch
    {
        "None" => Harness.Executor.Model.Argument.None,
        "True" => Harness.Executor.Model.Argument.Of(true),
        "False" => Harness.Executor.Model.Argument.Of(false),
        ['%', ..] => Harness.Executor.Model.Argument.Value(Number(text[1..])),
        ['\'', ..] => Harness.Executor.Model.Argument.Of(text[1..^1]),
        ['[', ..] => Harness.Executor.Model.Argument.Of([.. Split(text[1..^1]).Select(Argument)]),
        _ when text.AsSpan().IndexOfAny('.', 'e', 'n') < 0 =>
            Harness.Executor.Model.Argument.Of(long.Parse(text, CultureInfo.InvariantCulture)),
        _ => Harness.Executor.Model.Argument.Of(double.Parse(text, CultureInfo.InvariantCulture)),
    };

    static IEnumerable<string> Split(string text)
    {
        int depth = 0, start = 0;
        bool quoted = false;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '\'') quoted = !quoted;
            if (i < text.Length && quoted) continue;
            if (i < text.Length && text[i] is ('[' or '(')) depth++;
            if (i < text.Length && text[i] is (']' or ')')) depth--;
            if (i < text.Length && (text[i] != ',' || depth > 0)) continue;
            string part = text[start..i].Trim();
            if (part.Length > 0) yield return part;
            start = i + 1;
        }
    }
}
