using System.Text.Json;
using System.Text.RegularExpressions;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Tests.Naive;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Cli;

public sealed partial class ProgramTests : IDisposable
{
    readonly SyntheticCase _case = new();
    readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _case.Dispose();
        _folder.Dispose();
    }

    public static readonly TheoryData<string[], string> BadLines = new()
    {
        { ["frobnicate", "--help"], "'frobnicate' is unknown" },
        { ["help", "frobnicate"], "'frobnicate' is unknown" },
        { ["frobnicate"], "'frobnicate' is unknown" },
        { ["inspect"], "MODEL" },
        { ["run", "m.pt"], "--output" },
        { ["accept", "golden"], "--reason" },
        { ["convert", "m.pt", "--output", "x.txt"], "expected .msgpack, .npz, .safetensors" },
        { ["run", "m.pt", "--input", "x.npy", "--output", "y.txt"], "expected a .npy or .npz" },
        { ["accept", "golden", "--reason", "r", "--tolerance", "big"], "--tolerance is 'big'" },
    };

    [Theory]
    [MemberData(nameof(BadLines))]
    public void A_wrong_command_line_is_one_line_and_exit_code_2(string[] arguments, string message)
    {
        var run = CommandLine.Run(arguments);

        run.ExitCode.Should().Be(2);
        run.Out.Should().BeEmpty();
        run.ErrorLines.Should().ContainSingle().Which.Should().StartWith("harness: error PAR9003: ")
            .And.Contain(message);
    }

    [Theory]
    [InlineData("arch:resnet19", "arch:resnet19: error PAR1001: no known architecture")]
    [InlineData("arch:resnet18", "arch:resnet18: error PAR9003: an architecture has no weights of its own")]
    public void An_architecture_that_is_unknown_or_has_no_weights_is_one_line_and_exit_code_2(string model,
        string message)
    {
        var run = CommandLine.Run("inspect", model);

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Should().StartWith(message);
    }

    [Theory]
    [InlineData("--help", "verify")]
    [InlineData("--version", ".")]
    public void Help_and_version_are_no_errors(string option, string text)
    {
        var run = CommandLine.Run(option);

        run.ExitCode.Should().Be(0);
        run.Out.Should().Contain(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--no-progress")]
    [InlineData("report")]
    public void Without_a_verb_the_verbs_are_listed_and_nothing_was_done(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var run = CommandLine.Run(words);

        run.ExitCode.Should().Be(2);
        run.Out.Should().BeEmpty("a script that reads it asked for something else");
        run.Error.Should().Be(CommandLine.Run([.. words, "--help"]).Out).And.Contain("Commands:");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("verify", "verify")]
    [InlineData("report merge", "report merge")]
    public void Help_is_a_verb_too(string verb, string same)
    {
        string[] words = verb.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var run = CommandLine.Run(["help", .. words]);

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        run.Out.Should().Be(
            CommandLine.Run([.. same.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).Out);
    }

    [Fact]
    public void Help_of_the_whole_lists_every_exit_code_and_every_variable_that_a_user_may_set()
    {
        string help = CommandLine.Run("--help").Out, verb = CommandLine.Run("verify", "--help").Out;

        string codes = help[help.IndexOf("Exit codes:", StringComparison.Ordinal)..];
        foreach (string code in (string[])["0", "1", "2", "130"]) codes.Should().Contain($"\n  {code} ");
        verb.Should().NotContain("Exit codes:", "that page is long already");
        var named = Directory.EnumerateFiles(
                Path.Combine(NaiveWalkTests.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => VariablePattern().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            // One process tells another.
            .Except(["HARNESS_PARENT_PROCESS"]).Distinct().ToList();
        named.Should().Contain(["HARNESS_LANES", "GITHUB_STEP_SUMMARY"]);
        named.Should().OnlyContain(name => help.Contains(name));
    }

    [Fact]
    public void A_register_width_that_the_environment_misspells_is_told_by_its_name() =>
        CommandLine.RunWith(new() { ["HARNESS_LANES"] = "wide" }, "bench", "nowhere.pt").Error.Should().Be(
            "harness: error PAR9003: HARNESS_LANES is 'wide', expected auto, 1, 4, 8 or 16\n");

    [GeneratedRegex("""
        "((?:HARNESS|GITHUB)_[A-Z_]+)"
        """)]
    private static partial Regex VariablePattern();

    [Fact]
    public void A_model_that_is_not_there_is_PAR1001()
    {
        var run = CommandLine.Run("inspect", _folder["nothing.pt"]);

        run.ExitCode.Should().Be(2);
        run.Error.Should().Be($"{_folder["nothing.pt"]}: error PAR1001: the model is not there\n");
    }

    [Fact]
    public void Every_truncation_of_a_model_is_one_line_and_a_trace_only_on_request()
    {
        string file = _folder["graph.json"], text = File.ReadAllText(_case.Model);
        for (int length = 0; length < text.Length; length += 7)
        {
            File.WriteAllText(file, text[..length]);
            var run = CommandLine.Run("inspect", file);
            run.ExitCode.Should().Be(2, $"{length} characters are there");
            run.ErrorLines.Should().ContainSingle().Which.Should().Contain("error PAR1001");
        }
        CommandLine.RunWith(new() { ["HARNESS_TRACE"] = "1" }, "inspect", file).ErrorLines.Length.Should()
            .BeGreaterThan(1);
    }

    [Fact]
    public void Inspect_tells_parameters_in_both_layouts_as_json()
    {
        var run = CommandLine.Run("inspect", _case.Model, "--weights", _case.Weights, "--json");

        run.ExitCode.Should().Be(0);
        var json = JsonElement.Parse(run.Out);
        json.GetProperty("unsupported").GetArrayLength().Should().Be(0);
        json.TryGetProperty("obstacle", out _).Should().BeFalse();
        json.GetProperty("ops").GetProperty("Conv2d").GetInt32().Should().Be(1);
        json.GetProperty("inputs")[0].GetProperty("shape").EnumerateArray().Select(e => e.GetInt32()).Should()
            .Equal(2, 3, 7, 9);
        var kernel = json.GetProperty("parameters").EnumerateArray()
            .Single(p => p.GetProperty("torch").GetString() == "conv.weight");
        kernel.GetProperty("flax").GetString().Should().Be("params/conv/kernel");
        kernel.GetProperty("axes").GetString().Should().Be("oihw → hwio");
        json.GetProperty("flops").GetInt64().Should().BeGreaterThan(0);
        CommandLine.Run("inspect", _case.Model, "--weights", _case.Weights).Out.Should().Contain("params/fc/kernel");
    }

    [Fact]
    public void Inspect_lists_every_unsupported_call_with_counts_and_ends_with_1()
    {
        string file = _folder["graph.json"];
        File.WriteAllText(
            file, File.ReadAllText(_case.Model).Replace("aten::gelu", "aten::frobnicate")
            .Replace("aten::flatten", "aten::wrinkle")
            .Replace("\"module\":\"pool\"", """
                "target": "aten::roll", "arguments": [{"value": "v3"}, [1, 2], [0]], "results": ["w3"]},
                {"target": "aten::wrinkle", "arguments": [{"value": "w3"}], "results": ["w4"]},
                {"module":"pool"
                """));

        var run = CommandLine.Run("inspect", file, "--weights", _case.Weights, "--json");

        run.ExitCode.Should().Be(1);
        JsonElement.Parse(run.Out).GetProperty("unsupported").EnumerateArray().Select(line => line.GetString())
            .Should().HaveCount(4).And.Contain(line => line!.Contains("aten::frobnicate"))
                .And.Contain(line => line!.Contains("aten::wrinkle"))
                .And.Contain(line => line!.Contains("shifts is [1, 2] and dims [0]"));
        JsonElement.Parse(run.Out).GetProperty("unsupportedCounts").ToString().Should().MatchRegex(
            """aten::frobnicate": 1,\s+"aten::roll": 1,\s+"aten::wrinkle": 2""");
        CommandLine.Run("inspect", file, "--weights", _case.Weights).OutLines.Should()
            .Contain("unsupported:     2 aten::wrinkle");
        JsonElement.Parse(run.Out).GetProperty("obstacle").GetString().Should().Contain("error PAR1002: ");
    }

    [Fact]
    public void Inspect_tells_unknown_ops_apart_whose_names_begin_alike()
    {
        string file = _folder["graph.json"];
        File.WriteAllText(
            file, File.ReadAllText(_case.Model).Replace("""{"module":"pool",""", """
                {"target": "aten::detach", "arguments": [{"value": "v3"}], "results": ["d"]},
                {"target": "aten::wrinkle_renorm_", "arguments": [{"value": "d"}, {"value": "x"}, 1.0, 2.0],
                    "results": ["r"]},
                {"target": "aten::wrinkle", "arguments": [{"value": "v3"}, {"value": "x"}, -1, false, false],
                    "results": ["e"]},
                {"module": "pool",
                """).Replace("""[{"value":"v3"},[3""", """[{"value":"e"},[3"""));

        var run = CommandLine.Run("inspect", file, "--weights", _case.Weights, "--json");

        run.ExitCode.Should().Be(1);
        JsonElement.Parse(run.Out).GetProperty("unsupported").EnumerateArray().Select(line => line.GetString())
            .Should().HaveCount(2).And.ContainSingle(line => line!.StartsWith("aten::wrinkle_renorm_: "))
            .And.ContainSingle(line => line!.StartsWith("aten::wrinkle: "));
    }

    [Fact]
    public void Inspect_says_in_json_too_why_a_model_that_lacks_nothing_cannot_be_converted()
    {
        var run = CommandLine.Run(
            "inspect", _case.Model, "--weights", _case.Weights, "--input-shape", "2,4,7,9", "--json");

        run.ExitCode.Should().Be(1);
        var json = JsonElement.Parse(run.Out);
        json.GetProperty("unsupported").GetArrayLength().Should().Be(0);
        json.GetProperty("obstacle").GetString().Should().Contain("error PAR1004: ");
    }

    [Fact]
    public void Inspect_leaves_no_blank_where_nothing_follows_and_no_two_where_one_does()
    {
        string file = _folder["graph.json"];
        File.WriteAllText(file, File.ReadAllText(_case.Model).Replace("aten::gelu", "aten::frobnicate"));
        foreach (string model in new[] { _case.Model, file })
        {
            string[] lines = CommandLine.Run("inspect", model, "--weights", _case.Weights).OutLines;
            lines.Should().OnlyContain(line => line == line.TrimEnd());
            lines[0].Should().EndWith(" parameters").And.NotContain("  ");
        }
    }

    [Theory]
    [InlineData("nchw", "float64")]
    [InlineData("nhwc", "float64")]
    [InlineData("nchw", "float32")]
    public void Run_gives_what_the_golden_holds_from_files_of_either_layout(string layout, string precision)
    {
        var golden = GoldenStore.Read(_case.Directory);
        var x = golden.Tensors["input.x"];
        NpyFile.Write(
            _folder["x.npy"], layout == "nchw" ? x
            : new Harness.Executor.Model.Rearrangement("nchw", "nhwc").Apply(x));

        var run = CommandLine.Run(
            "run", _case.Model, "--weights", _case.Weights, "--input", _folder["x.npy"], "--input-layout", layout,
            "--output", _folder["y.npy"], "--precision", precision);

        run.ExitCode.Should().Be(0, run.Error);
        var y = NpyFile.Read(_folder["y.npy"]);
        y.Type.NumPyName().Should().Be(precision);
        y.ToDoubles().Zip(golden.Tensors["output.0"].ToDoubles(), (a, e) => Math.Abs(a - e)).Max()
            .Should().BeLessThan(precision == "float64" ? 1e-13 : 1e-6);
    }

    [Fact]
    public void Run_holds_several_outputs_in_an_archive_and_moves_images_on_request()
    {
        string file = _folder["graph.json"];
        File.WriteAllText(
            file, File.ReadAllText(_case.Model)
            .Replace("\"outputs\":[", "\"outputs\":[{\"name\":\"image\",\"value\":\"v4\"},"));
        NpzFile.Write(_folder["x.npz"], [new("x", GoldenStore.Read(_case.Directory).Tensors["input.x"])]);
        string[] line = ["run", file, "--weights", _case.Weights, "--input", _folder["x.npz"], "--output"];

        CommandLine.Run([.. line, _folder["nchw.npz"]]).ExitCode.Should().Be(0);
        CommandLine.Run([.. line, _folder["nhwc.npz"], "--output-layout", "nhwc"]).ExitCode.Should().Be(0);
        CommandLine.Run([.. line, _folder["y.npy"]]).Error.Should()
            .Contain("the model has 2 outputs (image, 0); name a .npz");

        var nchw = NpzFile.Read(_folder["nchw.npz"])["image"];
        nchw.Shape.Should().Equal(2, 3, 4, 5);
        NpzFile.Read(_folder["nhwc.npz"])["image"].Bytes.ToArray().Should().Equal(
            new Harness.Executor.Model.Rearrangement("nchw", "nhwc").Apply(nchw).Bytes.ToArray());
        NpzFile.Read(_folder["nhwc.npz"])["0"].Shape.Should().Equal(2, 6);
    }

    [Fact]
    public void Run_refuses_files_that_do_not_fit()
    {
        NpyFile.Write(_folder["x.npy"], Tensor.Of([2, 4, 7, 9], new float[2 * 4 * 7 * 9]));
        string[] line = ["run", _case.Model, "--weights", _case.Weights, "--output", _folder["y.npy"], "--input",
            _folder["x.npy"]];

        CommandLine.Run(line).ErrorLines.Should().ContainSingle().Which.Should().Contain("PAR1004");
        CommandLine.Run([.. line, "--input", _folder["x.npy"]]).Error.Should()
            .Contain("2 files without a name given, the model has 1 input (x)");
        CommandLine.Run([.. line, "--input-shape", "1,3,7,9"]).Error.Should()
            .Contain("--input-shape states (1, 3, 7, 9)");
        CommandLine.Run([.. line[..^1], _folder["no.npy"]]).Error.Should().Contain("there is no such file");
        File.Exists(_folder["y.npy"]).Should().BeFalse();
    }

    [Theory]
    [InlineData("nchw", "nhwc")]
    [InlineData("nhwc", "nchw")]
    public void Run_says_so_where_the_files_fit_in_the_other_layout(string layout, string other)
    {
        var x = GoldenStore.Read(_case.Directory).Tensors["input.x"];
        NpyFile.Write(_folder["x.npy"], other == "nchw" ? x
            : new Harness.Executor.Model.Rearrangement("nchw", "nhwc").Apply(x));
        NpyFile.Write(_folder["neither.npy"], Tensor.Of([2, 5, 7, 9], new float[2 * 5 * 7 * 9]));
        string[] line = ["run", _case.Model, "--weights", _case.Weights, "--output", _folder["y.npy"],
            "--input-layout", layout, "--input"];

        CommandLine.Run([.. line, _folder["x.npy"]]).ErrorLines.Should().ContainSingle().Which.Should()
            .Contain("error PAR1004: ").And.EndWith($"in the other layout the files fit: --input-layout {other}");
        CommandLine.Run([.. line, _folder["neither.npy"]]).ErrorLines.Should().ContainSingle().Which.Should()
            .Contain("error PAR1004: ").And.NotContain("--input-layout");
    }

    [Theory]
    [InlineData(".msgpack")]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    public void Convert_writes_the_tree_in_three_formats(string ending)
    {
        string file = _folder[$"params{ending}"];

        CommandLine.Run("convert", _case.Model, "--weights", _case.Weights, "--output", file).ExitCode.Should().Be(0);

        var kernel = ending switch
        {
            ".msgpack" =>
                FlaxMsgpack.Read(file).Single(leaf => string.Join('/', leaf.Path) == "params/conv/kernel").Tensor,
            ".npz" => NpzFile.Read(file)["params/conv/kernel"],
            _ => SafetensorsFile.Read(file)["params.conv.kernel"],
        };
        kernel.Bytes.ToArray().Should().Equal(
            new Harness.Executor.Model.Rearrangement("oihw", "hwio")
                .Apply(SafetensorsFile.Read(_case.Weights)["conv.weight"]).Bytes.ToArray());
    }

    [Fact]
    public void Convert_folds_a_flatten_on_request()
    {
        string[] line = ["convert", _case.Model, "--weights", _case.Weights, "--output"];
        CommandLine.Run([.. line, _folder["transpose.npz"]]).ExitCode.Should().Be(0);
        CommandLine.Run([.. line, _folder["fold.npz"], "--flatten", "fold"]).ExitCode.Should().Be(0);

        byte[] Kernel(string file) => NpzFile.Read(_folder[file])["params/fc/kernel"].Bytes.ToArray();

        Kernel("fold.npz").Should().NotEqual(Kernel("transpose.npz")).And.HaveCount(Kernel("transpose.npz").Length);
    }

    [Fact]
    public void Accept_takes_what_verify_kept()
    {
        _case.Shift(1e-3);
        CommandLine.Run("verify", _case.Directory, "--received", _folder["kept"]).ExitCode.Should().Be(1);

        var accepted = CommandLine.Run(
            "accept", _case.Directory, "--reason", "reviewed", "--received", _folder["kept"]);
        accepted.ExitCode.Should().Be(0);
        accepted.Out.Should().Contain("output '0' drifts: max |a-e| 1.0e-3").And.Contain("outputs accepted");

        var verified = CommandLine.Run("verify", _case.Directory);
        verified.ExitCode.Should().Be(0);
        verified.Out.Should().Contain("[outputs accepted by hand: reviewed]");
    }

    [Fact]
    public void A_limit_is_accepted_where_it_is_near_to_what_was_measured()
    {
        string[] words = ["accept", _case.Directory, "--reason", "noisy", "--tolerance"];
        CommandLine.Run([.. words, "1e-5"]).Error.Should().Contain("more than ten times the measured drift (none");
        CommandLine.Run([.. words, "1e30"]).Error.Should().Contain("zeros would hold");
        CommandLine.Run([.. words, "1e30", "--loosen"]).ExitCode.Should().Be(2);
        GoldenStore.Read(_case.Directory).Document.Tolerance.IsDefault.Should().BeTrue();

        CommandLine.Run([.. words, "1e-5", "--loosen"]).ExitCode.Should().Be(0);
        GoldenStore.Read(_case.Directory).Document.Tolerance.Value.Should().Be(1e-5);
        CommandLine.Run("verify", _case.Directory).Out.Should().Contain("accepted by hand: noisy]");

        // The limit's reason goes with the limit, and is not the only thing that somebody decided.
        _case.Change(document => document with { AcceptedReason = "reviewed" });
        var back = CommandLine.Run("accept", _case.Directory, "--tolerance", "default");
        back.ExitCode.Should().Be(0);
        back.OutLines.Should().Equal(
            $"{_case.Directory}: no longer: limit |a-e| <= 1E-05 accepted by hand: noisy",
            $"{_case.Directory}: still: outputs accepted by hand: reviewed",
            $"{_case.Directory}: tolerance |a-e| <= 1E-06 accepted");
        back.Error.Should().BeEmpty();
        CommandLine.Run([.. words, "default"]).Error.Should().Contain("needs no reason, and keeps none");
        CommandLine.Run("verify", _case.Directory).Out.Should().Contain("[outputs accepted by hand: reviewed]");
        _case.Change(document => document with { AcceptedReason = null });
        _case.Shift(1e-3);
        CommandLine.Run("verify", _case.Directory).ExitCode.Should().Be(1);
        CommandLine.Run([.. words, "5e-3"]).ExitCode.Should().Be(0);
        CommandLine.Run("verify", _case.Directory).ExitCode.Should().Be(0);
    }

    [Fact]
    public void A_limit_is_accepted_with_what_it_is_about_shown_wherever_that_was_kept()
    {
        _case.Shift(1e-3);
        CommandLine.Run("verify", _case.Directory, "--received", _folder["kept"]).ExitCode.Should().Be(1);
        string[] words = ["accept", _case.Directory, "--reason", "noisy", "--tolerance", "5e-3"];
        CommandLine.Run(words).Error.Should().Contain("none was received", "nothing lies beside the golden");

        var accepted = CommandLine.Run([.. words, "--received", _folder["kept"]]);

        accepted.ExitCode.Should().Be(0, accepted.Error);
        accepted.OutLines[0].Should().Contain("output '0' drifts: max |a-e| 1.0e-3").And.Contain("; largest ");
        accepted.OutLines[^1].Should().EndWith("tolerance |a-e| <= 0.005 accepted");
        CommandLine.Run([.. words[..^1], "4e-3", "--loosen"]).Out.Should().Contain("no outputs were received");
    }

    [Fact]
    public void Nothing_is_accepted_in_CI_unless_it_is_told_to()
    {
        _case.Shift(1e-3);
        CommandLine.Run("verify", _case.Directory).ExitCode.Should().Be(1);
        string[] words = ["accept", _case.Directory, "--reason", "reviewed"];
        CommandLine.RunWith(new() { ["CI"] = "true" }, words).Should().Match<CommandLine>(run =>
            run.ExitCode == 2 && run.Error.Contains("--permit-ci"));
        CommandLine.RunWith(new() { ["CI"] = "true" }, [.. words, "--permit-ci"]).ExitCode.Should().Be(0);
    }

    [Fact]
    public void Recording_and_cuda_without_Harness_Reference_are_told_by_code()
    {
        NpyFile.Write(_folder["x.npy"], GoldenStore.Read(_case.Directory).Tensors["input.x"]);

        CommandLine.Run("record", _case.Model, "--golden", _folder["g"]).Error.Should().Contain("error PAR9001: ");
        foreach (var (device, code) in (ReadOnlySpan<(string, string)>)[("cpu-torch", "PAR9001"), ("cuda", "PAR9002")])
        {
            RunOn(device, []).Error.Should().Contain($"error {code}: ");
            var verify = CommandLine.Run("verify", _case.Directory, "--device", device);
            verify.Should().Match<CommandLine>(line => line.ExitCode == 2 && line.Out == "");
            verify.ErrorLines.Should().ContainSingle().Which.Should().Contain($"error {code}: ");
        }
        CommandLine.RunWith(
            new() { ["HARNESS_REFERENCE"] = _folder["none.dll"] }, "record", _case.Model, "--golden", _folder["g"])
            .Error.Should().Contain("no such file is there");
    }

    [Fact]
    public void The_child_process_passes_its_words_and_exit_code_through()
    {
        var run = CommandLine.RunWith(StandIn(), "record", _folder["no-model.pt"], "--golden", _folder["g"]);

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain("error PAR9001: Harness.Reference.dll is not there");
    }

    // A host that finds no program ends with a code of its own, as one does that a signal ends.
    [Fact]
    public void A_child_process_that_crashes_is_told_in_a_line()
    {
        File.WriteAllText(_folder["crash.dll"], "no program");

        var run = CommandLine.RunWith(
            new() { ["HARNESS_REFERENCE"] = _folder["crash.dll"] }, "record", _case.Model, "--golden", _folder["g"]);

        run.ExitCode.Should().Be(2);
        run.ErrorLines[^1].Should().MatchRegex(
            "error PAR9005: Harness\\.Reference has ended with exit code -?[0-9]+ before its work was done");
    }

    [Theory]
    [InlineData("cpu-torch")]
    [InlineData("cuda")]
    public void A_child_process_that_ends_in_the_middle_ends_the_command_with_its_exit_code(string device)
    {
        NpyFile.Write(_folder["x.npy"], GoldenStore.Read(_case.Directory).Tensors["input.x"]);
        var standIn = StandIn();

        // The stand-in knows no word of what it is asked.
        foreach (var line in (CommandLine[])[
            RunOn(device, standIn),
            CommandLine.RunWith(standIn, "verify", _case.Directory, "--device", device)])
        {
            line.ExitCode.Should().Be(2);
            line.Out.Should().BeEmpty("no case was verified");
            line.ErrorLines.Should().ContainSingle(text => text.Contains("error PAR9005: ")).Which.Should()
                .Contain("exit code 2");
        }
        File.Exists(_folder["y.npy"]).Should().BeFalse();
    }

    CommandLine RunOn(string device, Dictionary<string, string> variables) => CommandLine.RunWith(
        variables, "run", _case.Model, "--weights", _case.Weights, "--input", _folder["x.npy"], "--output",
        _folder["y.npy"], "--device", device);

    // A copy of harness itself stands in for Harness.Reference: far from it, it can only say that it misses it.
    Dictionary<string, string> StandIn()
    {
        string home = Path.GetDirectoryName(typeof(Harness.Cli.Program).Assembly.Location)!;
        foreach (string pattern in (string[])["harness.*", "Harness.*.dll", "System.CommandLine.dll", "Spectre.*.dll"])
            foreach (string file in Directory.GetFiles(home, pattern))
                File.Copy(file, _folder[Path.GetFileName(file)], overwrite: true);
        return new() { ["HARNESS_REFERENCE"] = _folder["harness.dll"] };
    }
}
