using System.Text;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary><c>parity.md</c>: what happened, for people; the cases that fail come first.</summary>
static class MarkdownReport
{
    public static string Render(GateVerdict gate)
    {
        var text = new StringBuilder("# Parity\n\n");
        int failing = gate.Cases.Count(verdict => !verdict.Holds);
        text.Append(gate.Holds ? "**Holds**" : "**Does not hold**");
        text.Append($": {gate.Cases.Length - failing} of {gate.Cases.Length} cases hold.\n");
        foreach (var verdict in gate.Cases.Where(verdict => !verdict.Findings.IsEmpty))
        {
            text.Append($"\n## {Text(verdict.Name)}\n\n");
            if (verdict.Fault is not null) text.Append($"A fault was injected on purpose: `{verdict.Fault}`.\n\n");
            AppendFindings(text, verdict.Findings);
            AppendNodes(text, verdict);
        }
        if (!gate.Findings.IsEmpty) text.Append("\n## Besides\n\n");
        AppendFindings(text, gate.Findings);
        AppendTable(text, gate);
        return text.ToString();
    }

    static void AppendFindings(StringBuilder text, IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            string word = finding.Severity() == Severity.Warning ? "warning" : "error";
            text.Append($"- {word} **{finding.Code}** {Text(finding.Message)} (`{finding.Place}`)\n");
        }
    }

    static void AppendNodes(StringBuilder text, Verdict verdict)
    {
        var drifting = verdict.Float32?.Nodes.Where(node => !node.Holds).ToArray() ?? [];
        if (drifting.Length == 0) return;
        text.Append("\n| float32 node | op | error | limit | times the limit |\n|---|---|---|---|---|\n");
        foreach (var node in drifting)
        {
            text.Append($"| `{node.Node}` | {node.Op} | {Figures.Short(node.Error)} | {Figures.Short(node.Limit)} = ");
            text.Append($"{Text(node.Bound)} | {Figures.Short(node.Ratio)} |\n");
        }
    }

    static void AppendTable(StringBuilder text, GateVerdict gate)
    {
        if (gate.Cases.IsEmpty) return;
        text.Append(
            "\n## Cases\n\n| case | device | | float64 drift | scaled | float32 drift | limit " +
            "| order of additions | nearest node in float32 |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|\n");
        foreach (var verdict in gate.Cases)
        {
            string float64 = verdict.Float64.IsEmpty ? "–"
                : Figures.Short(verdict.Float64.Max(drift => drift.MaxAbs));
            string scaled = verdict.Float64.IsEmpty ? "–" : Figures.Short(verdict.Float64.Max(drift => drift.Scaled));
            string float32 = "–", limit = "–", order = "–", nearest = "–";
            if (verdict.Float32 is { } measured)
            {
                float32 = Figures.Short(measured.MaxAbs);
                limit = $"{Figures.Short(measured.Limit)} ({Text(measured.LimitText)})";
                order = Text(measured.OrderText);
                if (!measured.Nodes.IsEmpty)
                    nearest = $"`{measured.Nodes[0].Node}` at {Figures.Short(measured.Nodes[0].Ratio)} of its limit";
            }
            string state = !verdict.Holds ? "**fails**" : verdict.Findings.IsEmpty ? "holds" : "holds, with warnings";
            if (!verdict.Notes.IsEmpty) state += $" ({Text(string.Join("; ", verdict.Notes))})";
            text.Append(
                $"| {Text(verdict.Name)} | {verdict.Device} | {state} | {float64} | {scaled} | {float32} | {limit} " +
                $"| {order} | {nearest} |\n");
        }
    }

    // What Markdown would take for a table's edge or for markup stays text.
    static string Text(string text) =>
        text.ReplaceLineEndings(" ").Replace("|", "\\|").Replace("<", "&lt;").Replace("*", "\\*").Replace("_", "\\_");
}
