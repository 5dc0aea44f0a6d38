using System.Text.Json;
using Harness.Benchmarks;
using Harness.Benchmarks.Peers;
using Harness.Executor.Model;

namespace Harness.Tests.Benchmarks;

public sealed class PeersReportTests
{
    static readonly PeersReport s_report = new(Machine.Here(), 1,
        [Result("resnet18", "harnessExactOrder", "harnessFloat64", "libtorchFloat64"),
            Result("odd", "harnessExactOrder") with { Agree = false }],
        [Result("3x3 64@56", "harnessExactOrder")], [150, 160]);

    [Fact]
    public void The_json_holds_what_others_read()
    {
        using var document = JsonDocument.Parse(PeersJson.Of(s_report));
        var root = document.RootElement;
        root.GetProperty("threads").GetInt32().Should().Be(1);
        root.GetProperty("fmaPeakGflops").GetDouble().Should().Be(200);
        root.GetProperty("machine").GetProperty("cpu").GetString().Should().NotBeNullOrEmpty();
        var model = root.GetProperty("models")[0];
        model.GetProperty("name").GetString().Should().Be("resnet18");
        model.GetProperty("inputShape").EnumerateArray().Select(extent => extent.GetInt32()).Should()
            .Equal(1, 3, 224, 224);
        model.GetProperty("gflop").GetDouble().Should().Be(2);
        model.GetProperty("agree").GetBoolean().Should().BeTrue();
        model.GetProperty("harness").GetProperty("medianMs").GetDouble().Should().Be(20);
        model.GetProperty("harness").GetProperty("minMs").GetDouble().Should().Be(19);
        model.GetProperty("libtorch").ValueKind.Should().Be(JsonValueKind.Null, "it took no part");
        foreach (string contestant in new[] { "harnessExactOrder", "harnessFloat64", "onnxruntime", "libtorchFloat64" })
            model.GetProperty(contestant).GetProperty("medianMs").GetDouble().Should().BePositive();
        root.GetProperty("layers")[0].GetProperty("name").GetString().Should().Be("3x3 64@56");
    }

    [Fact]
    public void A_share_refers_to_the_best_peak_of_the_same_match() =>
        // 2 GFLOP in 20 ms are 100 GFLOP/s.
        s_report.Models[0].Share("harness").Should().BeApproximately(0.5, 1e-12);

    [Fact]
    public void The_table_states_medians_the_ratio_to_the_best_peer_and_the_machine()
    {
        string table = PeersTable.Of(s_report);
        table.Should().Contain(s_report.Machine.Cpu).And.Contain(s_report.Machine.Date);
        table.Should().Contain("| resnet18 | 20.00 | 25.00 | 25.00 | – | 25.00 | 25.00 | 1.25 | 50 % | 40 % |");
    }

    [Fact]
    public void A_wrong_result_has_no_ratio_and_stays_out_of_the_mean()
    {
        string table = PeersTable.Of(s_report);
        table.Should().Contain("| results differ | | |").And.Contain("over 1: 1.25");
    }

    static MatchResult Result(string name, params string[] more)
    {
        var timings = new Dictionary<string, Timing?> { ["harness"] = new(20, 19, [20]), ["libtorch"] = null };
        foreach (string contestant in (string[])["onnxruntime", .. more])
            timings[contestant] = new(25, 24, [25], "channels_last");
        // As a match orders them.
        var ordered = timings.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary();
        return new MatchResult(name, [Shape.Create([1, 3, 224, 224])], 2, true, ordered, [190, 200, 180]);
    }
}
