using System.Text.Json;
using System.Text.RegularExpressions;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Tests.Naive;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Cli;

public sealed class CompareVerbTests : IDisposable
{
    readonly SyntheticCase _case = new("golden/net");
    readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _case.Dispose();
        _folder.Dispose();
    }

    static string Golden(string name) => Path.Combine(NaiveWalkTests.Repository, "golden", "models", name);

    // Recorded by PyTorch: several outputs, volumes of every rank, integers.
    public static TheoryData<string, bool> Recorded
    {
        get
        {
            var rows = new TheoryData<string, bool>();
            foreach (string model in new[]
            {
                "branch_small", "decoder_small", "dense_small", "dict_out", "guide_cnn", "in_place_small",
                "mobile_small", "multi_out", "resnet_small", "se_silu_small", "shuffle_small", "unet_small",
                "vgg_small",
            })
            {
                rows.Add(model, false);
                rows.Add(model, true);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_right_port_holds_with_all_its_nodes_in_either_layout_and_precision(string model, bool channelsLast)
    {
        foreach (string file in Directory.GetFiles(Golden(model), "golden.json", SearchOption.AllDirectories))
        {
            string golden = Path.GetDirectoryName(file)!;
            int nodes = GoldenStore.Read(golden).Document.Probes.Length;
            foreach (var precision in new[] { ElementType.Float64, ElementType.Float32 })
            {
                // All but calls that no node computes: sizes, casts that are lifted.
                int taps = ForeignRun.Of(golden, precision).Taps.Count;
                taps.Should().BeGreaterThan(nodes / 2);
                var run = CommandLine.Run(ForeignRun.Write(_folder, golden, precision, channelsLast: channelsLast));

                run.ExitCode.Should().Be(0, run.Out + run.Error);
                run.OutLines.Should().HaveCount(taps == nodes ? 1 : 2);
                run.OutLines[0].Should().StartWith("holds ").And.Contain($", {taps} of {nodes} nodes compared")
                    .And.Contain(precision == ElementType.Float64 ? "  float64 " : "  float32 ");
            }
        }
    }

    [Theory]
    [InlineData("conv:swap-hw", "conv", ElementType.Float64)]
    [InlineData("conv:padding", "conv", ElementType.Float64)]
    [InlineData("bn:epsilon", "bn", ElementType.Float64)]
    [InlineData("act:gelu", "act", ElementType.Float64)]
    [InlineData("pool:count-include-pad", "pool", ElementType.Float64)]
    [InlineData("fc:weights", "fc", ElementType.Float64)]
    [InlineData("conv:swap-hw", "conv", ElementType.Float32)]
    [InlineData("bn:epsilon", "bn", ElementType.Float32)]
    [InlineData("act:gelu", "act", ElementType.Float32)]
    [InlineData("pool:count-include-pad", "pool", ElementType.Float32)]
    public void A_wrong_port_is_red_and_its_first_bad_node_is_named(string fault, string node, ElementType precision)
    {
        var run = CommandLine.Run(ForeignRun.Write(_folder, _case.Directory, precision, fault));

        run.ExitCode.Should().Be(1);
        string code = precision == ElementType.Float64 ? "PAR2001" : "PAR2002";
        run.OutLines.Should().HaveCount(2);
        run.OutLines[0].Should().StartWith($"FAILS {_case.Directory} on y.npz  ").And.EndWith("6 of 6 nodes compared");
        run.OutLines[1].Should().MatchRegex($@"^{Regex.Escape(_case.GoldenFile)}\(\d+\): error {code}: on y\.npz: ")
            .And.Contain("output '0' drifts: max |a-e| ").And.Contain($"; first bad node '{node}' of 6 tapped: ");
    }

    [Fact]
    public void Without_taps_it_says_what_was_not_compared_and_how_to_say_more()
    {
        ForeignRun.Write(_folder, _case.Directory, ElementType.Float64, "conv:swap-hw");

        var run = CommandLine.Run("compare", _case.Directory, "--actual", _folder["y.npz"]);

        run.ExitCode.Should().Be(1);
        run.OutLines[0].Should().EndWith("0 of 6 nodes compared");
        run.OutLines[1].Should().Be("not compared: conv, bn, act, pool, flat, fc");
        run.OutLines[2].Should().Contain("error PAR2001").And.Contain("(--taps)");
    }

    [Fact]
    public void A_node_that_is_off_is_red_though_the_outputs_hold()
    {
        var (outputs, taps) = ForeignRun.Of(_case.Directory, ElementType.Float64);
        double[] act = taps["act"].ToDoubles();
        // At no position that the golden samples, which the norm sees.
        var probe = GoldenStore.Read(_case.Directory).Document.Probes.Single(p => p.Node == "act");
        int hidden = Enumerable.Range(0, act.Length).First(at => !probe.Positions.Contains(at) && act[at] != 0);
        act[hidden] *= 1.5;
        taps["act"] = Tensor.Of(taps["act"].Shape, act);

        var run = Compare(outputs, taps);

        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain("error PAR2001: on y.npz: node 'act' drifts: ").And.Contain("the outputs forgive it");
    }

    [Fact]
    public void Some_taps_are_compared_and_the_others_and_unknown_ones_listed()
    {
        var (outputs, taps) = ForeignRun.Of(_case.Directory, ElementType.Float64);
        taps = new() { ["pool"] = taps["pool"], ["conv"] = taps["conv"], ["convolution"] = taps["conv"] };

        var run = Compare(outputs, taps, "--report", _folder["report"], "--format", "json,html,markdown,junit,sarif");

        run.ExitCode.Should().Be(0);
        run.OutLines.Should().HaveCount(3);
        run.OutLines[0].Should().EndWith("2 of 6 nodes compared");
        run.OutLines[1].Should().Be("not compared: bn, act, flat, fc");
        run.OutLines[2].Should().Be("taps of no node: convolution");
        Directory.GetFiles(_folder["report"]).Should().HaveCount(5);
        var coverage = JsonElement.Parse(File.ReadAllText(_folder["report/parity.json"])).GetProperty("cases")[0]
            .GetProperty("probes");
        coverage.GetProperty("compared").GetInt32().Should().Be(2);
        coverage.GetProperty("notCompared").EnumerateArray().Select(name => name.GetString()).Should()
            .Equal("bn", "act", "flat", "fc");
        coverage.GetProperty("noNode").EnumerateArray().Select(name => name.GetString()).Should().Equal("convolution");
    }

    [Theory]
    [InlineData(1e-3, 1, "error PAR2001")]
    [InlineData(5e-10, 0, "warning PAR2003")]
    public void The_limits_are_those_of_verify(double shift, int exitCode, string finding)
    {
        ForeignRun.Write(_folder, _case.Directory, ElementType.Float64);
        _case.Shift(shift);

        var run = CommandLine.Run("compare", _case.Directory, "--actual", _folder["y.npz"]);

        run.ExitCode.Should().Be(exitCode);
        run.Out.Should().Contain(finding);
        CommandLine.Run("verify", _case.Directory).Out.Should().Contain(finding);
    }

    [Fact]
    public void Float32_has_the_limits_of_float32_and_says_which()
    {
        ForeignRun.Write(_folder, _case.Directory, ElementType.Float32);

        CommandLine.Run("compare", _case.Directory, "--actual", _folder["y.npz"]).OutLines[0].Should()
            .MatchRegex(@"float32 \S+ \(limit 1\.0e-6: 1e-6; its own order\)");

        _case.Shift(3e-6);
        var red = CommandLine.Run("compare", _case.Directory, "--actual", _folder["y.npz"]);
        red.ExitCode.Should().Be(1);
        red.Out.Should().Contain("error PAR2002").And.Contain("in float32 output '0' drifts");

        _case.Change(document => document with { Float32Noise = GoldenNoise.Of([1e-6]) });
        var noisy = CommandLine.Run("compare", _case.Directory, "--actual", _folder["y.npz"]);
        noisy.ExitCode.Should().Be(0);
        noisy.OutLines[0].Should().Contain("limit 4.0e-6: 4 times torch's own float32 noise 1.0e-6");
    }

    // A tap off by 4e-5 of its largest value: too much in float32, unless the network is known to lose so much.
    [Theory]
    [InlineData(0, 2e-7, 1)]
    [InlineData(1e-14, 2e-7, 0)]
    [InlineData(0, 2e-5, 0)]
    public void A_tap_in_float32_may_be_off_by_what_rounding_or_noise_explain(
        double rounding, double noise, int exitCode)
    {
        var (outputs, taps) = ForeignRun.Of(_case.Directory, ElementType.Float32);
        float[] act = taps["act"].ToSingles();
        double magnitude = act.Max(Math.Abs);
        act[0] += (float)(4e-5 * magnitude);
        taps["act"] = Tensor.Of(taps["act"].Shape, act);
        _case.Change(document => document with
        {
            Probes = [.. document.Probes.Select(probe => probe with { Rounding = rounding * probe.AbsMax })],
            Float32Noise = GoldenNoise.Of([noise]),
        });

        var run = Compare(outputs, taps);

        run.ExitCode.Should().Be(exitCode, run.Out);
        if (exitCode == 1) run.Out.Should().Contain("error PAR2002: on y.npz: node 'act' drifts");
    }

    [Fact]
    public void No_permutation_is_tried()
    {
        var (outputs, taps) = ForeignRun.Of(_case.Directory, ElementType.Float64);
        var output = outputs["0"];
        outputs["0"] = new Tensor(output.Type, [output.Shape[1], output.Shape[0]], output.Bytes);

        var run = Compare(outputs, taps);

        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain("output '0' has shape (6, 2), the golden (2, 6) (read as nchw")
            .And.Contain("all 6 tapped nodes hold");
        // The right arrays under the wrong name of their layout are wrong arrays.
        ForeignRun.Write(_folder, _case.Directory, ElementType.Float64, channelsLast: true);
        var read = CommandLine.Run(
            "compare", _case.Directory, "--actual", _folder["y.npz"], "--taps", _folder["taps.npz"]);
        read.ExitCode.Should().Be(1);
        read.Out.Should().Contain("node 'conv' drifts: its shape is (2, 4, 5, 3), the golden's (2, 3, 4, 5)");
    }

    [Fact]
    public void A_layout_may_be_stated_for_single_arrays()
    {
        string[] line = ForeignRun.Write(_folder, _case.Directory, ElementType.Float64, channelsLast: true);
        string[] mixed = [.. line, "--layout", "pool=nchw", "--layout", "p*l=nhwc"];
        CommandLine.Run(mixed).ExitCode.Should().Be(0);

        CommandLine.Run([.. line, "--layout", "p*=nchw"]).Out.Should().Contain("node 'pool' drifts: its shape is");
    }

    [Fact]
    public void A_plain_array_is_taken_for_a_single_output()
    {
        NpyFile.Write(_folder["y.npy"], ForeignRun.Of(_case.Directory, ElementType.Float64).Outputs["0"]);

        CommandLine.Run("compare", _case.Directory, "--actual", _folder["y.npy"]).ExitCode.Should().Be(0);

        string several = Directory.GetFiles(Golden("multi_out"), "golden.json", SearchOption.AllDirectories)[0];
        Refused(CommandLine.Run("compare", Path.GetDirectoryName(several)!, "--actual", _folder["y.npy"]))
            .Should().Contain("it holds one array without a name, the golden has ");
    }

    [Fact]
    public void Pairs_are_by_name_and_complete_and_all_that_is_wrong_is_said_at_once()
    {
        var (outputs, taps) = ForeignRun.Of(_case.Directory, ElementType.Float64);
        Refused(Compare(new() { ["arr_0"] = outputs["0"], ["y"] = outputs["0"] }, taps)).Should().EndWith(
            "y.npz: error PAR9003: outputs are missing: 0; arrays are no outputs of the golden: arr_0, y; expected the "
            + "outputs 0, each by its name, as numpy.savez(file, **{name: array}) writes them");
        Refused(Compare(new(outputs) { ["more"] = outputs["0"] }, taps)).Should()
            .Contain("arrays are no outputs of the golden: more");
        Refused(Compare([], taps)).Should().Contain("outputs are missing: 0");
        Refused(Compare(outputs, new() { ["convolution"] = taps["conv"] })).Should()
            .Contain("no array is a node of the golden's: convolution; nodes are conv, bn, act, pool, flat, fc");
        Refused(Compare(outputs, [])).Should().Contain("it holds no array");
    }

    [Theory]
    [InlineData("nothing", "no such file")]
    [InlineData("folder", "this is a folder, not a file")]
    [InlineData("pointer", "Git LFS pointer")]
    [InlineData("empty", "the file is empty")]
    [InlineData("text", "no arrays of NumPy's")]
    public void A_file_that_holds_no_arrays_is_one_line(string kind, string message)
    {
        string file = _folder["actual.npz"];
        if (kind == "folder") Directory.CreateDirectory(file);
        if (kind == "pointer") File.WriteAllText(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\n");
        if (kind == "empty") File.WriteAllText(file, "");
        if (kind == "text") File.WriteAllText(file, "0.25, 0.5\n");

        Refused(CommandLine.Run("compare", _case.Directory, "--actual", file, "--report", _folder["report"]))
            .Should().StartWith($"{file}: error PAR9003: ").And.Contain(message);
        Directory.Exists(_folder["report"]).Should().BeFalse();
    }

    [Theory]
    [InlineData(ElementType.Float16, "is float16, expected float64 or float32")]
    [InlineData(ElementType.Int64, "is int64, expected float64 or float32")]
    public void An_output_of_another_type_is_drift(ElementType type, string message)
    {
        var (outputs, taps) = ForeignRun.Of(_case.Directory, ElementType.Float64);
        var shape = outputs["0"].Shape;
        outputs["0"] = new Tensor(type, shape, new byte[shape.Elements * type.Size()]);

        var run = Compare(outputs, taps);

        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain($"error PAR2001: on y.npz: output '0' {message}");
    }

    [Fact]
    public void Integers_are_held_to_the_last_bit()
    {
        string golden = Path.Combine(NaiveWalkTests.Repository, "golden", "ops", "unbind", "integers");
        var (outputs, taps) = ForeignRun.Of(golden, ElementType.Float64);
        string integer = outputs.Keys.Last();
        Compare(outputs, taps, golden).ExitCode.Should().Be(0);

        var bytes = outputs[integer].Bytes.ToArray();
        bytes[0] ^= 1;
        var changed = new Dictionary<string, Tensor>(outputs)
        {
            [integer] = new(outputs[integer].Type, outputs[integer].Shape, bytes),
        };
        var run = Compare(changed, taps, golden);
        run.ExitCode.Should().Be(1);
        run.Out.Should().Contain($"output '{integer}' drifts").And.Contain("elements differ");
        // Wider is another type: what is 3 in one is 3 in the other, and what is not there cannot be told.
        changed[integer] = Tensor.Of(outputs[integer].Shape, outputs[integer].ToDoubles());
        Compare(changed, taps, golden).Out.Should().Contain($"output '{integer}' is float64, the golden int64");
    }

    [Fact]
    public void A_golden_that_is_missing_is_PAR3001()
    {
        var run = CommandLine.Run("compare", _folder["nothing"], "--actual", _folder["y.npz"]);

        run.ExitCode.Should().Be(1);
        run.ErrorLines.Should().ContainSingle().Which.Should().Contain("error PAR3001: golden missing");
    }

    [Theory]
    [InlineData("--layout", "hwc", "layout 'hwc' is unknown, expected nhwc, nchw")]
    [InlineData("--layout", "=nchw", "layout '=nchw' is unknown")]
    [InlineData("--format", "pdf", "'pdf' is unknown")]
    [InlineData("--tap", "x", "'--tap' is unknown")]
    public void A_wrong_option_is_one_line(string option, string value, string message)
    {
        ForeignRun.Write(_folder, _case.Directory, ElementType.Float64);

        Refused(CommandLine.Run("compare", _case.Directory, "--actual", _folder["y.npz"], option, value)).Should()
            .Contain(message);
    }

    [Theory]
    [InlineData("nchw")]
    [InlineData("nhwc")]
    public void What_golden_inputs_writes_is_what_run_takes_and_compare_holds(string layout)
    {
        var inputs = CommandLine.Run(
            "golden-inputs", _case.Directory, "--output", _folder["x.npz"], "--layout", layout);
        inputs.ExitCode.Should().Be(0, inputs.Error);
        inputs.OutLines.Should().Equal(
            layout == "nchw" ? "input x: float32 (2, 3, 7, 9)" : "input x: float32 (2, 7, 9, 3)",
            "output 0: float64 (2, 6) in PyTorch's axis order");

        CommandLine.Run(
            "run", _case.Model, "--weights", _case.Weights, "--input", _folder["x.npz"], "--input-layout", layout,
            "--output", _folder["y.npz"], "--output-layout", layout, "--precision", "float64").ExitCode.Should().Be(0);

        CommandLine.Run("compare", _case.Directory, "--actual", _folder["y.npz"], "--layout", layout).ExitCode.Should()
            .Be(0);
    }

    [Fact]
    public void Golden_inputs_are_those_of_the_golden_bit_for_bit()
    {
        CommandLine.Run("golden-inputs", _case.Directory, "--output", _folder["x.npy"]).ExitCode.Should().Be(0);

        var golden = GoldenStore.Read(_case.Directory).Tensors["input.x"];
        NpyFile.Read(_folder["x.npy"]).Bytes.Span.SequenceEqual(golden.Bytes.Span).Should().BeTrue();
        Refused(CommandLine.Run("golden-inputs", _case.Directory, "--output", _folder["x.txt"])).Should()
            .Contain("expected a .npy or .npz file");
    }

    CommandLine Compare(
        Dictionary<string, Tensor> outputs, Dictionary<string, Tensor> taps, params string[] options)
    {
        NpzFile.Write(_folder["y.npz"], outputs);
        NpzFile.Write(_folder["taps.npz"], taps);
        string golden = options.Length == 1 ? options[0] : _case.Directory;
        return CommandLine.Run([
            "compare", golden, "--actual", _folder["y.npz"], "--taps", _folder["taps.npz"],
            .. options.Length == 1 ? [] : options]);
    }

    static string Refused(CommandLine run)
    {
        run.ExitCode.Should().Be(2, run.Out);
        run.Out.Should().BeEmpty();
        return run.ErrorLines.Should().ContainSingle().Which;
    }
}
