using System.Text.Json;
using Harness.Cli;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Tests.Naive;
using Spectre.Console;

namespace Harness.Tests.Cli;

public sealed class InspectVerbTests
{
    static readonly string s_model =
        Path.Combine(NaiveWalkTests.Repository, "golden", "models", "guide_cnn", "model.pt");

    [Fact]
    public void A_plan_is_aligned_columns_in_a_pipe()
    {
        var line = CommandLine.Run("inspect", s_model, "--plan", "--threads", "1");

        line.ExitCode.Should().Be(0, line.Error);
        string[] table = [.. line.OutLines.TakeWhile(text => !text.StartsWith("float32"))];
        table[0].Should().StartWith("step").And.EndWith("of peak");
        table.Should().OnlyContain(text => text.Length == table[0].Length);
        table[^1].Should().StartWith("total");
        line.OutLines[table.Length].Should().StartWith("float32, 1 threads");
        line.OutLines[table.Length + 1].Should().StartWith("arena ").And.Contain("packed weights");
    }

    [Theory]
    [InlineData("float32", "1")]
    [InlineData("float64", "2")]
    public void Json_of_a_profiled_plan_adds_up(string precision, string threads)
    {
        var line = CommandLine.Run(
            "inspect", s_model, "--plan", "--profile", "--precision", precision, "--threads", threads, "--json");

        line.ExitCode.Should().Be(0, line.Error);
        var json = JsonDocument.Parse(line.Out).RootElement;
        json.GetProperty("precision").GetString().Should().Be(precision);
        json.GetProperty("exactOrder").GetBoolean().Should().BeFalse();
        json.GetProperty("arenaBytes").GetInt64().Should()
            .BeGreaterThanOrEqualTo(json.GetProperty("arenaLowerBound").GetInt64());
        json.GetProperty("fmaPeakGflops").GetDouble().Should().BeGreaterThan(0);
        var (steps, total) = (json.GetProperty("steps").EnumerateArray().ToArray(), json.GetProperty("total"));
        steps.Length.Should().BeGreaterThan(3);
        foreach (string member in new[] { "activationBytes", "weightBytes", "flops", "directFlops" })
            steps.Sum(step => step.GetProperty(member).GetInt64()).Should().Be(total.GetProperty(member).GetInt64());
        foreach (string member in new[] { "expectedMs", "measuredMs" })
        {
            double sum = steps.Sum(step => step.GetProperty(member).GetDouble());
            sum.Should().BeGreaterThan(0).And.BeApproximately(total.GetProperty(member).GetDouble(), 1e-4);
        }
        total.GetProperty("measuredShareOfPeak").GetDouble().Should().BeInRange(0, 2);
        steps.Select(step => step.GetProperty("kernel").GetString()).Should().Contain("gemm");
    }

    [Fact]
    public void A_plan_that_is_not_profiled_is_the_same_bytes_every_time()
    {
        string[] line = ["inspect", s_model, "--plan", "--threads", "2", "--json"];
        string first = CommandLine.Run(line).Out;
        CommandLine.Run(line).Out.Should().Be(first).And.NotContain("measured");
    }

    [Fact]
    public void Exact_order_leaves_Winograd_out()
    {
        string[] line = ["inspect", "arch:resnet18", "--weights", "seed:1", "--plan", "--threads", "1"];
        CommandLine.Run(line).Out.Should().Contain("winograd F(2,3)");
        CommandLine.Run([.. line, "--exact-order"]).Out.Should().NotContain("winograd").And.Contain("exact order");
    }

    [Theory]
    [InlineData("--profile")]
    [InlineData("--exact-order")]
    public void An_option_of_the_plan_without_it_is_refused(string option)
    {
        var line = CommandLine.Run("inspect", s_model, option);

        line.ExitCode.Should().Be(2);
        line.ErrorLines.Should().ContainSingle().Which.Should().Contain("add --plan");
    }

    [Fact]
    public void What_steers_a_terminal_in_a_name_is_shown()
    {
        using var folder = new TemporaryFolder();
        SafetensorsFile.Write(folder["x"], [new("a\u001b[31m\u202e", Tensor.Of([], [1f]))]);

        var line = CommandLine.Run("inspect", folder["x"]);

        line.OutLines.Should().Equal("weights: 1 tensors, 1 elements", "  a\\u001B[31m\\u202E float32 ()");
    }

    [Fact]
    public void On_a_terminal_the_plan_is_a_table_with_borders()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var folder = new TemporaryFolder();
        var terminal = new Terminal(
            output, TextWriter.Null, _ =>
                null, folder.Path, CancellationToken.None, IsInteractive: true, SharesScreen: true);

        Harness.Cli.Program.Run(["inspect", s_model, "--plan", "--threads", "1"], terminal).Should().Be(0);

        output.ToString().Should()
            .Contain(TableBorder.Rounded.GetPart(Spectre.Console.Rendering.TableBorderPart.HeaderTopLeft));
    }
}
