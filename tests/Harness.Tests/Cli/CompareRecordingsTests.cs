using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Parity.Reports;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Cli;

/// <summary><c>harness compare GOLDEN --recorded DIR</c>: drift of the reference.</summary>
public sealed class CompareRecordingsTests : IDisposable
{
    // Two recordings of one case, as of one PyTorch.
    readonly SyntheticCase _case = new("golden/net"), _again = new("golden/net");
    readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _case.Dispose();
        _again.Dispose();
        _folder.Dispose();
    }

    CommandLine Compare(params string[] options) =>
        CommandLine.Run(["compare", _case.Root, "--recorded", _again.Root, .. options]);

    [Fact]
    public void A_recording_that_is_the_same_up_to_rounding_holds_with_every_probe()
    {
        _again.Shift(1e-12);

        var run = Compare("--report", _folder["out"]);

        run.ExitCode.Should().Be(0, run.Out + run.Error);
        run.OutLines[0].Should().StartWith("holds ").And.Contain("on torch-").And.Contain("6 of 6 nodes compared");
        run.OutLines[^1].Should().Be("1 of 1 cases hold");
        JsonReportReader.Read(_folder["out"]).Cases.Should().ContainSingle().Which.Float64.Should().HaveCount(1);
    }

    // A tenth of what the gate would tell a model that it is wrong.
    [Theory]
    [InlineData(1e-9)]
    [InlineData(1e-3)]
    [InlineData(double.NaN)]
    public void An_output_that_moved_is_drift_of_the_reference(double by)
    {
        if (double.IsNaN(by)) NotANumber();
        else _again.Shift(by);

        var run = Compare();

        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain("error PAR3007: the reference drifts: output '0' drifts")
            .And.Contain("every probe holds").And.Contain("the golden is of torch ");
    }

    [Fact]
    public void A_probe_that_moved_is_drift_even_where_the_outputs_hold()
    {
        foreach (var change in new Func<GoldenProbe, GoldenProbe>[]
        {
            probe => probe with { L2 = probe.L2 * (1 + 1e-9) },
            probe => probe with { Projection = probe.Projection + 1e-9 * probe.L2 },
            probe => probe with { NonFinite = 1 },
        })
        {
            using var other = new SyntheticCase("golden/net");
            other.Change(document => document with { Probes = document.Probes.SetItem(2, change(document.Probes[2])) });

            var run = CommandLine.Run("compare", _case.Root, "--recorded", other.Root);

            run.ExitCode.Should().Be(1);
            run.Out.Should().Contain("PAR3007: the reference drifts: the outputs hold; first node 'act': ");
        }
        _again.Change(document => document, tensors =>
        {
            double[] sampled = tensors["probe.conv"].ToDoubles();
            sampled[0] += 1e-8;
            tensors["probe.conv"] = Tensor.Of([sampled.Length], sampled);
        });
        Compare().Out.Should().Contain("first node 'conv': max |a-e| 1.0e-8 at its probe");
    }

    // They differ from what torch computes, or nobody would have accepted them; the other nodes are still torch's.
    [Fact]
    public void Outputs_that_were_accepted_by_hand_are_no_drift_of_the_reference()
    {
        _case.Shift(1e-3);
        _case.Change(document => document with
        {
            AcceptedReason = "torch is wrong here",
            Probes = document.Probes.SetItem(5, document.Probes[5] with { L2 = document.Probes[5].L2 * 1.5 }),
        });

        var run = Compare();

        run.ExitCode.Should().Be(0, run.Out + run.Error);
        run.OutLines[0].Should().Contain("5 of 6 nodes compared").And
            .Contain("[outputs accepted by hand: torch is wrong here]");
    }

    [Fact]
    public void What_was_recorded_of_another_case_compares_with_nothing()
    {
        foreach (var (change, why) in new (Func<GoldenDocument, GoldenDocument>, string)[]
        {
            (document => document with { Model = document.Model with { Sha256 = new string('0', 64) } },
                "from another model"),
            (document => document with { Weights = document.Weights with { Sha256 = new string('0', 64) } },
                "with other weights"),
        })
        {
            using var other = new SyntheticCase("golden/net");
            other.Change(change);

            var run = CommandLine.Run("compare", _case.Root, "--recorded", other.Root);

            run.ExitCode.Should().Be(1);
            run.Out.Should().Contain($"error PAR3002: ").And.Contain($"was recorded {why}");
        }
        double[] values = GoldenStore.Read(_again.Directory).Tensors["input.x"].ToDoubles();
        var moved = Tensor.Of([2, 3, 7, 9], [.. values.Select(value => (float)value + 1)]);
        _again.Change(
            document => document with { Inputs = [GoldenPort.Of("x", moved)] },
            tensors => tensors["input.x"] = moved);
        Compare().Out.Should().Contain("was recorded with other inputs");
    }

    [Fact]
    public void A_case_that_was_not_recorded_is_red()
    {
        Directory.Delete(_again.Directory, recursive: true);

        var run = Compare();

        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain("error PAR3001: golden missing").And.Contain("0 of 1 cases hold");
    }

    [Fact]
    public void Shards_of_recordings_merge()
    {
        foreach (int i in (int[])[1, 2])
            Compare("--shard", $"{i}/2", "--report", _folder[$"{i}"]).ExitCode.Should().Be(0);

        CommandLine.Run("report", "merge", _folder["1"], "--output", _folder["all"]).Error.Should()
            .Contain("shard 2/2 on recorded is missing");
        CommandLine.Run("report", "merge", _folder["1"], _folder["2"], "--output", _folder["all"]).OutLines.Should()
            .Equal("1 of 1 cases hold");
    }

    [Fact]
    public void Options_that_exclude_each_other_and_folders_that_are_none_are_refused()
    {
        Refused("compare", _case.Root).Should().Contain("nothing to compare: --actual names");
        Refused("compare", _case.Root, "--recorded", _folder["none"]).Should().Contain("is no folder");
        Refused("compare", _case.Root, "--recorded", _again.Root, "--actual", "y.npz").Should()
            .Contain("--recorded and --actual exclude each other");
        Refused("compare", _case.Root, "--recorded", _again.Root, "--layout", "nhwc").Should()
            .Contain("--recorded and --layout exclude each other");
        Refused("compare", _case.Directory, "--actual", "y.npz", "--shard", "1/2").Should()
            .Contain("--shard needs --recorded");
        Refused("compare", _case.Root, "--recorded", _again.Root, "--shard", "3/2").Should()
            .Contain("--shard is '3/2'");
    }

    static string Refused(params string[] words)
    {
        var run = CommandLine.Run(words);
        (run.ExitCode, run.Out).Should().Be((2, ""));
        return run.ErrorLines.Should().ContainSingle().Which;
    }

    void NotANumber() => _again.Change(
        document => document with { Outputs = [GoldenPort.Of("0", NaN(GoldenStore.Read(_again.Directory)))] },
        tensors => tensors["output.0"] = NaN(GoldenStore.Read(_again.Directory)));

    static Tensor NaN(GoldenCase golden)
    {
        double[] values = golden.Tensors["output.0"].ToDoubles();
        values[1] = double.NaN;
        return Tensor.Of(golden.Tensors["output.0"].Shape, values);
    }
}
