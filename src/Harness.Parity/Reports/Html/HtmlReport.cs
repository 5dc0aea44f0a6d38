using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports.Html;

/// <summary><c>parity.html</c>: one page without anything from elsewhere, to be opened from a build's artifacts. What
/// fails comes first; its script only sorts, searches and folds, so that it can be read without.</summary>
static class HtmlReport
{
    // Of a page that opens at once. A browser takes a second for some twenty.
    const int MostBytes = 2_950_000;

    // What each list of failures may take of that, in full and in pictures.
    const int MostInFull = 1_000_000, MostInPictures = 1_800_000;

    static readonly string s_style = Resource("page.css"), s_script = Resource("page.js");

    public static string Render(GateVerdict gate)
    {
        var text = new StringBuilder();
        AppendHead(text, gate);
        AppendSummary(text, gate);
        AppendTools(text, gate);
        NodePlot.AppendGrids(text, gate.Cases);
        text.Append("<main>\n");
        var numbered = gate.Cases.Select((verdict, i) => (Verdict: verdict, Number: i)).ToImmutableArray();
        AppendCards(text, "Failures", "fails", gate.Findings,
            [.. numbered.Where(entry => !entry.Verdict.Holds)]);
        AppendCards(text, "Warnings", "warns", [],
            [.. numbered.Where(entry => CaseFigure.StateOf(entry.Verdict) == "warns")]);
        AppendCases(text, numbered);
        text.Append("</main>\n");
        AppendFooter(text, gate);
        return text.Append("<script>").Append(s_script).Append("</script>\n</body>\n</html>\n").ToString();
    }

    static void AppendHead(StringBuilder text, GateVerdict gate)
    {
        text.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        // Whatever got past the escaping could neither run nor fetch anything.
        text.Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; ");
        text.Add($"style-src '{HashOf(s_style)}'; script-src '{HashOf(s_script)}'; base-uri 'none'; form-action ");
        text.Add($"'none'\">\n");
        text.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        text.Add($"<title>{Title(gate)}</title>\n");
        text.Append("<style>").Append(s_style).Append("</style>\n</head>\n<body>\n");
        text.Append("<a class=\"skip\" href=\"#cases\">To the table of all cases</a>\n");
    }

    static string Title(GateVerdict gate) => gate.Holds ? "Parity holds" : "Parity does not hold";

    static void AppendSummary(StringBuilder text, GateVerdict gate)
    {
        int all = gate.Cases.Length, fail = gate.Cases.Count(verdict => !verdict.Holds);
        int warn = gate.Cases.Count(verdict => CaseFigure.StateOf(verdict) == "warns"), hold = all - fail - warn;
        int compared = gate.Cases.Sum(verdict => verdict.Probes.Length);
        int nodes = compared + gate.Cases.Sum(
            verdict => verdict.UnmeasuredProbes.Length + verdict.UnprobedNodes.Length);
        string devices = string.Join(", ", gate.Cases.Select(verdict => verdict.Device).Distinct().Take(4));
        text.Add($"<header class=\"top {(gate.Holds ? "holds" : "fails")}\">\n<h1>{Title(gate)}</h1>\n");
        text.Add($"<p>{hold + warn} of {all} cases hold");
        text.Add($"{(warn > 0 ? $", {warn} of them with {(warn == 1 ? "a warning" : "warnings")}" : "")}.</p>\n");
        if (all > 0)
        {
            text.Add($"<svg class=\"bar\" viewBox=\"0 0 {all} 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
            text.Add($"<rect class=\"fails\" width=\"{fail}\" height=\"1\"/>");
            text.Add($"<rect class=\"warns\" x=\"{fail}\" width=\"{warn}\" height=\"1\"/>");
            text.Add($"<rect class=\"holds\" x=\"{fail + warn}\" width=\"{hold}\" height=\"1\"/></svg>\n");
        }
        text.Append("<dl class=\"tiles\">\n");
        Tile("fail", fail, fail > 0 ? "fails" : "");
        Tile("warn", warn, warn > 0 ? "warns" : "");
        Tile("hold", hold, hold > 0 ? "holds" : "");
        text.Add($"<div><dt>nodes compared</dt><dd>{compared} of {nodes}</dd></div>\n");
        text.Add($"<div><dt>run by</dt><dd>{Markup.Text(devices)}</dd></div>\n");
        text.Append("</dl>\n</header>\n");

        void Tile(string name, int value, string state) =>
            text.Add($"<div><dt>{name}</dt><dd class=\"{state}\">{value}</dd></div>\n");
    }

    static void AppendTools(StringBuilder text, GateVerdict gate)
    {
        text.Append("<form class=\"tools\" role=\"search\" hidden>\n");
        text.Append("<input id=\"search\" type=\"search\" placeholder=\"Search cases, nodes, codes — press /\" ");
        text.Append("aria-label=\"Search cases, nodes and codes\" autocomplete=\"off\" spellcheck=\"false\">\n");
        foreach (string state in new[] { "all", "fails", "warns", "holds" })
        {
            text.Add($"<button type=\"button\" data-state=\"{state}\" ");
            text.Add($"aria-pressed=\"{(state == "all" ? "true" : "false")}\">{state}</button>\n");
        }
        text.Add($"<span class=\"note\" id=\"shown\" role=\"status\">{gate.Cases.Length} cases</span>\n</form>\n");
    }

    static void AppendCards(
        StringBuilder text, string title, string state, ImmutableArray<Finding> findings,
        ImmutableArray<(Verdict Verdict, int Number)> cases)
    {
        if (cases.IsEmpty && findings.IsEmpty) return;
        text.Add($"<section data-list{(findings.IsEmpty ? "" : " data-kept=\"true\"")}>\n");
        text.Add($"<h2>{title} ({cases.Length + findings.Length})</h2>\n");
        if (!findings.IsEmpty)
        {
            text.Add($"<article class=\"{state}\">\n<h3>Of no single case</h3>\n");
            CaseFigure.AppendFindings(text, findings);
            text.Append("</article>\n");
        }
        int drawn = 0;
        foreach (var (verdict, number) in cases.OrderByDescending(entry => entry.Verdict.TimesTheLimit))
        {
            var detail = text.Length < MostInFull ? Detail.All
                : text.Length < MostInPictures ? Detail.Pictures : Detail.FindingsOnly;
            if (detail != Detail.FindingsOnly) drawn++;
            CaseFigure.AppendCard(text, verdict, number, detail);
        }
        if (drawn < cases.Length)
        {
            text.Add($"<p class=\"note\">The worst {drawn} are drawn, so that the page stays small; ");
            text.Append("parity.json holds what was measured of all.</p>\n");
        }
        text.Append("</section>\n");
    }

    static void AppendCases(StringBuilder text, ImmutableArray<(Verdict Verdict, int Number)> cases)
    {
        text.Append("<section id=\"cases\">\n<h2>All cases</h2>\n");
        if (cases.IsEmpty)
        {
            text.Append("<p>None was verified.</p>\n</section>\n");
            return;
        }
        var details = Details(cases, text.Length);
        int passing = cases.Count(entry => CaseFigure.StateOf(entry.Verdict) == "holds");
        if (details.Count < passing)
        {
            text.Add($"<p class=\"note\">Of the {passing} that hold, the {details.Count} nearest to a limit are ");
            text.Add($"drawn, ");
            text.Append("so that the page stays small; parity.json holds what was measured of all.</p>\n");
        }
        bool trends = cases.Any(entry => !entry.Verdict.History.IsEmpty);
        text.Append("<table class=\"cases sorted\">\n<thead><tr>");
        foreach (string name in Columns(trends))
            text.Add($"<th scope=\"col\"><button type=\"button\">{name}</button></th>");
        text.Append("</tr></thead>\n");
        foreach (var (verdict, number) in cases.OrderBy(entry => CaseFigure.StateOf(entry.Verdict) switch
        {
            "fails" => 0,
            "warns" => 1,
            _ => 2,
        }))
        {
            AppendCase(text, verdict, number, trends, details.GetValueOrDefault(number));
        }
        text.Append("</table>\n</section>\n");
    }

    static IEnumerable<string> Columns(bool trends) =>
    [
        "case", "device", "state", "float64", "scaled", "of its limit", "float32", "of that limit", "nodes compared",
        .. trends ? ["trend"] : (string[])[],
    ];

    // Those nearest to a limit first, while there is room.
    static Dictionary<int, string> Details(ImmutableArray<(Verdict Verdict, int Number)> cases, int taken)
    {
        const int Row = 800;
        int room = MostBytes - taken - (cases.Length * Row);
        var details = new Dictionary<int, string>();
        foreach (var (verdict, number) in cases.Where(entry => CaseFigure.StateOf(entry.Verdict) == "holds")
            .OrderByDescending(entry => entry.Verdict.TimesTheLimit))
        {
            var text = new StringBuilder();
            CaseFigure.AppendBody(text, verdict, Detail.Pictures);
            if ((room -= text.Length) < 0) break;
            details.Add(number, text.ToString());
        }
        return details;
    }

    static void AppendCase(StringBuilder text, Verdict verdict, int number, bool trends, string? details)
    {
        string state = CaseFigure.StateOf(verdict);
        var (float64, float32) = (CaseFigure.Worst(verdict.Float64), verdict.Float32);
        text.Add($"<tbody data-case=\"{state}\">\n<tr class=\"row\">");
        text.Add($"<td data-label=\"case\"><span>");
        text.Append(state == "holds"
            ? $"<span class=\"name\">{Markup.Text(verdict.Name)}</span>"
            : $"<a class=\"name\" href=\"#card-{number}\">{Markup.Text(verdict.Name)}</a>");
        // Cards show theirs themselves.
        if (state == "holds") foreach (string note in verdict.Notes) text.Append($"<small>{Markup.Text(note)}</small>");
        text.Append("</span></td>");
        text.Add($"<td data-label=\"device\">{Markup.Text(verdict.Device)}</td>");
        text.Add($"<td data-label=\"state\"><span class=\"state {state}\">{CaseFigure.Sign(state)}</span></td>");
        Number("float64", float64?.MaxAbs);
        Number("scaled", float64?.Scaled);
        Number("of its limit", float64?.ShareOfLimit);
        Number("float32", float32?.MaxAbs);
        Number("of that limit", float32 is null ? null : float32.MaxAbs == 0 ? 0 : float32.MaxAbs / float32.Limit);
        int compared = verdict.Probes.Length;
        int nodes = compared + verdict.UnmeasuredProbes.Length + verdict.UnprobedNodes.Length;
        text.Add($"<td data-n=\"nodes compared\" data-v=\"{compared}\">{compared} of {nodes}</td>");
        if (trends)
        {
            double? now = float64?.Scaled;
            text.Add($"<td data-n=\"trend\" data-v=\"{Markup.Sortable(Growth(verdict, now))}\">");
            Trend.Append(text, verdict);
            text.Append("</td>");
        }
        text.Append("</tr>\n");
        if (details is not null)
        {
            text.Add($"<tr class=\"more\" id=\"more-{number}\"><td colspan=\"{Columns(trends).Count()}\">");
            text.Append("<details class=\"case\"><summary>Nodes, maps and where the golden comes from</summary>\n");
            text.Append("<div class=\"detail\">\n").Append(details).Append("</div>\n</details></td></tr>\n");
        }
        text.Append("</tbody>\n");

        void Number(string name, double? value) =>
            text.Add($"<td data-n=\"{name}\">{Markup.Short(value)}</td>");
    }

    static double? Growth(Verdict verdict, double? now) =>
        verdict.History.Select(run => run.Float64).OfType<double>().ToArray() is { Length: > 0 } earlier
            && now is { } value
                ? value / Math.Max(earlier.Order().ElementAt(earlier.Length / 2), double.Epsilon) : null;

    static void AppendFooter(StringBuilder text, GateVerdict gate)
    {
        text.Append("<footer>\n");
        CodeGlossary.Append(text, gate.AllFindings.Select(finding => finding.Code));
        text.Append("<h2>How to read this</h2>\n");
        NodePlot.AppendKeyOfAll(text);
        text.Append("""
            <dl>
            <dt>float64</dt>
            <dd>The converted weights, read back from the bytes that ship and run channels-last in double precision,
            against what PyTorch gave. Rounding explains 1e-13 of the largest value; what exceeds the limit is a
            fault.</dd>
            <dt>from its probe (cumulative)</dt>
            <dd>How far a node's result in this run lies from the golden's probe of it, which holds all that went wrong
            before. At the first bad node nothing has: what it lies from its probe is its own. There is where to
            look.</dd>
            <dt>alone (isolated)</dt>
            <dd>The node by itself, computed a second time from exact inputs: in float64 by plain loops over the arrays
            that Flax looks up, in float32 from the float64 run's activations. A fault that both computations share,
            such as a weight that was converted wrongly, shows from the probe and not here.</dd>
            <dt>float32</dt>
            <dd>What users run. Node by node it is held to 1e-6 of what was added up, and end to end to four times
            PyTorch's own float32 noise, or 1e-6.</dd>
            <dt>nodes compared</dt>
            <dd>How many of the model's own nodes were held to a probe of the golden's.</dd>
            </dl>
            </footer>

            """);
    }

    static string HashOf(string text) =>
        $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    static string Resource(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream($"Harness.Parity.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // Whatever line ends the checkout gave them; a parser makes line feeds of others before it hashes.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
