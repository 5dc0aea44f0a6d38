using System.Globalization;
using System.Text.RegularExpressions;
using Harness.Executor.Model;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Reports.Html;

public sealed partial class HtmlReportTests
{
    // Ends of elements, attributes, comments and scripts; what runs; what turns text around or hides it.
    const string Hostile = "\"'><script>hacked=1</script><img src=x onerror=hacked=1><!--</style>&lt;\u202Ebidi\u2066"
        + "\u200B\0\u0007\u2028\uFEFF]]>{{7*7}}`${7}";

    [Fact]
    public void What_a_reader_needs_stands_on_the_page()
    {
        string page = PageCases.Page;

        page.Should().Contain("Parity does not hold").And.Contain("21 of 23 cases hold, 1 of them with a warning");
        Regex.Match(page, "<h2>[^<]*").Value.Should().Be("<h2>Failures (3)", "they come first");
        page.Should().Contain("first bad: layer2.0.conv1")
            .And.Contain("60 of 62 nodes compared")
            .And.Contain("PyTorch 2.10.0 on cpu, float64, TF32 off; 2 casts lifted")
            .And.Contain("<code>x</code> float32 (1, 3, 9, 7), made from seed 3")
            .And.Contain("not compared: <code>fc.t</code>").And.Contain("without a probe: <code>split</code>")
            .And.Contain("outputs accepted by hand: it is right")
            .And.Contain("Worst ten nodes").And.Contain("All 60 nodes, by module instance")
            .And.Contain("code/net.py:10")
            .And.Contain("PyTorch's own float32 noise at the output 1.3e-8")
            .And.Contain("largest |a-e| 3.2e+0 around H 2, W 3").And.Contain("2 of 2 bars beyond the limit")
            .And.Contain("9 earlier runs since 2026-01-01");
        foreach (var finding in PageCases.Gate().AllFindings)
        {
            page.Should().Contain($"<a href=\"#{finding.Code}\">{finding.Code}</a>", "with its meaning")
                .And.Contain($"<section class=\"code\" id=\"{finding.Code}\">", "its cause and its cure");
        }
    }

    [Fact]
    public void Nothing_of_a_models_is_markup()
    {
        string plain = PageCases.Page, page = PageCases.Render(PageCases.Gate(Hostile));

        page.Should().NotContain(Hostile).And.NotContain("<script>hacked").And.NotContain("<img src=x")
            .And.NotContain("\u202E").And.NotContain("\u2066").And.NotContain("\0").And.NotContain("\uFEFF")
            .And.Contain("[U+202E]bidi[U+2066]");
        // The same elements as a page of plain names, but for what is said of a fault and of guessed shapes.
        var added = Tags(page).Except(Tags(plain)).ToList();
        added.Should().BeEmpty();
        Regex.Count(page, "<script").Should().Be(1);
        Regex.Count(page, "<img ").Should().Be(Regex.Count(page, "<img class=\"(plane|scale)\""));
    }

    // Elements by name with the names of their attributes.
    static IEnumerable<string> Tags(string page) => TagPattern().Matches(page).Select(tag => tag.Groups[1].Value + " "
        + string.Join(' ', AttributePattern().Matches(tag.Groups[2].Value).Select(name => name.Groups[1].Value)));

    [Fact]
    public void The_page_needs_nothing_from_elsewhere_and_says_so()
    {
        string page = PageCases.Page;

        Regex.Matches(page, "(?:href|src|url)=?[\"(]([^\")]*)").Select(link => link.Groups[1].Value).Should()
            .OnlyContain(link => link.StartsWith('#') || link.StartsWith("data:image/png;base64,"));
        string policy = Regex.Match(page, "Content-Security-Policy\" content=\"([^\"]*)").Groups[1].Value;
        policy.Should().StartWith("default-src 'none'; img-src data:; style-src 'sha256-").And.NotContain("unsafe");
        page.Should().NotMatchRegex("<[^>]* (style|on\\w+)=\"", "the policy would not let it");
    }

    [Fact]
    public void Both_palettes_have_the_contrast_that_WCAG_asks_of_text_and_of_graphics()
    {
        var palettes = Regex.Matches(PageCases.Page, @":root \{[^}]*--page[^}]*\}")
            .Select(palette => VariablePattern().Matches(palette.Value)
                .ToDictionary(pair => pair.Groups[1].Value, pair => Luminance(pair.Groups[2].Value))).ToList();

        palettes.Should().HaveCount(2);
        foreach (var palette in palettes)
        {
            foreach (string behind in (string[])["page", "raised"])
            {
                foreach (string text in (string[])["text", "muted", "link", "fails", "warns", "holds"])
                    Contrast(palette[text], palette[behind]).Should().BeGreaterThan(4.5, $"{text} on {behind}");
                foreach (string line in palette.Keys.Where(name => name.EndsWith("64") || name.EndsWith("32")))
                    Contrast(palette[line], palette[behind]).Should().BeGreaterThan(3, $"{line} on {behind}");
            }
            foreach (string state in (string[])["fails", "warns", "holds"])
                Contrast(palette["on-state"], palette[state]).Should().BeGreaterThan(4.5, $"a badge of {state}");
        }
    }

    // https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    static double Luminance(string hex)
    {
        double[] parts = [.. Enumerable.Range(0, 3).Select(i =>
            int.Parse(hex.AsSpan(i * 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)];
        double[] linear = [.. parts.Select(x => x <= 0.04045 ? x / 12.92 : Math.Pow((x + 0.055) / 1.055, 2.4))];
        return (0.2126 * linear[0]) + (0.7152 * linear[1]) + (0.0722 * linear[2]);
    }

    static double Contrast(double one, double other) =>
        (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);

    [Fact]
    public void A_page_of_thousands_of_cases_stays_small_and_leaves_none_out()
    {
        var gate = new GateVerdict(
            [
                .. Enumerable.Range(0, 300).Select(i => PageCases.Red($"golden/red{i:0000}", "conv")),
                .. Enumerable.Range(0, 1500).Select(i => PageCases.Green($"golden/green{i:0000}", i)),
            ], []);

        string page = PageCases.Render(gate);

        page.Length.Should().BeInRange(2_500_000, 3_500_000);
        foreach (var verdict in gate.Cases) page.Should().Contain($"{verdict.Name}<");
        page.Should().Contain("parity.json holds what was measured of all");
    }

    [Fact]
    public void A_case_that_drifts_by_infinity_or_by_nothing_is_drawn()
    {
        var verdict = PageCases.Red("golden/a", "conv") with
        {
            Map = DriftMap.Of("0", 1e-9, Tensor.Of([2], [double.NaN, 1]), Tensor.Of([2], [1.0, 1])),
        };
        string page = PageCases.Render(new GateVerdict([verdict], []));

        page.Should().Contain("largest |a-e| infinite in index 0");
        // No place of a picture is nowhere.
        Regex.Matches(page, "=\"[^\"]*(NaN|Infinity|∞)[^\"]*\"").Should().BeEmpty();
        verdict = PageCases.Green("golden/b", 0);
        PageCases.Render(new GateVerdict([verdict], [])).Should().Contain("Every element is equal");
    }

    [Fact]
    public void What_somebody_else_computed_in_float32_is_called_so()
    {
        var verdict = PageCases.Green("golden/port", 1) with { Device = "y.npz", Float64 = [] };

        string page = PageCases.Render(new GateVerdict([verdict], []));

        page.Should().Contain("Limits: float32 1.0e-10").And.NotContain("Limits: float64")
            .And.NotContain("<path class=\"series c64\" d=\"M8");
    }

    [GeneratedRegex("<(/?[a-z0-9]+)((?: [a-z0-9-]+(?:=\"[^\"]*\")?)*) ?/?>", RegexOptions.IgnoreCase)]
    private static partial Regex TagPattern();

    [GeneratedRegex(" ([a-zA-Z0-9-]+)(?:=\"[^\"]*\")?")]
    private static partial Regex AttributePattern();

    [GeneratedRegex("--([a-z0-9-]+): #([0-9a-f]{6})")]
    private static partial Regex VariablePattern();
}
