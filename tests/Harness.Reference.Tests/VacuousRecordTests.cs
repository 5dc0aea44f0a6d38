using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Reference.Tests;

/// <summary>A golden that a wrong model would fit as well is refused when it is recorded.</summary>
public sealed class VacuousRecordTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("harness-vacuous-");

    public void Dispose() => _folder.Delete(recursive: true);

    const string Conv = """
        {"target": "aten::conv2d", "module": "c",
         "arguments": [{"value": "x"}, {"value": "c.weight"}, {"value": "c.bias"}, [1, 1], [1, 1]], "results": ["a"]}
        """;

    const string Relu = """{"target": "aten::relu", "arguments": [{"value": "a"}], "results": ["b"]}""";

    const string Second = """
        {"target": "aten::conv2d", "module": "d",
         "arguments": [{"value": "b"}, {"value": "d.weight"}, null, [1, 1], [1, 1]], "results": ["y"]}
        """;

    // Features in front of the second convolution, of which the bias of the first one drowns some.
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Elements_behind_a_dead_ReLU_are_counted_and_refused_where_nearly_all_are(int dead, bool refused)
    {
        double[] bias = [.. Enumerable.Range(0, 4).Select(i => i < dead ? -1000.0 : 0.5)];
        string[] words = Words("2, 3, 9, 8", [Conv, Relu, Second], new()
        {
            ["c.weight"] = Drawn(4, 3, 3, 3), ["c.bias"] = Tensor.Of([4], bias), ["d.weight"] = Drawn(5, 4, 3, 3),
        });

        var run = ReferenceRun.Of(words);

        if (!refused)
        {
            run.ExitCode.Should().Be(0, run.Error);
            GoldenStore.Read(In("golden")).Document.Sensitivity.Blind.Should()
                .Equal(new BlindWeight("d.weight", dead * 5 * 9, 4 * 5 * 9));
            return;
        }
        Refusal(run).Should().Contain("output '0' is 0 everywhere").And
            .Contain("weight 'd.weight' moves neither an output nor a probe in 180 of 180 elements");
    }

    [Fact]
    public void With_a_reason_it_is_recorded_and_the_reason_stands_in_it()
    {
        string[] words = Words("2, 3, 9, 8", [Conv, Relu, Second], new()
        {
            ["c.weight"] = Drawn(4, 3, 3, 3), ["c.bias"] = Drawn(4), ["d.weight"] = new Tensor(
                ElementType.Float32, [5, 4, 3, 3], new byte[5 * 4 * 9 * 4]),
        });
        Refusal(ReferenceRun.Of(words)).Should().Contain("output '0' is 0 everywhere");

        ReferenceRun.Of([.. words, "--reason", "the head is trained later"]).ExitCode.Should().Be(0);

        var golden = GoldenStore.Read(In("golden"));
        golden.Document.Sensitivity.Reason.Should().Be("the head is trained later");
        golden.Document.Sensitivity.Covers.Should().Contain("output '0' is 0 everywhere");
        Vacuity.Of(golden.Document, golden.Tensors).Should().BeEmpty();
    }

    // Weights: of the head one number in all places, or numbers, or none at all.
    [Fact]
    public void A_reason_is_kept_for_what_it_was_given_for_and_for_nothing_else()
    {
        Tensor Head(float value) => Tensor.Of([5, 4, 3, 3], [.. Enumerable.Repeat(value, 180)]);
        string[] With(Tensor head) => Words("2, 3, 9, 8", [Conv, Relu, Second], new()
        {
            ["c.weight"] = Drawn(4, 3, 3, 3), ["c.bias"] = Drawn(4), ["d.weight"] = head,
        });
        ReferenceRun.Of([.. With(Head(0)), "--reason", "trained later"]).ExitCode.Should().Be(0);
        byte[] before = File.ReadAllBytes(In("golden/golden.json"));

        ReferenceRun.Of(With(Head(0))).Output.Should().Contain("unchanged", "it is the same decision");
        ReferenceRun.Of([.. With(Head(0)), "--reason", "trained later"]).Output.Should().Contain("unchanged");

        // A huge number overflows in the convolution, and nothing is constant then.
        string[] wrong = With(Head(float.PositiveInfinity));
        foreach (string[] words in (string[][])[wrong, [.. wrong, "--reason", "trained later"],
            [.. wrong, "--reason", "in other words"]])
        {
            var refused = ReferenceRun.Of(words);
            refused.ExitCode.Should().Be(2);
            refused.Error.Should().Contain("PAR3005").And.Contain("output '0' is NaN or infinite in ");
        }
        File.ReadAllBytes(In("golden/golden.json")).Should().Equal(before);

        ReferenceRun.Of(With(Drawn(5, 4, 3, 3))).Output.Should().Contain("updated");
        GoldenStore.Read(In("golden")).Document.Sensitivity.Reason.Should().BeNull("there is nothing to excuse");
    }

    // As a golden of before says nothing of what its reason covers: what was wrong when it was recorded.
    [Fact]
    public void A_reason_of_before_is_kept_for_what_was_wrong_then()
    {
        Tensor dead = new(ElementType.Float32, [5, 4, 3, 3], new byte[5 * 4 * 9 * 4]);
        string[] With(Tensor bias) => Words("2, 3, 9, 8", [Conv, Relu, Second], new()
        {
            ["c.weight"] = Drawn(4, 3, 3, 3), ["c.bias"] = bias, ["d.weight"] = dead,
        });
        ReferenceRun.Of([.. With(Drawn(4)), "--reason", "trained later"]).ExitCode.Should().Be(0);
        var golden = GoldenStore.Read(In("golden"));
        GoldenStore.Write(In("golden"), golden.Document with
        {
            Sensitivity = golden.Document.Sensitivity with { Covers = null },
        }, golden.Tensors);
        byte[] before = File.ReadAllBytes(In("golden/golden.json"));

        ReferenceRun.Of(With(Drawn(4))).Output.Should().Contain("unchanged");
        File.ReadAllBytes(In("golden/golden.json")).Should().Equal(before);

        var refused = ReferenceRun.Of(With(Tensor.Of([4], [-1000f, -1000f, -1000f, -1000f])));
        refused.ExitCode.Should().Be(2, "nothing reaches the second convolution now");
        refused.Error.Should().Contain("weight 'd.weight'").And.Contain("in other words than \"trained later\"");
    }

    // A plane of two rows: a window of five, padded by two, has places that only ever meet the padding.
    [Fact]
    public void Places_of_a_window_that_only_meet_padding_are_refused()
    {
        string[] words = Words("2, 3, 2, 9", ["""
            {"target": "aten::conv2d", "module": "d",
             "arguments": [{"value": "x"}, {"value": "d.weight"}, null, [1, 1], [2, 2]], "results": ["y"]}
            """], new() { ["d.weight"] = Drawn(5, 3, 5, 5) });

        Refusal(ReferenceRun.Of(words)).Should()
            .Contain("weight 'd.weight' moves nothing in 10 places of its window");
    }

    [Theory]
    [InlineData("aten::mul", "aten::add",
        "output '0' does not change with another input; input 'x' moves no output")]
    [InlineData("aten::div", "aten::mul",
        "output '0' is NaN or infinite in 24 of 24 elements")]
    public void Outputs_that_say_nothing_are_refused(string byZero, string byWeight, string why)
    {
        string[] words = Words("2, 3, 4", [
            $$"""{"target": "{{byZero}}", "arguments": [{"value": "x"}, 0.0], "results": ["z"]}""",
            $$"""{"target": "{{byWeight}}", "arguments": [{"value": "z"}, {"value": "p"}], "results": ["y"]}""",
        ], new() { ["p"] = Drawn(4) });
        Refusal(ReferenceRun.Of(words)).Should().Contain(why);
    }

    // PyTorch gives running statistics and rounded numbers no gradient, and both move the output.
    [Fact]
    public void What_has_no_gradient_is_not_blind_for_that()
    {
        string[] words = Words("2, 3, 5, 4", ["""
            {"target": "aten::batch_norm", "module": "bn",
             "arguments": [{"value": "x"}, {"value": "bn.weight"}, {"value": "bn.bias"}, {"value": "bn.running_mean"},
                           {"value": "bn.running_var"}, false, 0.1, 1e-5, true], "results": ["y"]}
            """], new()
        {
            ["bn.weight"] = Drawn(3), ["bn.bias"] = Drawn(3), ["bn.running_mean"] = Drawn(3),
            ["bn.running_var"] = Tensor.Of([3], [0.5f, 1f, 2f]),
        });

        ReferenceRun.Of(words).ExitCode.Should().Be(0);

        GoldenStore.Read(In("golden")).Document.Sensitivity.Blind.Should().BeEmpty();
    }

    // The first seed leaves the only unit dead for both rows; another does not.
    [Fact]
    public void Other_inputs_are_sought_where_the_first_ones_cannot_tell()
    {
        string[] words = Words("1, 2", ["""
            {"target": "aten::linear", "arguments": [{"value": "x"}, {"value": "w"}], "results": ["a"]},
            {"target": "aten::relu", "arguments": [{"value": "a"}], "results": ["b"]},
            {"target": "aten::linear", "arguments": [{"value": "b"}, {"value": "v"}], "results": ["y"]}
            """], new()
        {
            ["w"] = Tensor.Of([1, 2], Against(new SeededValues(0))),
            ["v"] = Tensor.Of([3, 1], [0.5f, -0.25f, 2f]),
        });
        Refusal(ReferenceRun.Of([.. words, "--seed", "0"])).Should().Contain("weight 'v'");

        ReferenceRun.Of(words).ExitCode.Should().Be(0);

        GoldenStore.Read(In("golden")).Document.Sensitivity.Blind.Should().BeEmpty();
    }

    static float[] Against(SeededValues values) =>
        [.. values.Next(ElementType.Float32, [1, 2], 2).ToSingles().Select(value => -value)];

    string Refusal(ReferenceRun run)
    {
        run.ExitCode.Should().Be(2, run.Output + run.Error);
        run.Error.Should().Contain(": error PAR3005: ").And.MatchRegex("\\A[^\n]+\n\\z");
        Directory.Exists(In("golden")).Should().BeFalse("nothing is half-written");
        return run.Error;
    }

    // Two gates, of which one input opens one.
    static readonly string[] s_gates =
    [
        """{"target": "aten::mean", "arguments": [{"value": "x"}, [0, 1, 2, 3], true], "results": ["m"]}""",
        """{"target": "aten::relu", "arguments": [{"value": "m"}], "results": ["above"]}""",
        """{"target": "aten::neg", "arguments": [{"value": "m"}], "results": ["n"]}""",
        """{"target": "aten::relu", "arguments": [{"value": "n"}], "results": ["below"]}""",
        """{"target": "aten::mul", "arguments": [{"value": "above"}, {"value": "p"}], "results": ["a"]}""",
        """{"target": "aten::mul", "arguments": [{"value": "below"}, {"value": "q"}], "results": ["b"]}""",
        """{"target": "aten::add", "arguments": [{"value": "a"}, {"value": "b"}], "results": ["c"]}""",
        """{"target": "aten::add", "arguments": [{"value": "x"}, {"value": "c"}], "results": ["y"]}""",
    ];

    // A second case may have to tell what shapes hide and what numbers do.
    [Theory]
    [InlineData("1,3,8,8")]
    [InlineData("2,3,12,12")]
    [InlineData("1,3,16,16")]
    public void An_oblong_case_beside_a_square_one_tells_the_rest_too(string shape)
    {
        string[] words = Words(null, s_gates, new() { ["p"] = Drawn(3, 1, 1), ["q"] = Drawn(3, 1, 1) });

        var run = ReferenceRun.Of([.. words, "--input-shape", shape]);

        run.ExitCode.Should().Be(0, run.Error);
        var planes = GoldenStore.Read(In("golden/second")).Document.Inputs[0].Shape;
        planes[2].Should().NotBe(planes[3]);
        foreach (string folder in (string[])[In("golden"), In("golden/second")])
            Verifier.Verify(new VerifyRequest(folder), new VerifyOptions { Threads = 1 }).Findings.Should().BeEmpty();
    }

    [Fact]
    public void A_reason_for_a_weight_permits_no_square_planes()
    {
        string[] words = Words(null, s_gates, new() { ["p"] = Drawn(3, 1, 1), ["q"] = Drawn(3, 1, 1) });

        var run = ReferenceRun.Of([.. words, "--input-shape", "1,3,8,8", "--reason", "trained later"]);

        run.ExitCode.Should().Be(0, run.Error);
        var said = GoldenStore.Read(In("golden")).Document.Sensitivity;
        said.Covers.Should().ContainSingle().Which.Should().StartWith("weight '");
        said.Other.Should().Be("second");
    }

    // What is blind in both cases is told by neither: the reason stands in both, and stays there.
    [Fact]
    public void A_reason_stands_in_each_of_two_cases_that_need_it()
    {
        string[] words = Words(null, [Conv, Relu, Second], new()
        {
            ["c.weight"] = Drawn(4, 3, 3, 3), ["c.bias"] = Tensor.Of([4], [-1000f, -1000f, -1000f, -1000f]),
            ["d.weight"] = Drawn(5, 4, 3, 3),
        });

        var run = ReferenceRun.Of([.. words, "--input-shape", "2,3,9,9", "--reason", "a dead head"]);

        run.ExitCode.Should().Be(0, run.Error);
        foreach (string folder in (string[])[In("golden"), In("golden/second")])
        {
            var said = GoldenStore.Read(folder).Document.Sensitivity;
            said.Reason.Should().Be("a dead head");
            said.Covers.Should().NotBeEmpty();
            Verifier.Verify(new VerifyRequest(folder), new VerifyOptions { Threads = 1 }).Findings.Should().BeEmpty();
        }
        ReferenceRun.Of(words).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should()
            .HaveCount(2).And.OnlyContain(line => line.Contains("unchanged", StringComparison.Ordinal));

        ReferenceRun.Of([.. words[..^1], In("golden/second")]).Should().Match<ReferenceRun>(alone =>
            alone.ExitCode == 2 && alone.Error.Contains("is the second case of the golden in the folder above it"));
        var both = GoldenStore.Read(In("golden/second"));
        GoldenStore.Write(both.Directory, both.Document with
        {
            Sensitivity = both.Document.Sensitivity with { Reason = null, Covers = null },
        }, both.Tensors);
        Verifier.Verify(new VerifyRequest(In("golden/second")), new VerifyOptions { Threads = 1 }).Findings.Should()
            .ContainSingle().Which.Code.Should().Be(Codes.GoldenVacuous);
    }

    [Theory]
    [InlineData("1,3,46000,46000")]
    [InlineData("1,3,2147483647,2147483647")]
    public void An_input_of_more_than_memory_is_one_line(string shape)
    {
        string[] words = Words(null, [Conv.Replace("\"a\"", "\"y\"", StringComparison.Ordinal)], new()
        {
            ["c.weight"] = Drawn(4, 3, 3, 3), ["c.bias"] = Drawn(4),
        });

        var run = ReferenceRun.OfProcess([.. words, "--input-shape", shape]);

        run.ExitCode.Should().Be(2);
        run.Error.Should().MatchRegex("\\A[^\n]+: error PAR(9004|1004): [^\n]+\n\\z");
    }

    [Fact]
    public void Nothing_is_written_where_the_second_case_cannot_be()
    {
        string[] words = [.. Words(null, [Conv.Replace("\"a\"", "\"y\"", StringComparison.Ordinal)], new()
        {
            ["c.weight"] = Drawn(4, 3, 3, 3), ["c.bias"] = Drawn(4),
        }), "--input-shape", "1,3,24,24"];
        Directory.CreateDirectory(In("golden"));
        File.WriteAllText(In("golden/second"), "");

        ReferenceRun.Of(words).ExitCode.Should().Be(2);
        File.Exists(In("golden/golden.json")).Should().BeFalse();

        File.Delete(In("golden/second"));
        Directory.CreateSymbolicLink(In("golden/second"), ".");
        ReferenceRun.Of(words).Should().Match<ReferenceRun>(run =>
            run.ExitCode == 2 && run.Error.Contains("second: error PAR9003: is a link"));
        File.Exists(In("golden/golden.json")).Should().BeFalse();
    }

    [Fact]
    public void A_model_that_computes_nothing_is_not_recorded()
    {
        string[] words = Words("1, 3", [], []);
        File.WriteAllText(In("graph.json"), File.ReadAllText(In("graph.json")).Replace(
            "\"value\": \"y\"", "\"value\": \"x\"", StringComparison.Ordinal));

        ReferenceRun.Of(words).Should().Match<ReferenceRun>(run =>
            run.ExitCode == 2 && run.Error.Contains("the model computes nothing"));
        Directory.Exists(In("golden")).Should().BeFalse();
    }

    // Square roots of the user's numbers are numbers; those of others need not be.
    [Fact]
    public void An_oblong_case_is_of_the_numbers_that_a_file_holds()
    {
        string[] words = Words(null, [
            """{"target": "aten::sqrt", "arguments": [{"value": "x"}], "results": ["r"]}""",
            """{"target": "aten::conv2d", "arguments": [{"value": "r"}, {"value": "w"}], "results": ["y"]}""",
        ], new() { ["w"] = Drawn(2, 3, 3, 3) });
        var input = new SeededValues(1).Next(ElementType.Float32, [1, 3, 9, 9], 1);
        NpyFile.Write(In("x.npy"), Tensor.Of(input.Shape, [.. input.ToSingles().Select(Math.Abs)]));

        ReferenceRun.Of([.. words, "--input", In("x.npy")]).Should().Match<ReferenceRun>(run => run.ExitCode == 0);

        var second = GoldenStore.Read(In("golden/second"));
        second.Document.Inputs[0].Shape.Should().Equal(1, 3, 9, 41);
        second.Document.Outputs[0].Statistics.NonFinite.Should().Be(0);
    }

    [Fact]
    public void A_second_case_follows_the_model_and_takes_nobody_elses_place()
    {
        string[] words = Words(null, [
            """{"target": "aten::conv2d", "arguments": [{"value": "x"}, {"value": "w"}], "results": ["y"]}""",
        ], new() { ["w"] = Drawn(2, 3, 3, 3) });
        ReferenceRun.Of([.. words, "--input-shape", "1,3,24,24"]).ExitCode.Should().Be(0);

        words = Words(null, [
            """{"target": "aten::conv2d", "arguments": [{"value": "x"}, {"value": "w"}], "results": ["y"]}""",
        ], new() { ["w"] = Drawn(2, 4, 3, 3) });
        ReferenceRun.Of([.. words, "--input-shape", "1,4,24,24"]).ExitCode.Should().Be(0);
        GoldenStore.Read(In("golden/second")).Document.Inputs[0].Shape.Should().Equal(1, 4, 24, 56);

        Directory.Delete(In("golden"), recursive: true);
        string own = In("golden/second");
        ReferenceRun.Of([.. words[..^1], own, "--input-shape", "1,4,9,8"]).ExitCode.Should().Be(0);
        byte[] before = File.ReadAllBytes(Path.Combine(own, "golden.json"));
        var refused = ReferenceRun.Of([.. words, "--input-shape", "1,4,24,24"]);
        refused.ExitCode.Should().Be(2);
        refused.Error.Should().Contain("is a golden of its own");
        File.ReadAllBytes(Path.Combine(own, "golden.json")).Should().Equal(before);
        File.Exists(In("golden/golden.json")).Should().BeFalse();
    }

    [Fact]
    public void Where_one_input_cannot_tell_two_are_recorded_that_do_together()
    {
        string[] words = Words(
            "2, 3, 5, 4", s_gates, new() { ["p"] = Drawn(3, 1, 1), ["q"] = Drawn(3, 1, 1) });

        var run = ReferenceRun.Of(words);

        run.ExitCode.Should().Be(0, run.Error);
        string first = In("golden"), second = In("golden/second");
        run.Output.Should().Contain($"{first}: recorded (").And.Contain($"{second}: recorded (");
        GoldenCase one = GoldenStore.Read(first), other = GoldenStore.Read(second);
        Vacuity.Of(one.Document, one.Tensors).Should().ContainSingle();
        Vacuity.Of(other.Document, other.Tensors).Should().ContainSingle().Which.Should()
            .NotBe(Vacuity.Of(one.Document, one.Tensors)[0]);
        foreach (string folder in (string[])[first, second])
            Verified(folder).Should().BeEmpty();
        // Recorded again both are what they were.
        ReferenceRun.Of(words).Output.Should().Contain($"{first}: unchanged").And.Contain($"{second}: unchanged");

        // Whoever states an input wants that one.
        var stated = ReferenceRun.Of([.. words, "--seed", "0"]);
        stated.ExitCode.Should().Be(2);
        stated.Error.Should().MatchRegex("weight '[pq]' moves neither");
        Directory.Delete(second, recursive: true);
        Verified(first).Should().ContainSingle().Which.Should().Match<Finding>(finding =>
            finding.Code == Codes.GoldenVacuous && finding.Message.Contains("without the case that was recorded with"));

        // What is left of two is told of.
        ReferenceRun.Of(words).Output.Should().Contain($"{second}: recorded (");
        ReferenceRun.Of([.. words, "--reason", "one is enough"]).Error.Should()
            .StartWith($"{second}: note: one case was recorded").And.Contain($"harness accept \"{second}\" --remove");
        GoldenStore.Read(first).Document.Sensitivity.Other.Should().BeNull();

        static IEnumerable<Finding> Verified(string folder) =>
            Verifier.Verify(new VerifyRequest(folder), new VerifyOptions { Threads = 1 }).Findings;
    }

    string[] Words(string? shape, string[] calls, Dictionary<string, Tensor> weights)
    {
        string parameters = string.Join(", ", weights.Select(weight =>
            $$"""{"name": "{{weight.Key}}", "shape": [{{string.Join(", ", weight.Value.Shape)}}]}"""));
        File.WriteAllText(In("graph.json"), $$"""
            {"format": "harness-graph", "version": 1,
             "inputs": [{"name": "x", {{(shape is null ? "" : $"\"shape\": [{shape}], ")}}"type": "float32"}],
             "parameters": [{{parameters}}],
             "calls": [{{string.Join(", ", calls)}}], "outputs": [{"name": "0", "value": "y"}]}
            """);
        NpzFile.Write(In("weights.npz"), weights);
        return ["record", In("graph.json"), "--weights", In("weights.npz"), "--golden", In("golden")];
    }

    static Tensor Drawn(params int[] shape) => new SeededValues(17).Next(ElementType.Float32, Shape.Create(shape), 2);

    string In(string name) => Path.Combine(_folder.FullName, name);
}
