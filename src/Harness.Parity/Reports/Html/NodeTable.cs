using System.Collections.Immutable;
using System.Text;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports.Html;

/// <summary>Nodes in figures: the worst of a case, and all of it by module instance.</summary>
static class NodeTable
{
    const int Worst = 10;

    /// <summary>The module instance that a node belongs to.</summary>
    public static string ModuleOf(NodeDrift node) => node.Place.Module.Length > 0 ? node.Place.Module : node.Node;

    /// <summary>The ten nodes nearest to their limits, or furthest beyond them.</summary>
    public static void AppendWorst(StringBuilder text, Verdict verdict)
    {
        if (verdict.Probes.IsEmpty)
        {
            AppendSingles(text, verdict);
            return;
        }
        var nodes = verdict.Probes.Select((node, i) => (Node: node, Order: i + 1))
            .OrderByDescending(entry => Badness(entry.Node)).ThenBy(entry => entry.Order).Take(Worst).ToArray();
        string heading = verdict.Probes.Length <= Worst ? "Nodes" : "Worst ten nodes";
        text.Add($"<h4>{heading}</h4>\n");
        Open(text, verdict, sorts: nodes.Length > 3);
        text.Append("<tbody>\n");
        foreach (var (node, order) in nodes) AppendRow(text, verdict, node, order);
        text.Append("</tbody>\n</table>\n");
    }

    /// <summary>Every node in the order in which they ran, by module instance.</summary>
    public static void AppendAll(StringBuilder text, Verdict verdict)
    {
        if (verdict.Probes.Length <= Worst) return;
        text.Add($"<details><summary>All {verdict.Probes.Length} nodes, by module instance</summary>\n");
        Open(text, verdict, sorts: false);
        string? module = null;
        int columns = 3 + Columns(verdict).Length;
        for (int i = 0; i < verdict.Probes.Length; i++)
        {
            var node = verdict.Probes[i];
            if (ModuleOf(node) != module)
            {
                if (module is not null) text.Append("</tbody>\n");
                module = ModuleOf(node);
                text.Add($"<tbody>\n<tr class=\"module\"><th colspan=\"{columns}\" ");
                text.Add($"scope=\"rowgroup\">{Markup.Text(module)}</th></tr>\n");
            }
            AppendRow(text, verdict, node, i + 1);
        }
        text.Append("</tbody>\n</table>\n</details>\n");
    }

    // Where only float32 was verified, its nearest nodes are all there is.
    static void AppendSingles(StringBuilder text, Verdict verdict)
    {
        if (verdict.Float32 is not { Nodes.IsEmpty: false } float32) return;
        text.Append("<h4>float32, node by node: the nearest to their limits</h4>\n");
        text.Append("<table>\n<thead><tr><th scope=\"col\">node</th><th scope=\"col\">op</th>");
        text.Append("<th scope=\"col\">error</th><th scope=\"col\">limit</th><th scope=\"col\">times the limit</th>");
        text.Append("</tr></thead>\n<tbody>\n");
        foreach (var node in float32.Nodes)
        {
            text.Add($"<tr{(node.Holds ? "" : " class=\"bad\"")}>");
            text.Add($"<td data-label=\"node\">{Name(node.Node, node.Place)}</td>");
            text.Add($"<td data-label=\"op\">{Markup.Text(node.Op)}</td>");
            Number(text, "error", node.Error);
            text.Add($"<td data-label=\"limit\"><span>{Figures.Short(node.Limit)}<small>{Markup.Text(node.Bound)}");
            text.Add($"</small></span></td>");
            Number(text, "times the limit", node.Ratio);
            text.Append("</tr>\n");
        }
        text.Append("</tbody>\n</table>\n");
    }

    static void Open(StringBuilder text, Verdict verdict, bool sorts)
    {
        text.Add($"<table{(sorts ? " class=\"sorted\" data-group=\"rows\"" : "")}>\n<thead><tr>");
        foreach (string name in (string[])["#", "node", "op", .. Columns(verdict).Select(column => column.Name)])
        {
            text.Append("<th scope=\"col\">");
            text.Append(sorts ? $"<button type=\"button\">{name}</button></th>" : $"{name}</th>");
        }
        text.Append("</tr></thead>\n");
    }

    static void AppendRow(StringBuilder text, Verdict verdict, NodeDrift node, int order)
    {
        text.Add($"<tr{(IsBad(node) ? " class=\"bad\"" : "")}>");
        text.Add($"<td data-n=\"#\">{order}</td>");
        string first = node.Node == verdict.FirstBadNode?.Node ? "<small class=\"fails\">first bad node</small>" : "";
        text.Add($"<td data-label=\"node\">{Name(node.Node, node.Place, first)}</td>");
        text.Add($"<td data-label=\"op\">{Markup.Text(node.Op)}</td>");
        foreach (var (name, figure) in Columns(verdict)) Number(text, name, figure(node));
        text.Append("</tr>\n");
    }

    // Those of which any node has a figure.
    static ImmutableArray<(string Name, Func<NodeDrift, double?> Of)> Columns(Verdict verdict)
    {
        (string Name, Func<NodeDrift, double?> Of)[] all =
        [
            (NodePlot.IsSingle(verdict) ? "float32" : "float64", node => node.Error),
            ("of its limit", node => Share(node.Error, node.Limit)),
            ("float64 alone", node => node.Isolated64),
            ("float32", node => node.Cumulative32),
            ("float32 alone", node => node.Isolated32),
            ("of that limit", node => node.Isolated32 is { } error ? Share(error, node.Isolated32Limit) : null),
        ];
        return [.. all.Where(column => verdict.Probes.Any(node => column.Of(node) is not null))];
    }

    static void Number(StringBuilder text, string name, double? value) =>
        text.Add($"<td data-n=\"{name}\">{Markup.Short(value)}</td>");

    // With the line that it comes from, where the model says one.
    static string Name(string node, SourcePlace place, string more = "")
    {
        string source = place.Line == 0 ? "" : $"<small>{Markup.Text(place.ToString())}</small>";
        return source.Length + more.Length == 0 ? $"<code>{Markup.Text(node)}</code>"
            : $"<span><code>{Markup.Text(node)}</code>{source}{more}</span>";
    }

    static bool IsBad(NodeDrift node) => !node.Holds || node.Isolated32 > node.Isolated32Limit;

    static double Badness(NodeDrift node) => Math.Max(
        Share(node.Error, node.Limit), node.Isolated32 is { } error ? Share(error, node.Isolated32Limit) : 0);

    static double Share(double error, double limit) => error == 0 ? 0 : error / limit;
}
