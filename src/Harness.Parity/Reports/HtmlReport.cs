using System.Net;
using System.Text;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports;

/// <summary><c>parity.html</c>: one page without scripts and without anything from elsewhere, to be opened from a
/// build's artifacts.</summary>
static class HtmlReport
{
    const string Head = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Parity</title>
        <style>
        :root { color-scheme: light dark; }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
        td.n { font-variant-numeric: tabular-nums; white-space: nowrap; }
        code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
        .holds { color: #18794e; } .warns { color: #ad5700; } .fails { color: #c62a2f; }
        summary { cursor: pointer; }
        </style>
        </head>
        <body>

        """;

    public static string Render(GateVerdict gate)
    {
        var text = new StringBuilder(Head);
        int holding = gate.Cases.Count(verdict => verdict.Holds);
        text.Append(
            $"<h1 class=\"{(gate.Holds ? "holds" : "fails")}\">Parity " +
            $"{(gate.Holds ? "holds" : "does not hold")}</h1>\n");
        text.Append($"<p>{holding} of {gate.Cases.Length} cases hold.</p>\n");
        AppendFindings(text, gate.Findings);
        text.Append(
            "<table>\n<tr><th>case</th><th>device</th><th></th><th>float64 drift</th><th>scaled</th><th>float32 " +
            "drift</th><th>limit</th><th>order of additions</th></tr>\n");
        foreach (var verdict in gate.Cases) AppendCase(text, verdict);
        return text.Append("</table>\n</body>\n</html>\n").ToString();
    }

    static void AppendCase(StringBuilder text, Verdict verdict)
    {
        string state = !verdict.Holds ? "fails" : verdict.Findings.IsEmpty ? "holds" : "warns";
        text.Append($"<tr><td>{Text(verdict.Name)}</td><td>{verdict.Device}</td><td class=\"{state}\">{state}</td>");
        text.Append($"<td class=\"n\">{Largest(verdict.Float64, drift => drift.MaxAbs)}</td>");
        text.Append($"<td class=\"n\">{Largest(verdict.Float64, drift => drift.Scaled)}</td>");
        text.Append($"<td class=\"n\">{(verdict.Float32 is { } fast ? Figures.Short(fast.MaxAbs) : "–")}</td>");
        string limit = verdict.Float32 is { } float32
            ? $"{Figures.Short(float32.Limit)}<br>{Text(float32.LimitText)}"
            : "–";
        text.Append($"<td class=\"n\">{limit}</td>");
        text.Append($"<td>{Text(verdict.Float32?.OrderText ?? "–")}</td></tr>\n");
        if (verdict.Findings.IsEmpty && verdict.Fault is null && verdict.Notes.IsEmpty) return;
        text.Append("<tr><td colspan=\"8\">\n");
        foreach (string note in verdict.Notes) text.Append($"<p class=\"warns\">{Text(note)}</p>\n");
        if (verdict.Fault is not null)
            text.Append(
                $"<p class=\"fails\">A fault was injected on purpose: <code>{Text(verdict.Fault)}</code></p>\n");
        AppendFindings(text, verdict.Findings);
        AppendNodes(text, verdict);
        text.Append("</td></tr>\n");
    }

    static void AppendFindings(StringBuilder text, IReadOnlyCollection<Finding> findings)
    {
        if (findings.Count == 0) return;
        text.Append("<ul>\n");
        foreach (var finding in findings)
        {
            string state = finding.Severity() == Severity.Warning ? "warns" : "fails";
            text.Append(
                $"<li><b class=\"{state}\">{finding.Code}</b> " +
                $"{Text(finding.Message)}<br><code>{Text(finding.Place)}</code></li>\n");
        }
        text.Append("</ul>\n");
    }

    static void AppendNodes(StringBuilder text, Verdict verdict)
    {
        if (verdict.Float32 is not { Nodes.IsEmpty: false } float32) return;
        text.Append("<details><summary>float32, node by node: the nearest to their limits</summary>\n<table>\n");
        text.Append("<tr><th>node</th><th>op</th><th>error</th><th>limit</th><th>times the limit</th></tr>\n");
        foreach (var node in float32.Nodes)
        {
            text.Append(
                $"<tr><td><code>{Text(node.Node)}</code></td><td>{node.Op}</td><td " +
                $"class=\"n\">{Figures.Short(node.Error)}</td>");
            text.Append($"<td>{Figures.Short(node.Limit)} = {Text(node.Bound)}</td>");
            text.Append($"<td class=\"n {(node.Holds ? "holds" : "fails")}\">{Figures.Short(node.Ratio)}</td></tr>\n");
        }
        text.Append("</table></details>\n");
    }

    static string Largest(IReadOnlyCollection<Drift> drifts, Func<Drift, double> measure) =>
        drifts.Count == 0 ? "–" : Figures.Short(drifts.Max(measure));

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
