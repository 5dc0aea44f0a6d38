using System.Diagnostics;
using System.Text.Json;
using Harness.Parity.Golden;

namespace Harness.Tests.Cli;

public sealed class BenchVerbTests
{
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    static readonly string s_model = Path.Combine(Repository(), "golden", "models", "guide_cnn", "model.pt");

    [Theory]
    [InlineData("float32", "1")]
    [InlineData("float64", "2")]
    public void Json_holds_what_was_measured_and_its_figures_fit_together(string precision, string threads)
    {
        var line = CommandLine.Run("bench", s_model, "--precision", precision, "--threads", threads, "--json");

        line.ExitCode.Should().Be(0, line.Error);
        var json = JsonDocument.Parse(line.Out).RootElement;
        json.GetProperty("precision").GetString().Should().Be(precision);
        json.GetProperty("threads").GetInt32().Should().Be(int.Parse(threads));
        json.GetProperty("inputShapes")[0].GetArrayLength().Should().Be(4);
        json.GetProperty("runs").GetInt32().Should().BeGreaterThanOrEqualTo(10);
        double median = json.GetProperty("medianMs").GetDouble(), min = json.GetProperty("minMs").GetDouble();
        min.Should().BeGreaterThan(0).And.BeLessThanOrEqualTo(median);
        json.GetProperty("shareOfPeak").GetDouble().Should().BeInRange(0, 1.2);
        json.GetProperty("firstInferenceMs").GetDouble().Should()
            .BeGreaterThan(json.GetProperty("firstRunMs").GetDouble());
        json.GetProperty("peakMemoryBytes").GetInt64().Should()
            .BeGreaterThan(json.GetProperty("arenaBytes").GetInt64());
    }

    [Fact]
    public void Text_names_latency_speed_first_inference_and_memory()
    {
        var line = CommandLine.Run("bench", s_model, "--threads", "1");

        line.ExitCode.Should().Be(0, line.Error);
        line.OutLines.Skip(2).Select(text => text.Split("  ")[0].Trim())
            .Should().Equal("latency", "speed", "first inference", "memory");
    }

    [Fact]
    public void Shapes_that_nobody_stated_are_said_to_be_guessed_as_a_golden_says_it()
    {
        const string Guess = "input shapes guessed: x (1, 3, 10, 11)";
        foreach (string[] words in (string[][])[["bench", "--threads", "1"], ["inspect"], ["inspect", "--plan"]])
        {
            string[] line = [words[0], s_model, .. words[1..]], stated = [.. line, "--input-shape", "1,3,10,11"];

            CommandLine.Run(line).OutLines.Should().Contain($"{Guess} (state them with --input-shape)");
            Flag(line).Should().BeTrue();
            CommandLine.Run(stated).Out.Should().NotContain("guessed");
            Flag(stated).Should().BeFalse();
        }

        var golden = GoldenStore.Read(Path.GetDirectoryName(s_model)!).Document;
        var inputs = golden.Inputs.SetItem(0, golden.Inputs[0] with { Shape = [1, 3, 10, 11] });
        (golden with { GuessesShapes = true, Inputs = inputs }).Notes().Should().Contain(Guess);

        static bool Flag(string[] line) =>
            JsonElement.Parse(CommandLine.Run([.. line, "--json"]).Out).TryGetProperty("guessesShapes", out _);
    }

    [Fact]
    public void A_model_that_is_not_there_is_one_line_and_exit_2()
    {
        var line = CommandLine.Run("bench", "nowhere.pt", "--json");

        line.ExitCode.Should().Be(2);
        line.Out.Should().BeEmpty();
        line.ErrorLines.Should().ContainSingle().Which.Should().Contain("PAR1001");
    }

    [Theory]
    [InlineData("1,3,2000000000,2000000000", "PAR1004", "more than 2^46 elements")]
    [InlineData("1,3,1000000,1000000", "PAR9004", "of memory")]
    public void A_shape_that_no_memory_holds_is_one_line_and_exit_2(string shape, string code, string why)
    {
        var line = CommandLine.Run("bench", "arch:squeezenet1_1", "--weights", "seed:1", "--input-shape", shape);

        line.ExitCode.Should().Be(2);
        line.Out.Should().BeEmpty();
        line.ErrorLines.Should().ContainSingle().Which.Should().Contain(code).And.Contain(why);
    }

    [Fact]
    public async Task A_limit_of_the_managed_heap_is_none_of_a_run()
    {
        // 64 MiB of managed memory beside 126 MiB of activations, which are not managed.
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(host, [
            "exec", typeof(Harness.Cli.Program).Assembly.Location, "bench", "arch:squeezenet1_1", "--weights", "seed:1",
            "--input-shape", "1,3,1200,1200", "--threads", "1", "--json"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x4000000";
        using var process = Process.Start(start)!;
        var (text, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        process.ExitCode.Should().Be(0, await error);
        JsonDocument.Parse(await text).RootElement.GetProperty("arenaBytes").GetInt64().Should()
            .BeGreaterThan(64 << 20);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1025")]
    [InlineData("two")]
    public void Threads_that_nobody_could_start_are_refused_before_the_model_is_read(string threads)
    {
        var line = CommandLine.Run("bench", "nowhere.pt", "--threads", threads);

        line.ExitCode.Should().Be(2);
        line.ErrorLines.Should().ContainSingle().Which.Should().Contain("PAR9003").And.Contain(
            $"--threads is '{threads}', expected a number from 0 to 1024; harness --help");
    }

    static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Harness.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
