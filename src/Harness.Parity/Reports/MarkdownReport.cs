using System.Text;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary><c>parity.md</c>: what happened, for people; the worst case comes first.</summary>
public static class MarkdownReport
{
    // A table that pushes what comes after it off the screen is opened by whoever wants it.
    const int MostRowsOpen = 20;

    internal const string Heading = "# Parity\n\n**";

    // What may still have to be said and closed at the end.
    const int Closing = 256;

    /// <summary>The whole report.</summary>
    internal static string Render(GateVerdict gate) => Render(gate, int.MaxValue);

    /// <summary>As much of the report as there is room for; what is left out is counted.</summary>
    /// <param name="gate">What happened.</param>
    /// <param name="room">How many bytes of UTF-8 it may take.</param>
    /// <returns>Nothing where there is no room for the answer itself.</returns>
    public static string Render(GateVerdict gate, int room)
    {
        ArgumentNullException.ThrowIfNull(gate);
        var text = new StringBuilder();
        int left = room - Closing, omitted = 0;
        if (!Fits(Title(gate))) return "";
        foreach (string part in Sections(gate)) omitted += Fits(part) ? 0 : 1;
        bool closed = gate.Cases.Length > MostRowsOpen;
        if (!gate.Cases.IsEmpty && Fits(TableHead(closed)))
        {
            foreach (var verdict in gate.Cases) omitted += Fits(Row(verdict)) ? 0 : 1;
            if (closed) text.Append("\n</details>\n");
        }
        if (omitted > 0) text.Append($"\n{omitted} more parts have no room here; `--report` writes them all.\n");
        return text.ToString();

        // Whole or not at all: half a table's row shows nothing. Nor does anything that follows a gap.
        bool Fits(string part)
        {
            int bytes = Encoding.UTF8.GetByteCount(part);
            if (omitted > 0 || bytes > left) return false;
            left -= bytes;
            text.Append(part);
            return true;
        }
    }

    static string Title(GateVerdict gate)
    {
        int failing = gate.Cases.Count(verdict => !verdict.Holds);
        return $"{Heading}{(gate.Holds ? "Holds" : "Does not hold")}**: " +
            $"{gate.Cases.Length - failing} of {gate.Cases.Length} cases hold.\n";
    }

    static IEnumerable<string> Sections(GateVerdict gate)
    {
        foreach (var verdict in gate.Cases.Where(verdict => !verdict.Findings.IsEmpty)
            .OrderBy(verdict => verdict.Holds).ThenByDescending(verdict => verdict.TimesTheLimit))
        {
            var text = new StringBuilder($"\n## {Text(verdict.Name)}\n\n");
            if (verdict.Fault is { } fault) text.Append($"A fault was injected on purpose: {Code(fault)}.\n\n");
            AppendFindings(text, verdict.Findings);
            AppendNodes(text, verdict);
            yield return text.ToString();
        }
        if (gate.Findings.IsEmpty) yield break;
        var besides = new StringBuilder("\n## Besides\n\n");
        AppendFindings(besides, gate.Findings);
        yield return besides.ToString();
    }

    static void AppendFindings(StringBuilder text, IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            text.Append($"- {finding.Word()} **{Text(finding.Code)}** {Text(finding.Message)} ");
            text.Append($"({Code(finding.Place)})\n");
        }
    }

    static void AppendNodes(StringBuilder text, Verdict verdict)
    {
        var drifting = verdict.Float32?.Nodes.Where(node => !node.Holds).ToArray() ?? [];
        if (drifting.Length == 0) return;
        text.Append("\n| float32 node | op | error | limit | times the limit |\n|---|---|---|---|---|\n");
        foreach (var node in drifting)
        {
            text.Append(
                $"| {Code(node.Node)} | {Text(node.Op)} | {Figures.Short(node.Error)} " +
                $"| {Figures.Short(node.Limit)} = ");
            text.Append($"{Text(node.Bound)} | {Figures.Short(node.Ratio)} |\n");
        }
    }

    static string TableHead(bool closed) => "\n## Cases\n\n"
        + (closed ? "<details><summary>Every case</summary>\n\n" : "")
        + "| case | device | | float64 drift | scaled | float32 drift | limit | order of additions "
        + "| nearest node in float32 |\n|---|---|---|---|---|---|---|---|---|\n";

    static string Row(Verdict verdict)
    {
        string float64 = verdict.Float64.IsEmpty ? "–" : Figures.Short(verdict.Float64.Max(drift => drift.MaxAbs));
        string scaled = verdict.Float64.IsEmpty ? "–" : Figures.Short(verdict.Float64.Max(drift => drift.Scaled));
        string float32 = "–", limit = "–", order = "–", nearest = "–";
        if (verdict.Float32 is { } measured)
        {
            float32 = Figures.Short(measured.MaxAbs);
            limit = $"{Figures.Short(measured.Limit)} ({Text(measured.LimitText)})";
            order = Text(measured.OrderText);
            if (!measured.Nodes.IsEmpty)
                nearest = $"{Code(measured.Nodes[0].Node)} at {Figures.Short(measured.Nodes[0].Ratio)} of its limit";
        }
        string state = !verdict.Holds ? "**fails**" : verdict.Findings.IsEmpty ? "holds" : "holds, with warnings";
        if (!verdict.Notes.IsEmpty) state += $" ({Text(string.Join("; ", verdict.Notes))})";
        return $"| {Text(verdict.Name)} | {Text(verdict.Device)} | {state} | {float64} | {scaled} | {float32} " +
            $"| {limit} | {order} | {nearest} |\n";
    }

    // What Markdown would take for a table's edge or for markup stays text.
    static string Text(string text) => VisibleText.Of(text).Replace("\\", "\\\\").Replace("|", "\\|")
        .Replace("<", "&lt;").Replace("*", "\\*").Replace("_", "\\_").Replace("`", "\\`").Replace("[", "\\[");

    // Nothing inside can end it, and a table would still see its edge.
    static string Code(string text) => $"`{VisibleText.Of(text).Replace('`', '\'').Replace("|", "\\|")}`";
}
