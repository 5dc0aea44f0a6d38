using System.Text;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Parity;
using Harness.Parity.Golden;
using Harness.Parity.History;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.History;

public sealed class HistoryFileTests : IDisposable
{
    static readonly DateTimeOffset s_time = new(2026, 1, 31, 23, 59, 59, TimeSpan.Zero);

    readonly TemporaryFolder _folder = new();

    string Path => _folder["history.jsonl"];

    public void Dispose() => _folder.Dispose();

    // One output of magnitude 4, which drifts by so much of it.
    static Verdict Measured(double scaled, string name = "golden/net", string golden = "0123", double? float32 = null)
    {
        var verdict = new Verdict(name, $"{name}/golden.json", [])
        {
            Float64 = [Off(scaled)],
            Origin = new GoldenOrigin(golden, "model.pt", new GoldenRecorder("2.10.0", "cpu"), [],
                [new OriginPort("0", [2], ElementType.Float64) { Magnitude = 4, Noise = 4e-7, Rounding = 4e-16 }],
                false, 0, 8),
        };
        return float32 is { } single
            ? verdict with { Float32 = new Float32Verdict([Off(single)], 1.6e-6, "", []) } : verdict;
    }

    static Drift Off(double scaled) =>
        Drift.Measure("0", [2], [0, 4 + (4 * scaled)], [0, 4], Tolerance.Default) with { Scaled = scaled };

    static GateVerdict Run(params Verdict[] verdicts) => new([.. verdicts], []);

    HistoryFile Read() => HistoryFile.Read(Path);

    void Append(params Verdict[] verdicts) => Read().Append(Run(verdicts), s_time, "abc123");

    [Fact]
    public void A_run_adds_a_line_a_case_that_says_when_and_where_and_what()
    {
        Append(Measured(1e-15, float32: 1e-7), Measured(double.PositiveInfinity, "golden/other"));

        string[] lines = File.ReadAllLines(Path);
        lines.Should().HaveCount(2);
        var line = JsonElement.Parse(lines[0]);
        line.EnumerateObject().Select(member => member.Name).Should().Equal(
            "schema", "time", "commit", "processor", "case", "device", "golden", "holds", "float64", "float32");
        line.GetProperty("schema").GetInt32().Should().Be(1);
        line.GetProperty("time").GetString().Should().Be("2026-01-31T23:59:59Z");
        line.GetProperty("commit").GetString().Should().Be("abc123");
        line.GetProperty("processor").GetString().Should().MatchRegex("^(x64|arm64|x86|arm)-(128|256|512)$");
        line.GetProperty("case").GetString().Should().Be("golden/net");
        line.GetProperty("float64").GetDouble().Should().Be(1e-15);
        JsonElement.Parse(lines[1]).GetProperty("float64").GetString().Should().Be("Infinity");
        Read().Of("golden/net", "cpu").Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Time = s_time, Commit = "abc123", Float64 = 1e-15, Float32 = 1e-7, Golden = "0123", Holds = true });
    }

    [Fact]
    public void A_fault_on_purpose_is_no_history() => AppendsNothing(Measured(0.5) with { Fault = "conv:weights" });

    void AppendsNothing(Verdict verdict)
    {
        Append(verdict);
        File.ReadAllText(Path).Should().BeEmpty();
    }

    [Fact]
    public void No_line_holds_an_absolute_path()
    {
        Append(Measured(1e-15, _folder["golden/net"]));

        File.ReadAllText(Path).Should().Contain("\"golden/net\"").And.NotContain(_folder.Path);
        Read().Of(_folder["golden/net"], "cpu").Should().HaveCount(1);
    }

    [Theory]
    [InlineData("""{"schema":1,"time":"2026-01-3""", "it is cut off or no JSON")]
    [InlineData("<<<<<<< ours\n", "it is cut off or no JSON")]
    [InlineData("{}\n", "it lacks a member of a line")]
    [InlineData("[1]\n", "it lacks a member of a line")]
    [InlineData("""{"schema":9}""", "it has schema 9, this harness reads 1")]
    public void A_broken_line_is_told_by_its_number_and_nothing_is_added(string broken, string why)
    {
        Append(Measured(1e-15), Measured(2e-15));
        File.AppendAllText(Path, broken);
        byte[] before = File.ReadAllBytes(Path);

        var refusal = FluentActions.Invoking(Read).Should().Throw<ModelException>().Which.Finding;
        refusal.Should().Match<Finding>(f => f.Code == Codes.BadUsage && f.Place == $"{Path}(3)");
        refusal.Message.Should().Contain(why).And.Contain("delete the line");
        File.ReadAllBytes(Path).Should().Equal(before);
    }

    [Fact]
    public void A_line_that_broke_since_it_was_read_is_told_too()
    {
        Append(Measured(1e-15));
        var history = Read();
        File.AppendAllText(Path, """{"schema":1,""");

        history.Invoking(file => file.Append(Run(Measured(1e-15)), s_time, null)).Should().Throw<ModelException>()
            .Which.Finding.Place.Should().Be($"{Path}(2)");
        File.ReadAllText(Path).Should().EndWith("""{"schema":1,""");
    }

    [Fact]
    public void A_last_line_that_only_lacks_its_end_is_a_line()
    {
        Append(Measured(1e-15));
        File.WriteAllText(Path, File.ReadAllText(Path).TrimEnd());

        Append(Measured(2e-15));

        Read().Of("golden/net", "cpu").Select(run => run.Float64).Should().Equal(1e-15, 2e-15);
    }

    [Fact]
    public async Task Builds_at_once_lose_no_line()
    {
        const int Builds = 8, Times = 12;
        await Task.WhenAll(Enumerable.Range(0, Builds).Select(build => Task.Run(() =>
        {
            for (int i = 0; i < Times; i++)
                Append(Measured(1e-15, $"golden/{build}"), Measured(1e-15, $"golden/{build}/more"));
        })));

        File.ReadAllLines(Path).Should().HaveCount(Builds * Times * 2);
        var history = Read();
        for (int build = 0; build < Builds; build++) history.Of($"golden/{build}", "cpu").Should().HaveCount(Times);
    }

    [Fact]
    public void A_full_disk_takes_nothing_of_what_was_there()
    {
        using var disk = new FullDisk(capacity: 12);
        disk.Write("before\n"u8);

        FluentActions.Invoking(() => HistoryFile.Append(disk, "much more than fits\n"u8.ToArray(), "history.jsonl"))
            .Should().Throw<IOException>().WithMessage("'history.jsonl' cannot be written, and is as it was: *full*");

        Encoding.UTF8.GetString(disk.ToArray()).Should().Be("before\n");
    }

    // Takes what fits, then fails: as a file system does.
    sealed class FullDisk(int capacity) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            int fits = (int)Math.Min(count, capacity - Position);
            base.Write(buffer, offset, fits);
            if (fits < count) throw new IOException("the disk is full");
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        Directory.CreateDirectory(Path);

        FluentActions.Invoking(Read).Should().Throw<ModelException>().Which.Finding.Message.Should().Contain("folder");
        if (OperatingSystem.IsWindows()) return;
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", _folder["pipe"]);
        mkfifo.WaitForExit();
        FluentActions.Invoking(() => HistoryFile.Read(_folder["pipe"])).Should().Throw<ModelException>()
            .Which.Finding.Message.Should().Contain("pipe");
    }

    [Fact]
    public void Only_the_last_thirty_runs_count()
    {
        for (int i = 1; i <= 40; i++) Append(Measured(i * 1e-15));

        Read().Of("golden/net", "cpu").Select(run => run.Float64).Should()
            .Equal(Enumerable.Range(11, 30).Select(i => (double?)(i * 1e-15)));
    }

    // Medians of the earlier runs, this one, and whether it is news.
    [Theory]
    [InlineData(2e-13, 1.9e-12, false)]
    [InlineData(2e-13, 2.1e-12, true)]
    [InlineData(1e-15, 0.9e-13, false)] // ninety times, which rounding explains
    [InlineData(1e-15, 1.1e-13, true)]
    [InlineData(0, 2e-13, true)]
    public void Drift_that_grew_tenfold_beyond_rounding_is_a_warning(double before, double now, bool grew)
    {
        // One that was lucky and one that was not do not move a median.
        foreach (double earlier in new[] { 0, before, before, before, 1e-9 }) Append(Measured(earlier));

        var verdict = HistoryCheck.Judge(Measured(now), Read());

        verdict.History.Should().HaveCount(5);
        verdict.Holds.Should().BeTrue();
        verdict.Findings.Select(finding => finding.Code).Should().Equal(grew ? [Codes.DriftGrew] : []);
        if (!grew) return;
        verdict.Findings[0].Severity().Should().Be(Severity.Warning);
        verdict.Findings[0].Place.Should().Be("golden/net/golden.json(1)");
        verdict.Findings[0].Message.Should().Contain("of 5 earlier runs, the last of commit abc123");
    }

    [Theory]
    [InlineData(1e-9, 0.9e-7, false)] // 3.6e-7 of |4|: below PyTorch's own noise
    [InlineData(1e-9, 1.1e-7, true)]
    [InlineData(5e-8, 1.1e-7, false)]
    public void Float32_is_news_beyond_pytorchs_own_noise(double before, double now, bool grew)
    {
        Append(Measured(1e-15, float32: before));

        HistoryCheck.Judge(Measured(1e-15, float32: now), Read()).Findings.Should().HaveCount(grew ? 1 : 0);
    }

    [Fact]
    public void Another_recording_another_device_and_a_case_that_fails_are_not_held_to_it()
    {
        Append(Measured(1e-15));
        var history = Read();

        HistoryCheck.Judge(Measured(1e-11), history).Findings.Should().NotBeEmpty();
        HistoryCheck.Judge(Measured(1e-11, golden: "4567"), history).Findings.Should().BeEmpty();
        HistoryCheck.Judge(Measured(1e-11) with { Device = "cuda" }, history).Findings.Should().BeEmpty();
        var red = Measured(1e-11) with { Findings = [new Finding(Codes.OutputDrift, "", "")] };
        HistoryCheck.Judge(red, history).Findings.Should().Equal(red.Findings);
    }

    [Fact]
    public void A_run_that_failed_is_none_to_grow_from()
    {
        Append(Measured(1e-15));
        for (int i = 0; i < 5; i++)
            Append(Measured(1e-3) with { Findings = [new Finding(Codes.OutputDrift, "", "")] });
        Append(Measured(double.NaN));

        HistoryCheck.Judge(Measured(1e-11), Read()).Findings.Should().ContainSingle().Which.Code.Should()
            .Be(Codes.DriftGrew);
    }
}
