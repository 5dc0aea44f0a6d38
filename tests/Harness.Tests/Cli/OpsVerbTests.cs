using System.Text.Json;
using Harness.Executor.Ops;
using Harness.Tests.Naive;

namespace Harness.Tests.Cli;

public sealed class OpsVerbTests
{
    [Fact]
    public void The_page_of_the_documents_is_what_the_command_prints()
    {
        string page = File.ReadAllText(Path.Combine(NaiveWalkTests.Repository, "docs", "ops.md"))
            .ReplaceLineEndings("\n");

        var run = CommandLine.Run("ops", "--markdown");

        run.ExitCode.Should().Be(0);
        run.Out.Should().Be(page, "docs/ops.md is generated: harness ops --markdown > docs/ops.md");
    }

    [Fact]
    public void Json_names_every_operator_its_counterpart_and_what_is_refused()
    {
        var run = CommandLine.Run("ops", "--json");

        run.ExitCode.Should().Be(0);
        var json = JsonElement.Parse(run.Out);
        var ops = json.GetProperty("ops").EnumerateArray().ToArray();
        ops.SelectMany(op => op.GetProperty("operators").EnumerateArray().Select(name => name.GetString())).Should()
            .Equal(OpSet.All.SelectMany(op => op.Operators));
        var conv = ops.Single(op => op.GetProperty("op").GetString()!.Contains("Conv2d, ", StringComparison.Ordinal)
            && !op.GetProperty("op").GetString()!.Contains("Transpose", StringComparison.Ordinal));
        conv.GetProperty("flax").GetString().Should().Be("flax.linen.Conv");
        conv.GetProperty("refused").EnumerateArray().Select(form => form.GetProperty("form").GetString()).Should()
            .Contain("padding=\"reflect\"");
        string[] unsupported = [.. json.GetProperty("unsupported").EnumerateArray().Select(name => name.GetString()!)];
        unsupported.Should().OnlyContain(name => !OpSet.Knows(name)).And.Contain("aten::view_as_real");
    }

    [Fact]
    public void Text_is_for_people()
    {
        var run = CommandLine.Run("ops");

        run.ExitCode.Should().Be(0);
        run.OutLines.Should().Contain("ReLU -> flax.linen.relu").And.Contain("  aten::relu")
            .And.Contain(line => line.StartsWith("  refused: aten::gelu(approximate=", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_forms_at_once_are_refused()
    {
        var run = CommandLine.Run("ops", "--json", "--markdown");

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Should().Contain("exclude each other");
    }
}
