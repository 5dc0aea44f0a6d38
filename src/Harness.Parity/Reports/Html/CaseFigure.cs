using System.Collections.Immutable;
using System.Text;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports.Html;

/// <summary>All about one case.</summary>
static class CaseFigure
{
    // Names of a list on a page; parity.json holds all.
    const int Listed = 12;

    /// <summary>The case's state in the words of the page's styles.</summary>
    public static string StateOf(Verdict verdict) =>
        !verdict.Holds ? "fails" : verdict.Findings.IsEmpty ? "holds" : "warns";

    /// <summary>A state with its sign: colour alone tells nothing to who does not see it.</summary>
    public static string Sign(string state) => state switch
    {
        "fails" => "✗ fails",
        "warns" => "! warns",
        _ => "✓ holds",
    };

    /// <summary>Appends a case that somebody has to look at.</summary>
    /// <param name="text">The page.</param>
    /// <param name="verdict">The case.</param>
    /// <param name="number">Its number on the page.</param>
    /// <param name="detail">How much of it.</param>
    public static void AppendCard(StringBuilder text, Verdict verdict, int number, Detail detail)
    {
        string state = StateOf(verdict);
        text.Add($"<article class=\"{state}\" id=\"card-{number}\" data-case=\"{state}\" ");
        text.Add($"aria-labelledby=\"name-{number}\">\n");
        text.Add($"<header><span class=\"badge {state}\">{Sign(state)}</span>");
        text.Add($"<h3 class=\"name\" id=\"name-{number}\">{Markup.Text(verdict.Name)}</h3>");
        text.Add($"<span class=\"chip\">{Markup.Text(verdict.Device)}</span>");
        if (verdict.Coverage is { } coverage)
            text.Add($"<span class=\"chip\">{coverage}</span>");
        text.Append("</header>\n");
        AppendNotes(text, verdict);
        AppendFindings(text, verdict.Findings);
        if (detail != Detail.FindingsOnly)
        {
            AppendTiles(text, verdict);
            AppendBody(text, verdict, detail);
        }
        text.Append("</article>\n");
    }

    /// <summary>Appends what there is to see of a case below its findings.</summary>
    public static void AppendBody(StringBuilder text, Verdict verdict, Detail detail)
    {
        NodePlot.Append(text, verdict, names: detail == Detail.All);
        if (verdict.Map is { } map) MapFigure.Append(text, map, "float64");
        if (verdict.Float32?.Map is { } single) MapFigure.Append(text, single, "float32");
        NodeTable.AppendWorst(text, verdict);
        if (detail == Detail.All) NodeTable.AppendAll(text, verdict);
        AppendFacts(text, verdict);
    }

    /// <summary>Appends findings as a list.</summary>
    public static void AppendFindings(StringBuilder text, ImmutableArray<Finding> findings)
    {
        if (findings.IsEmpty) return;
        text.Append("<ul class=\"findings\">\n");
        foreach (var finding in findings)
        {
            string state = finding.Severity() == Severity.Warning ? "warns" : "fails";
            text.Add($"<li><strong class=\"{state}\">{CodeGlossary.Heading(finding.Code)}</strong><br>");
            text.Add($"{Markup.Text(finding.Message)} <span class=\"name\">{Markup.Text(finding.Place)}</span></li>\n");
        }
        text.Append("</ul>\n");
    }

    /// <summary>Appends what somebody decided about a case.</summary>
    public static void AppendNotes(StringBuilder text, Verdict verdict)
    {
        foreach (string note in verdict.Notes)
            text.Add($"<p class=\"warns\">{Markup.Text(note)}</p>\n");
        if (verdict.Fault is not null)
        {
            text.Add($"<p class=\"fails\">A fault was injected on purpose: <code>{Markup.Text(verdict.Fault)}");
            text.Add($"</code></p>\n");
        }
    }

    static void AppendTiles(StringBuilder text, Verdict verdict)
    {
        text.Append("<dl class=\"tiles\">\n");
        if (verdict.FirstBadNode is { } bad)
        {
            string source = bad.Place.Line > 0 ? $" at {Markup.Text(bad.Place.ToString())}" : "";
            Tile("first bad node", $"<code>{Markup.Text(bad.Node)}</code>",
                $"{Markup.Text(bad.Op)}{source}; {Figures.Short(bad.Isolated)} from its probe, " +
                $"limit {Figures.Short(bad.Limit)}; {Figures.Short(bad.Cumulative)} at the output");
        }
        if (Worst(verdict.Float64) is { } drift)
        {
            string worst = verdict.Float64.Length > 1
                ? $"<code>{Markup.Text(drift.Output)}</code>, worst of {verdict.Float64.Length} outputs; " : "";
            Tile("float64 max |a-e|", Figures.Short(drift.MaxAbs),
                $"{worst}limit {Figures.Short(drift.Limit.Value)}; scaled {Figures.Short(drift.Scaled)}");
            if (!drift.Holds)
            {
                Tile("beyond the limit", Figures.Percent(drift.Beyond, drift.Shape.Elements),
                    $"of {drift.Shape.Elements} elements; rms {Figures.Short(drift.Rms)}"
                    + (drift.NonFinite > 0 ? $"; {drift.NonFinite} NaN or infinite on one side only" : ""));
                Tile("worst element", Markup.Text(drift.Worst.ToString()), Markup.Text(drift.Worst.Values("golden")));
            }
        }
        if (verdict.Float32 is { } float32)
            Tile("float32 max |a-e|", Figures.Short(float32.MaxAbs),
                $"limit {Figures.Short(float32.Limit)}: {Markup.Text(float32.LimitText)}");
        text.Append("</dl>\n");

        void Tile(string name, string value, string more) =>
            text.Add($"<div><dt>{name}</dt><dd>{value}<small>{more}</small></dd></div>\n");
    }

    /// <summary>The drift that is furthest beyond its limit, or nearest to it; null of none.</summary>
    public static Drift? Worst(ImmutableArray<Drift> drifts) =>
        drifts.MaxBy(drift => (!drift.Holds, drift.ShareOfLimit));

    static void AppendFacts(StringBuilder text, Verdict verdict)
    {
        text.Append("<h4>The golden, and how it was held</h4>\n<dl class=\"facts\">\n");
        if (verdict.Origin is { } origin)
        {
            var by = origin.RecordedBy;
            Fact("recorded by", $"PyTorch {Markup.Text(by.Torch)} on {Markup.Text(by.Device)}, {Markup.Text(by.DType)}"
                + $", TF32 {(by.Tf32 ? "on" : "off")}"
                + (origin.CastsLifted > 0 ? $"; {origin.CastsLifted} casts lifted" : ""));
            Fact("model", $"<code>{Markup.Text(origin.Model)}</code>");
            Fact(origin.Inputs.Length == 1 ? "input" : "inputs", Ports(origin.Inputs)
                + (origin.GuessesShapes ? "; <strong class=\"warns\">shapes guessed when it was recorded</strong>"
                    : "; shapes stated by the model or by who recorded it"));
            Fact(origin.Outputs.Length == 1 ? "output" : "outputs", Ports(origin.Outputs));
            Fact("PyTorch's float32 noise", string.Join(", ", origin.Outputs.Take(Listed)
                .Select(port => Figures.Short(port.Noise))) + More(origin.Outputs.Length)
                + $", the worst of {origin.NoiseSamples} inputs");
        }
        if (verdict.Tolerance is { } tolerance)
        {
            Fact("limit in float64", Markup.Text(tolerance.ToString())
                + (tolerance.Reason.Length > 0 ? $": {Markup.Text(tolerance.Reason)}"
                    : tolerance.IsDefault ? ", and by each output's magnitude" : ""));
        }
        if (verdict.Float32 is { } float32)
        {
            Fact("limit in float32", $"{Figures.Short(float32.Limit)}: {Markup.Text(float32.LimitText)}");
            Fact("order of additions", Markup.Text(float32.OrderText));
        }
        if (verdict.Coverage is { } coverage)
        {
            Fact("coverage", coverage + Names("; not compared", verdict.UnmeasuredProbes)
                + Names("; without a probe", verdict.UnprobedNodes)
                + Names("; taps of no node", verdict.UnmatchedTaps));
        }
        if (verdict.Leaves > 0)
            Fact("weights", $"{verdict.Leaves} leaves came back bit for bit"
                + (verdict.FlaxLayers > 0 ? $"; {verdict.FlaxLayers} layers computed once more as Flax does" : ""));
        foreach (var drift in verdict.Float64.Concat(verdict.Float32?.Outputs ?? []))
        {
            if (drift.Exempt is { } why)
                Fact("exempt", $"<code>{Markup.Text(drift.Output)}</code>: {Markup.Text(why)}");
        }
        if (!verdict.History.IsEmpty)
        {
            var history = new StringBuilder();
            Trend.Append(history, verdict);
            history.Add($" {verdict.History.Length} earlier runs since {verdict.History[0].Time:yyyy-MM-dd}");
            Fact("float64 drift so far", history.ToString());
        }
        text.Append("</dl>\n");

        void Fact(string name, string value) =>
            text.Add($"<dt>{name}</dt><dd>{value}</dd>\n");
    }

    static string Ports(ImmutableArray<OriginPort> ports) => string.Join(", ", ports.Take(Listed).Select(port =>
        $"<code>{Markup.Text(port.Name)}</code> {port.Type.NumPyName()} {port.Shape}"
        + (port.Seed is { } seed ? $", made from seed {seed}" : ""))) + More(ports.Length);

    static string Names(string words, ImmutableArray<string> names) => names.IsEmpty ? ""
        : $"{words}: " + string.Join(", ", names.Take(Listed).Select(name => $"<code>{Markup.Text(name)}</code>"))
            + More(names.Length);

    static string More(int count) => count > Listed ? $" and {count - Listed} more" : "";
}
