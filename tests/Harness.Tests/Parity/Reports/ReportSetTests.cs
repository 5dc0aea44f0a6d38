using System.Text.Json;
using System.Xml.Linq;
using Harness.Executor.Model;
using Harness.Parity.Runners;
using Harness.Parity;
using Harness.Parity.Reports;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Reports;

public sealed class ReportSetTests
{
    // Names and messages as nasty as users' files may be.
    static readonly Finding s_drift = new(
        Codes.OutputDrift, "golden.json(57)", "output '<y>' drifts: |a-e| & \"more\" _here_");
    static readonly Finding s_warning = new(Codes.AboveRounding, "golden.json(3)", "suspicious");

    static readonly GateVerdict s_gate = new(
        [
            new Verdict("golden/ops/a", "a/golden.json", [s_warning])
            {
                Tolerance = Tolerance.Default, Nodes = 3, Leaves = 2, Float64 = [Measured(2e-8)],
                Float32 = new Float32Verdict([Measured(3e-7)], 1e-6, "1e-6",
                    [new Float32Node(
                        "conv", "Conv2d", new SourcePlace("conv", "code.py", 3), 0.25, 1e-7, 4e-7,
                        "1e-6 * (sum|w||x| + |b|)", Measured(1e-7).Worst)]) { Order = new AdditionOrder(2, 5) },
            },
            new Verdict("golden/ops/b|<c>", "b/golden.json", [s_drift])
            {
                Device = "cuda", Notes = ["outputs accepted by hand: <why>"],
                Tolerance = Tolerance.Default, Float64 = [Measured(double.PositiveInfinity)], Fault = "conv:weights",
                FirstBadNode = new BadNode("conv", "Conv2d", SourcePlace.Unknown, 0.5, double.NaN, "why"),
                Duration = TimeSpan.FromSeconds(1.5),
            },
            new Verdict(
                "golden/ops/unusable\u0001", "u/golden.json", [new Finding(Codes.ModelUnreadable, "m.pt", "no model")]),
        ],
        [new Finding(Codes.GoldenUnused, "old/golden.json(1)", "no model uses this golden")]);

    static Drift Measured(double error) => Drift.Measure("0", [1, 2, 1, 1], [1, 2 + error], [1, 2], Tolerance.Default);

    static string Render(string name) => ReportSet.Named([name]).Reports.Single().Render(s_gate);

    [Fact]
    public void The_list_is_sorted_and_every_name_and_file_is_its_own()
    {
        ReportSet.All.Select(report => report.Name).Should().BeInAscendingOrder(StringComparer.Ordinal)
            .And.OnlyHaveUniqueItems();
        ReportSet.All.Select(report => report.FileName).Should().OnlyHaveUniqueItems();
        ReportSet.Named(["json", "pdf"]).Unknown.Should().Be("pdf");
        ReportSet.Named(["json", "json"]).Reports.Should().ContainSingle();
    }

    [Fact]
    public void Every_report_names_every_case_and_every_finding()
    {
        foreach (var report in ReportSet.All)
        {
            string text = report.Render(s_gate);
            text.Should().Contain("outputs accepted by hand", report.Name);
            foreach (var finding in s_gate.AllFindings) text.Should().Contain(finding.Code, report.Name);
            if (report.Name != "sarif") text.Should().Contain("golden/ops/a", report.Name);
            text.Should().EndWith("\n").And.NotContain("\r");
            report.Render(s_gate).Should().Be(text, "the same run gives the same bytes");
        }
    }

    [Fact]
    public void Json_holds_what_was_measured_to_the_last_bit()
    {
        var json = JsonElement.Parse(Render("json"));

        json.GetProperty("holds").GetBoolean().Should().BeFalse();
        var cases = json.GetProperty("cases");
        cases.GetArrayLength().Should().Be(3);
        cases[0].GetProperty("float64")[0].GetProperty("maxAbs").GetDouble().Should().Be(Measured(2e-8).MaxAbs);
        cases[0].GetProperty("float64")[0].GetProperty("at").GetProperty("nhwc")[3].GetInt32().Should().Be(1);
        cases[0].GetProperty("float32").GetProperty("limitReason").GetString().Should().Be("1e-6");
        cases[0].GetProperty("float32").GetProperty("order").GetProperty("winogradSteps").GetInt32().Should().Be(2);
        cases[0].GetProperty("float32").GetProperty("worstNodes")[0].GetProperty("ratio").GetDouble().Should().Be(0.25);
        cases[0].GetProperty("device").GetString().Should().Be("cpu");
        cases[1].GetProperty("device").GetString().Should().Be("cuda");
        cases[1].GetProperty("float64")[0].GetProperty("maxAbs").GetString().Should().Be("Infinity");
        cases[1].GetProperty("firstBadNode").GetProperty("cumulative").GetString().Should().Be("NaN");
        cases[1].GetProperty("fault").GetString().Should().Be("conv:weights");
        cases[1].GetProperty("findings")[0].GetProperty("message").GetString().Should().Be(s_drift.Message);
        json.GetProperty("findings")[0].GetProperty("code").GetString().Should().Be(Codes.GoldenUnused);
    }

    [Fact]
    public void Sarif_places_each_finding_at_its_line()
    {
        var run = JsonElement.Parse(Render("sarif")).GetProperty("runs")[0];

        var results = run.GetProperty("results").EnumerateArray().ToArray();
        results.Should().HaveCount(4);
        results[1].GetProperty("level").GetString().Should().Be("error");
        results[0].GetProperty("level").GetString().Should().Be("warning");
        var place = results[1].GetProperty("locations")[0].GetProperty("physicalLocation");
        place.GetProperty("region").GetProperty("startLine").GetInt32().Should().Be(57);
        place.GetProperty("artifactLocation").GetProperty("uri").GetString().Should().Be("golden.json");
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
        foreach (var result in results)
            rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString().Should()
                .Be(result.GetProperty("ruleId").GetString());
    }

    [Fact]
    public void JUnit_counts_drift_as_failures_and_unusable_inputs_as_errors()
    {
        var suite = XDocument.Parse(Render("junit")).Root!.Element("testsuite")!;

        ((int)suite.Attribute("tests")!, (int)suite.Attribute("failures")!, (int)suite.Attribute("errors")!).Should()
            .Be((4, 2, 1));
        suite.Elements("testcase").Should().HaveCount(4);
        suite.Descendants("failure").First().Attribute("message")!.Value.Should().Be(s_drift.Message);
        suite.Descendants("system-out").First().Value.Should().Contain("warning PAR2003");
        suite.Elements("testcase").Select(element => element.Attribute("classname")!.Value).Should()
            .Equal("parity", "parity.cuda", "parity", "parity");
        suite.Elements("testcase").ElementAt(1).Attribute("time")!.Value.Should().Be("1.500");
    }

    [Fact]
    public void Html_and_markdown_escape_what_users_wrote()
    {
        Render("html").Should().Contain("output &#39;&lt;y&gt;&#39; drifts").And.NotContain("<y>")
            .And.NotContain("<c>");
        Render("markdown").Should().Contain("golden/ops/b\\|&lt;c>").And.Contain("\\_here\\_");
    }

    [Fact]
    public void Html_and_markdown_say_on_which_device_each_case_ran()
    {
        Render("html").Should().MatchRegex("golden/ops/a<[^\n]*>cpu</td>").And.MatchRegex("&lt;c&gt;<[^\n]*>cuda</td>");
        Render("markdown").Should().Contain("| golden/ops/a | cpu |").And.Contain("&lt;c> | cuda |");
    }

    [Fact]
    public void Reports_are_written_into_a_folder_that_is_made()
    {
        using var folder = new TemporaryFolder();

        var files = ReportSet.Write(folder["a/b"], ReportSet.All, s_gate);

        files.Should().HaveCount(5).And.OnlyContain(file => File.Exists(file));
        Directory.GetFiles(folder["a/b"]).Should().HaveCount(5, "no temporary file is left");
    }

    // The task may load nothing of ours, and keeps a list of its own.
    [Fact]
    public void A_build_knows_the_files_of_all_reports()
    {
        string task = File.ReadAllText(Path.Combine(
            Harness.Tests.Naive.NaiveWalkTests.Repository, "src", "Harness.MSBuild", "ParityVerify.cs"));
        int list = task.IndexOf("s_anyReport =", StringComparison.Ordinal);
        string names = task[list..task.IndexOf(';', list)].Replace("JsonReport", $"\"{JsonReport.FileName}\"");

        System.Text.RegularExpressions.Regex.Matches(names, "\"([^\"]+)\"").Select(name => name.Groups[1].Value)
            .Should().BeEquivalentTo(ReportSet.All.Select(report => report.FileName));
    }

    [Fact]
    public void A_run_without_cases_is_rendered_too()
    {
        foreach (var report in ReportSet.All) report.Render(new GateVerdict([], [])).Should().NotBeEmpty();
    }
}
