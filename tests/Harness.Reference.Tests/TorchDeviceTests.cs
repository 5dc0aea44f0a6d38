using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Harness.Parity.Runners;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Reference.Tests;

/// <summary><c>harness run</c> and <c>harness verify</c> with libtorch as their device, started as users start
/// them.</summary>
public sealed class TorchDeviceTests : IDisposable
{
    static readonly string s_harness = Path.GetFullPath(Path.Combine(
        NativeReference.Directory, "..", "..", "Harness.Cli", Path.GetFileName(NativeReference.Directory),
        "harness.dll"));

    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("harness-device-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("resnet_small")]
    [InlineData("unet_small")]
    [InlineData("multi_out")]
    public void Torch_runs_the_converted_model_to_the_same_outputs(string name)
    {
        var golden = GoldenStore.Read(Path.Combine(Repository.Root, "golden", "models", name));
        NpzFile.Write(
            In("x.npz"),
            golden.Document.Inputs.Select(port => KeyValuePair.Create(port.Name, golden.Input(port))));

        var (own, torch) = (Run("cpu"), Run("cpu-torch"));

        torch.Keys.Should().Equal(own.Keys).And.NotBeEmpty();
        foreach (var (output, expected) in own)
        {
            torch[output].Shape.Should().Equal(expected.Shape);
            torch[output].Type.Should().Be(ElementType.Float64);
            torch[output].ToDoubles().Zip(expected.ToDoubles()).Max(pair => Math.Abs(pair.First - pair.Second)).Should()
                .BeLessThan(1e-12);
        }

        StateDict Run(string device)
        {
            string file = In($"{device}.npz");
            var run = Harness("run", Repository.Model(name), "--input", In("x.npz"), "--output", file,
                "--output-layout", "nhwc", "--precision", "float64", "--device", device);
            run.ExitCode.Should().Be(0, run.Error);
            return NpzFile.Read(file);
        }
    }

    [Fact]
    public void Verify_names_the_device_in_its_lines_and_reports()
    {
        string[] goldens = [.. new[] { "guide_cnn", "mobile_small" }.Select(
            name => Path.Combine(Repository.Root, "golden", "models", name))];

        var run = Harness(
            ["verify", .. goldens, "--device", "cpu-torch", "--report", In("report"), "--format", "json"]);

        run.ExitCode.Should().Be(0, run.Error);
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[..^1].Should().HaveCount(2)
            .And.OnlyContain(line => line.StartsWith("holds ") && line.Contains(" on cpu-torch "));
        var report = JsonElement.Parse(File.ReadAllText(In("report/parity.json")));
        report.GetProperty("cases").EnumerateArray().Select(entry => entry.GetProperty("device").GetString()).Should()
            .Equal("cpu-torch", "cpu-torch");
    }

    [Fact]
    public void What_is_recorded_is_in_a_set_and_red_when_it_is_gone()
    {
        foreach (string name in (string[])["guide_cnn", "multi_out"])
            Harness("record", Repository.Model(name), "--golden", In($"d/{name}")).ExitCode.Should().Be(0);
        Harness("verify", In("d")).ExitCode.Should().Be(0);

        Directory.Delete(In("d/multi_out"), recursive: true);

        var run = Harness("verify", In("d"));
        run.ExitCode.Should().Be(1);
        run.Output.Should().Contain($"{In("d/golden.cases.json")}(5): error PAR3006: the case 'multi_out' is gone");
        Harness("record", Repository.Model("multi_out"), "--golden", In("d/multi_out")).ExitCode.Should().Be(0);
        Harness("verify", In("d")).ExitCode.Should().Be(0);
    }

    [Fact]
    public void Recordings_at_once_are_all_in_the_set()
    {
        var all = Enumerable.Range(0, 4)
            .Select(i => Start("record", Repository.Model("guide_cnn"), "--golden", In($"d/{i}"))).ToList();

        foreach (var one in all)
        {
            using (one)
            {
                one.WaitForExit(s_patience).Should().BeTrue();
                one.ExitCode.Should().Be(0);
            }
        }

        File.ReadAllLines(In("d/golden.cases.json")).Should().Equal(
            "{", "  \"schema\": 1,", "  \"cases\": [", "    \"0\",", "    \"1\",", "    \"2\",", "    \"3\"", "  ]",
            "}");
    }

    [WithoutCudaFact]
    public void Cuda_that_is_not_there_is_one_line_and_exit_code_2()
    {
        var run = Harness("verify", Path.Combine(Repository.Root, "golden", "models"), "--device", "cuda");

        run.ExitCode.Should().Be(2);
        run.Output.Should().BeEmpty();
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle().Which.Should()
            .MatchRegex("^harness: error PAR9002: .*-p:ParityTorch=cuda");
    }

    [LinuxFact]
    public void Interrupted_it_ends_with_130_and_leaves_no_process()
    {
        using var harness = Start("verify", Path.Combine(Repository.Root, "golden", "models"), "--device", "cpu-torch");
        // The first line of a case: by then the child is at work.
        harness.StandardOutput.ReadLine().Should().StartWith("holds ");
        int[] children = ChildrenOf(harness.Id);
        children.Should().ContainSingle();

        Process.Start("kill", ["-INT", harness.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        harness.StandardOutput.ReadToEnd();

        harness.WaitForExit(s_patience).Should().BeTrue();
        harness.ExitCode.Should().Be(130);
        Directory.Exists($"/proc/{children[0]}").Should().BeFalse();
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("record", "arch:resnet18", "--weights", "seed:1", "--golden")]
    public void A_process_whose_parent_is_gone_does_not_work_on(params string[] words)
    {
        string golden = Path.Combine(_folder.FullName, "golden");
        using var gone = Process.Start(
            new ProcessStartInfo("dotnet", ["--version"]) { RedirectStandardOutput = true })!;
        gone.StandardOutput.ReadToEnd();
        gone.WaitForExit();
        string program = Path.Combine(NativeReference.Directory, "Harness.Reference.dll");
        var start = new ProcessStartInfo(
            "dotnet", ["exec", program, .. words, .. words.Length == 1 ? [] : new[] { golden }])
        {
            RedirectStandardInput = true,
            Environment =
            {
                [RunnerChannel.ParentVariable] = gone.Id.ToString(CultureInfo.InvariantCulture),
            },
        };

        using var server = Process.Start(start)!;

        server.WaitForExit(s_patience).Should().BeTrue();
        server.ExitCode.Should().Be(130);
        Directory.Exists(golden).Should().BeFalse();
    }

    static int[] ChildrenOf(int process) =>
    [
        .. Directory.GetDirectories($"/proc/{process}/task")
            .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children"))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture)),
    ];

    static Process Start(params string[] words) => Process.Start(
        new ProcessStartInfo("dotnet", ["exec", s_harness, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    static ReferenceRun Harness(params string[] words)
    {
        using var process = Start(words);
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ReferenceRun(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    string In(string name) => Path.Combine(_folder.FullName, name);
}
