using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Reference.Tests;

public sealed class RecordTests : IDisposable
{
    const string Graph = """
        {"format": "harness-graph", "version": 1,
         "inputs": [{"name": "x", "shape": [2, 3, 5, 4], "type": "float32"}],
         "parameters": [{"name": "conv.weight", "shape": [4, 3, 2, 3]}, {"name": "conv.bias", "shape": [4]}],
         "calls": [
           {"module": "conv", "target": "aten::conv2d",
            "arguments": [{"value": "x"}, {"value": "conv.weight"}, {"value": "conv.bias"}, [1, 1], [0, 1], [1, 1], 1],
            "results": ["v1"]},
           {"module": "act", "target": "aten::silu", "arguments": [{"value": "v1"}], "results": ["v2"]}],
         "outputs": [{"name": "0", "value": "v2"}]}
        """;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("harness-record-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_traced_file_is_recorded_and_a_second_time_changes_no_byte()
    {
        string golden = In("golden");
        string[] words = ["record", Repository.Model("dict_out"), "--input-shape", "2,3,17,13", "--golden", golden];

        var first = ReferenceRun.OfProcess(words);
        first.Should().Be(new ReferenceRun(0, first.Output, ""));
        first.Output.Should().Contain("recorded (2 outputs");
        var before = Directory.GetFiles(golden).ToDictionary(file => file, File.ReadAllBytes);
        before.Should().HaveCount(2);
        foreach (string file in before.Keys) File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);

        ReferenceRun.Of(words).Output.Should().Contain("unchanged");
        foreach (var (file, bytes) in before)
        {
            File.ReadAllBytes(file).Should().Equal(bytes);
            File.GetLastWriteTimeUtc(file).Should().Be(DateTime.UnixEpoch, "nothing was written");
        }
        var written = GoldenStore.Read(golden).Document;
        written.Outputs.Select(port => port.Name).Should().Equal("boxes", "scores");
        written.Inputs[0].Shape.Should().Equal(2, 3, 17, 13);
        written.RecordedBy.Should().Be(new GoldenRecorder(written.RecordedBy.Torch, "cpu"));
        written.RecordedBy.Torch.Should().MatchRegex(@"^2\.\d+\.\d+$");
        written.Float32Noise.Overall.Should().BeInRange(1e-9, 1e-4);
        written.Probes.Should().OnlyContain(probe => probe.Positions.Length > 0);
    }

    [Fact]
    public void A_graph_is_recorded_with_its_weights_and_keeps_them_and_its_inputs_the_next_time()
    {
        string graph = Write("graph.json", Graph), golden = In("golden");
        string weights = In("weights.npz"), input = In("x.npy");
        NpzFile.Write(weights, Weights(0.25f));
        var values = Enumerable.Range(0, 120).Select(i => (i * 37 % 101 - 50) / 17.0);
        NpyFile.Write(input, Tensor.Of([2, 3, 5, 4], values.ToArray()));

        ReferenceRun.Of("record", graph, "--weights", weights, "--input", input, "--golden", golden)
            .ExitCode.Should().Be(0);
        var first = GoldenStore.Read(golden);
        first.Document.Weights.Path.Should().Be("../weights.npz");
        first.Document.Model.Path.Should().Be("../graph.json");
        first.Document.Inputs[0].Type.Should().Be(ElementType.Float32);
        first.Document.Probes.Select(probe => probe.Node).Should().Equal("conv", "act");

        ReferenceRun.Of("record", graph, "--golden", golden).Output.Should().Contain("unchanged");

        NpzFile.Write(weights, Weights(0.5f));
        ReferenceRun.Of("record", graph, "--golden", golden).Output.Should().Contain("updated");
        var second = GoldenStore.Read(golden);
        second.Document.Inputs[0].Sha256.Should().Be(first.Document.Inputs[0].Sha256);
        second.Document.Outputs[0].Sha256.Should().NotBe(first.Document.Outputs[0].Sha256);
    }

    [Fact]
    public void No_plane_is_square_unless_somebody_says_so_who_is_then_told_what_it_hides()
    {
        string[] words = ["record", "arch:squeezenet1_1", "--weights", "seed:1", "--golden"];

        var own = ReferenceRun.Of([.. words, In("own")]);
        var square = ReferenceRun.Of([.. words, In("square"), "--input-shape", "1,3,224,224"]);

        own.Should().Be(new ReferenceRun(0, own.Output, ""));
        GoldenStore.Read(In("own")).Document.Inputs[0].Shape.Should().Equal(1, 3, 224, 192);
        square.ExitCode.Should().Be(0);
        square.Error.Should().Contain("note: a square plane hides an exchange of height and width, and this model " +
            "takes others: --input-shape 1,3,224,192");
    }

    [Fact]
    public void Square_planes_that_somebody_states_are_recorded_together_with_oblong_ones()
    {
        string model = Repository.Model("se_silu_small"), golden = In("both"), second = Path.Combine(golden, "second");
        string[] words = ["record", model, "--golden", golden];

        var run = ReferenceRun.Of([.. words, "--input-shape", "2,3,24,24", "--seed", "5"]);

        run.Should().Be(new ReferenceRun(0, run.Output, ""));
        var (square, oblong) = (GoldenStore.Read(golden), GoldenStore.Read(second));
        square.Document.Inputs[0].Shape.Should().Equal(2, 3, 24, 24);
        oblong.Document.Inputs[0].Shape.Should().Equal(2, 3, 24, 56);
        square.Document.Sensitivity.IsSquare.Should().BeTrue();
        oblong.Document.Sensitivity.IsSquare.Should().BeFalse();
        (square.Document.Sensitivity.Other, oblong.Document.Sensitivity.Other).Should().Be(("second", ".."));
        Verified(golden).Should().BeEmpty();
        ReferenceRun.Of(words).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should()
            .HaveCount(2).And.OnlyContain(line => line.Contains("unchanged", StringComparison.Ordinal));

        Directory.Move(second, In("away"));
        Verified(golden).Should().ContainSingle().Which.Code.Should().Be(Codes.GoldenVacuous);
    }

    // A file of the user's is as square as any; a reason takes the place of a second case.
    [Fact]
    public void Square_files_have_an_oblong_case_beside_them_too_and_a_reason_permits_them_alone()
    {
        string model = Repository.Model("se_silu_small"), input = In("x.npy");
        NpyFile.Write(input, new SeededValues(3).Next(ElementType.Float32, [1, 3, 32, 32], limit: 1));
        string[] words = ["record", model, "--input", input, "--golden"];

        ReferenceRun.Of([.. words, In("files")]).ExitCode.Should().Be(0);
        ReferenceRun.Of([.. words, In("alone"), "--reason", "a chess board"]).ExitCode.Should().Be(0);

        GoldenStore.Read(Path.Combine(In("files"), "second")).Document.Inputs[0].Shape.Should().Equal(1, 3, 32, 64);
        Verified(In("alone")).Should().BeEmpty();
        GoldenStore.Read(In("alone")).Document.Sensitivity.Covers.Should().ContainSingle();
        Directory.Exists(Path.Combine(In("alone"), "second")).Should().BeFalse();
    }

    static ImmutableArray<Finding> Verified(string golden) =>
        Verifier.Verify(new VerifyRequest(golden), new VerifyOptions()).Findings;

    [Fact]
    public void A_tolerance_with_its_reason_survives_a_new_recording()
    {
        string graph = Write("graph.json", Graph), golden = In("golden");
        string[] words = ["record", graph, "--weights", "seed:3", "--golden", golden, "--seed"];
        ReferenceRun.Of([.. words, "1"]).ExitCode.Should().Be(0);
        var recorded = GoldenStore.Read(golden);
        var loose = new Parity.Tolerance(Parity.TolerancePolicy.Default, 1e-4, "half the weights are bfloat16");
        GoldenStore.Write(golden, recorded.Document with { Tolerance = loose }, recorded.Tensors);

        ReferenceRun.Of([.. words, "2"]).Output.Should().Contain("updated");
        GoldenStore.Read(golden).Document.Tolerance.Should().Be(loose);
    }

    [Fact]
    public void NaN_in_the_weights_is_refused_unless_it_is_asked_for()
    {
        string graph = Write("graph.json", Graph), weights = In("weights.npz"), golden = In("golden");
        NpzFile.Write(weights, Weights(float.NaN));
        string[] words = ["record", graph, "--weights", weights, "--golden", golden];

        var refused = ReferenceRun.Of(words);
        OneLine(refused, 2).Should().Contain("PAR1003").And.Contain("'conv.bias' is NaN at flat index 1");
        Directory.Exists(golden).Should().BeFalse();
        ReferenceRun.Of([.. words, "--allow-nan"]).ExitCode.Should().Be(0);
        GoldenStore.Read(golden).Document.Outputs[0].Statistics.NonFinite.Should().Be(2 * 4 * 4);

        // Once said it holds for these weights, and for no others.
        ReferenceRun.Of(words).Output.Should().Contain("unchanged");
        GoldenStore.Read(golden).Document.DeclaresNonFinite.Should().BeTrue();
        var others = Weights(float.NaN);
        others["conv.weight"] = Tensor.Of([4, 3, 2, 3], [.. Enumerable.Range(0, 72).Select(i => (i * 13 % 71) / 40f)]);
        NpzFile.Write(weights, others);
        ReferenceRun.Of(words).Error.Should().Contain("'conv.bias' is NaN");
    }

    // What the line advises must help: the mark would stay for ever.
    [Fact]
    public void Shapes_that_were_guessed_and_are_stated_then_are_guessed_no_more()
    {
        string golden = In("golden");
        string[] words = ["record", Repository.Model("dict_out"), "--golden", golden];
        var guessed = ReferenceRun.Of(words);
        var input = GoldenStore.Read(golden).Document.Inputs.Should().ContainSingle().Which;
        var (name, shape) = (input.Name, input.Shape);
        guessed.Output.Should().Contain($", input shapes guessed: {name} {shape} (state them with --input-shape)");
        ReferenceRun.Of(words).Output.Should().Contain("unchanged").And.Contain("shapes guessed: ");

        var stated = ReferenceRun.Of([.. words, "--input-shape", string.Join(',', shape)]);

        stated.Output.Should().Contain("updated").And.Contain($", input shapes as stated: {name} {shape})");
        GoldenStore.Read(golden).Document.GuessesShapes.Should().BeFalse();
        ReferenceRun.Of(words).Output.Should().Contain("unchanged").And
            .Contain(", input shapes of the earlier golden: ");
    }

    [Fact]
    public void Noise_that_was_set_by_hand_is_measured_again()
    {
        string graph = Write("graph.json", Graph), golden = In("golden");
        string[] words = ["record", graph, "--weights", "seed:3", "--golden", golden];
        ReferenceRun.Of(words).Output.Should().Contain(", input shapes of the model: x (2, 3, 5, 4))");
        var recorded = GoldenStore.Read(golden);
        GoldenStore.Write(golden, recorded.Document with
        {
            Float32Noise = GoldenNoise.Of([1e-3]) with { Reason = "a guess" },
        }, recorded.Tensors);

        ReferenceRun.Of(words).Output.Should().Contain("updated");

        GoldenStore.Read(golden).Document.Float32Noise.Should().Match<GoldenNoise>(noise =>
            noise.Reason == "" && noise.Overall == recorded.Document.Float32Noise.Overall);
    }

    [Fact]
    public void An_old_name_of_what_has_another_shape_since_is_refused_and_nothing_is_written()
    {
        string graph = Write("graph.json", """
            {"format": "harness-graph", "version": 1, "inputs": [{"name": "x", "shape": [2, 4, 3, 3]}],
             "calls": [
               {"target": "aten::relu", "arguments": [{"value": "x"}], "results": ["a"]},
               {"target": "aten::unsqueeze_", "arguments": [{"value": "a"}, 0], "results": ["b"]},
               {"target": "aten::neg", "arguments": [{"value": "a"}], "results": ["c"]}],
             "outputs": [{"name": "0", "value": "c"}]}
            """);

        var run = ReferenceRun.Of("record", graph, "--input-shape", "2,4,3,3", "--golden", In("golden"));

        run.ExitCode.Should().Be(2);
        run.Error.Should().StartWith($"{graph}(5): error PAR1002: ")
            .And.Contain("it reads what 'unsqueeze_' has given another shape")
            .And.MatchRegex("\\A[^\n]+\n\\z");
        Directory.Exists(In("golden")).Should().BeFalse();
    }

    [Fact]
    public void A_recording_that_lifts_casts_says_how_many()
    {
        string casts = Path.Combine(Repository.Root, "tests", "Harness.Tests", "Formats", "fixtures", "casts");
        string golden = In("golden");
        string[] words = ["record", Path.Combine(casts, "half_weights.pt"), "--golden", golden,
            "--input", Path.Combine(casts, "half_weights.input.npy")];

        ReferenceRun.Of(words).Output.Should().Contain("recorded (1 outputs").And
            .Contain(", casts lifted: 2, input shapes of the files: ");
        File.ReadAllText(Path.Combine(golden, "golden.json")).Should().Contain("\n  \"castsLifted\": 2,\n");
        ReferenceRun.Of(words).Output.Should().Contain("unchanged");
    }

    [WithoutCudaFact]
    public void Cuda_where_there_is_none_is_PAR9002_with_what_was_found()
    {
        var run = ReferenceRun.Of(
            "record", Write("graph.json", Graph), "--weights", "seed:1", "--golden", In("g"), "--device", "cuda");
        OneLine(run, 2).Should()
            .MatchRegex(@"^\S+graph\.json: error PAR9002: .*libtorch 2\.\d+\.\d+.* is a (CPU|CUDA) build");
        Directory.Exists(In("g")).Should().BeFalse();
    }

    [Fact]
    public void A_wrong_command_line_is_one_line_and_exit_code_2()
    {
        string graph = Write("graph.json", Graph), golden = In("g");
        foreach (string[] words in (string[][])
            [
                ["record", graph],
                ["record", "--golden", golden],
                ["record", graph, "--golden"],
                ["record", graph, "--golden", golden, "--tolerance", "1"],
                ["record", graph, "--golden", golden, "--device", "tpu"],
                ["record", graph, "--golden", golden, "--seed", "one"],
                ["record", graph, "--golden", golden, "--weights", "seed:1", "--input-shape", "2,0,4,4"],
                ["record", graph, "--golden", golden, "--weights", "seed:1", "--input", In("none.npy")],
                ["record", graph, "--golden", golden, "--weights=seed:1", "--input-shape=1,3,5,4", "--input-shape=2"],
                ["record", In("none.pt"), "--golden", golden],
                ["record", graph, "--golden", golden],
            ])
        {
            OneLine(ReferenceRun.Of(words), 2).Should()
                .MatchRegex("^.+: error PAR(9003|1001|1003): .+", string.Join(' ', words));
            Directory.Exists(golden).Should().BeFalse();
        }
    }

    static Dictionary<string, Tensor> Weights(float second) => new()
    {
        ["conv.weight"] = Tensor.Of([4, 3, 2, 3], [.. Enumerable.Range(0, 72).Select(i => (i * 29 % 71 - 35) / 40f)]),
        ["conv.bias"] = Tensor.Of([4], [1f, second, -1f, 0.5f]),
    };

    static string OneLine(ReferenceRun run, int exitCode)
    {
        run.ExitCode.Should().Be(exitCode, run.Error);
        run.Output.Should().BeEmpty();
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle();
        return run.Error.TrimEnd();
    }

    string In(string name) => Path.Combine(_folder.FullName, name);

    string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }
}
