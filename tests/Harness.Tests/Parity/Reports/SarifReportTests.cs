using System.Text.Json;
using Harness.Executor.Model;
using Harness.Parity.Reports;
using Harness.Parity.Verification;
using Harness.Tests.Naive;
using Json.Schema;

namespace Harness.Tests.Parity.Reports;

public sealed class SarifReportTests
{
    static readonly Lazy<JsonSchema> s_schema = new(() => JsonSchema.FromText(File.ReadAllText(
        Path.Combine(NaiveWalkTests.Repository, "tests", "Harness.Tests", "Schemas", "sarif-2.1.0.json"))));

    static string Render(params Verdict[] cases) =>
        ReportSet.Named(["sarif"]).Reports.Single().Render(new GateVerdict([.. cases], []));

    static Verdict Case(string name, params Finding[] findings) => new(name, $"{name}/golden.json", [.. findings])
    {
        Notes = ["accepted by hand: \"why\""],
    };

    static Finding Of(string code, string message = "output '0' drifts: max 1e-3", int line = 12) =>
        new(code, $"a b/golden.json({line})", message);

    static bool IsValid(string sarif) => s_schema.Value.Evaluate(JsonElement.Parse(sarif)).IsValid;

    static JsonElement Run(string sarif) => JsonElement.Parse(sarif).GetProperty("runs")[0];

    static string[] Fingerprints(params Verdict[] cases) =>
        [.. Run(Render(cases)).GetProperty("results").EnumerateArray().Select(result =>
            result.GetProperty("partialFingerprints").EnumerateObject().Single().Value.GetString()!)];

    [Fact]
    public void Every_code_in_it_is_valid_against_the_schema_of_OASIS()
    {
        string sarif = Render(Case("golden/a", [.. Harness.Parity.CodesPage.All.Select(page => Of(page.Code))]));

        IsValid(sarif).Should().BeTrue();
        IsValid(Render()).Should().BeTrue("a green run is a run");
        IsValid(sarif.Replace("\"level\": \"error\"", "\"level\": \"severe\"")).Should().BeFalse(
            "the schema must be able to refuse");
    }

    [Fact]
    public void A_rule_explains_itself_as_the_page_of_the_codes_does()
    {
        var rule = Run(Render(Case("golden/a", Of(Codes.OutputDrift), Of(Codes.AboveRounding))))
            .GetProperty("tool").GetProperty("driver").GetProperty("rules");

        rule[0].GetProperty("name").GetString().Should().Be("OutputDriftBeyondTolerance");
        rule[0].GetProperty("shortDescription").GetProperty("text").GetString().Should()
            .Be("Output drift beyond tolerance.");
        rule[0].GetProperty("help").GetProperty("markdown").GetString().Should().Contain("*Cure:*");
        rule[0].GetProperty("help").GetProperty("text").GetString().Should().Contain("Cure:").And.NotContain("**");
        rule[0].GetProperty("defaultConfiguration").GetProperty("level").GetString().Should().Be("error");
        rule[1].GetProperty("defaultConfiguration").GetProperty("level").GetString().Should().Be("warning");
        if (rule[0].TryGetProperty("helpUri", out var link))
            link.GetString().Should().StartWith("https://").And.EndWith("#par2001");
    }

    [Fact]
    public void A_fingerprint_stays_when_numbers_and_lines_change_and_is_each_findings_own()
    {
        var one = Fingerprints(Case("golden/a", Of(Codes.OutputDrift)));

        Fingerprints(Case("golden/a", Of(Codes.OutputDrift, "output '0' drifts: max 2e-3", 99))).Should().Equal(one);
        Fingerprints(Case("golden/a", Of(Codes.OutputDrift, "output '1' drifts: max 1e-3"))).Should().NotEqual(one);
        Fingerprints(Case("golden/b", Of(Codes.OutputDrift))).Should().NotEqual(one);
        Fingerprints(Case("golden/a", Of(Codes.Float32Drift))).Should().NotEqual(one);
        Fingerprints(Case("golden/a", Of(Codes.OutputDrift)) with { Device = "cuda" }).Should().NotEqual(one);
        Fingerprints(Case("golden/a", Of(Codes.OutputDrift), Of(Codes.OutputDrift))).Should().OnlyHaveUniqueItems()
            .And.StartWith(one);
    }

    [Fact]
    public void Places_are_those_of_the_repository_wherever_the_run_was_started()
    {
        string file = Path.Combine(NaiveWalkTests.Repository, "golden", "models", "é %", "golden.json");

        var place = Run(Render(Case("golden/a", new Finding(Codes.OutputDrift, $"{file}(7)", "m"))))
            .GetProperty("results")[0].GetProperty("locations")[0].GetProperty("physicalLocation");
        var elsewhere = Run(Render(Case("golden/a", new Finding(Codes.OutputDrift, "/elsewhere/golden.json", "m"))))
            .GetProperty("results")[0].GetProperty("locations")[0].GetProperty("physicalLocation")
            .GetProperty("artifactLocation");

        // The folder of the tests is below the repository, and not its root.
        Environment.CurrentDirectory.Should().StartWith(NaiveWalkTests.Repository).And.NotBe(NaiveWalkTests.Repository);
        place.GetProperty("artifactLocation").GetProperty("uri").GetString().Should()
            .Be("golden/models/%C3%A9%20%25/golden.json");
        place.GetProperty("artifactLocation").GetProperty("uriBaseId").GetString().Should().Be("SRCROOT");
        place.GetProperty("region").GetProperty("startLine").GetInt32().Should().Be(7);
        elsewhere.GetProperty("uri").GetString().Should().StartWith("file:///").And.EndWith("/elsewhere/golden.json");
        elsewhere.TryGetProperty("uriBaseId", out _).Should().BeFalse();
    }
}
