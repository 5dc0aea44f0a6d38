using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity;
using Harness.Parity.Golden;
using Harness.Parity.Verification;
using Harness.Tests.Cpu;
using Harness.Tests.Program;

namespace Harness.Tests.Parity.Verification;

public sealed class VerifierTests : IDisposable
{
    readonly SyntheticCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public void A_right_model_holds_in_all_three_checks()
    {
        var verdict = _case.Verify();

        verdict.Findings.Should().BeEmpty();
        verdict.Holds.Should().BeTrue();
        verdict.Leaves.Should().Be(8);
        verdict.Float64.Should().ContainSingle().Which.Scaled.Should().BeLessThan(1e-13);
        verdict.Float32!.Nodes.Should().Contain(node => node.Node == "conv" && node.Ratio > 0 && node.Ratio < 1);
        verdict.Float32.Outputs.Should().ContainSingle().Which.MaxAbs.Should().BeInRange(1e-12, 1e-6);
        verdict.Float32.Limit.Should().Be(1e-6);
    }

    public static readonly TheoryData<string, string> Faults = new()
    {
        { "conv:swap-hw", "conv" },
        { "conv:flip-hw", "conv" },
        { "conv:swap-hw-both-ways", "conv" },
        { "conv:swap-io", "conv" },
        { "conv:padding", "conv" },
        { "conv:weights", "conv" },
        { "bn:epsilon", "bn" },
        { "bn:statistics", "bn" },
        { "bn:weights", "bn" },
        { "act:gelu", "act" },
        { "pool:count-include-pad", "pool" },
        { "fc:weights", "fc" },
    };

    [Fact]
    public void A_node_without_a_probe_is_held_by_nothing_and_red()
    {
        _case.Change(document => document with
        {
            Probes = [.. document.Probes.Where(probe => probe.Node != "bn")],
        }, tensors => tensors.Remove(GoldenStore.ProbeName("bn")));

        var finding = _case.Verify().Findings.Should().ContainSingle().Subject;

        finding.Code.Should().Be(Codes.GoldenVacuous);
        finding.Message.Should().StartWith("the golden has no probe of 1 nodes that the model computes ('bn')");
    }

    [Fact]
    public void Drift_says_how_to_take_it_and_where_that_cannot_be_kept_is_drift_all_the_same()
    {
        _case.Shift(1e-3);
        string folder = Path.GetDirectoryName(_case.Received)!;

        _case.Verify().Findings.Should().ContainSingle().Which.Message.Should()
            .EndWith($"; where this is right and the golden is not: harness accept {_case.Directory} --reason \"…\"");
        Directory.Delete(folder, recursive: true);
        File.WriteAllText(folder, "");
        var kept = _case.Verify().Findings.Should().ContainSingle().Subject;

        kept.Code.Should().Be(Codes.OutputDrift);
        kept.Message.Should().EndWith($"; what was received is not kept: '{folder}' is a file, not a folder");
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Every_fault_is_PAR2001_and_its_node_is_named_first(string fault, string node)
    {
        var verdict = _case.VerifyWith(fault);

        verdict.Fault.Should().Be(fault);
        verdict.FirstBadNode!.Node.Should().Be(node);
        var finding = verdict.Findings.Should().ContainSingle().Subject;
        finding.Code.Should().Be(Codes.OutputDrift);
        finding.Message.Should().StartWith($"[fault injected: {fault}]").And.Contain($"first bad node '{node}'");
        finding.Place.Should().Be(GoldenStore.Read(_case.Directory).PlaceOf($"probe.{node}"));
        File.Exists(_case.Received).Should().BeFalse("nobody must be able to accept a fault");
    }

    [Fact]
    public void A_kernel_that_is_no_square_and_lies_turned_in_the_tree_is_PAR4001()
    {
        using var oblong = new SyntheticCase(window: (3, 2));

        var finding = oblong.VerifyWith("conv:swap-hw-both-ways").Findings.Should().ContainSingle().Subject;

        finding.Code.Should().Be(Codes.WeightsRoundTrip);
        finding.Message.Should().Contain("params/conv/kernel").And.Contain("(2, 3, 3, 3), expected (3, 2, 3, 3)");
        oblong.Verify().Findings.Should().BeEmpty("the case itself holds");
    }

    [Fact]
    public void A_turned_kernel_survives_its_own_way_back_and_its_bytes_are_still_wrong()
    {
        using var model = ModelFile.Open(_case.Model, _case.Weights);
        var honest = NhwcPass.Apply(model, [[2, 3, 7, 9]]);
        var turned = Harness.Parity.Faults.Inject("conv:swap-hw-both-ways", honest);

        using var tree = ShippedTree.Bind(ref turned);

        WeightCheck.Faults(model, turned).Should().BeEmpty("only what runs can tell");
        Leaf Kernel(NhwcProgram program) => program.Variables.Leaves.Single(leaf => leaf.TorchKey == "conv.weight");
        Kernel(turned).Materialize().Bytes.ToArray().Should().NotEqual(Kernel(honest).Materialize().Bytes.ToArray());
    }

    [Fact]
    public void A_node_of_any_case_has_a_fault_or_is_refused_by_name()
    {
        int injected = 0, refused = 0;
        foreach (string name in OpCases.All)
        {
            using var torch = OpCases.Open(name);
            var program = NhwcPass.Apply(torch, OpCases.Shapes(torch));
            foreach (string node in program.Nodes.Select(node => node.Name).Distinct())
            {
                foreach (string kind in Harness.Parity.Faults.Names)
                {
                    try
                    {
                        Harness.Parity.Faults.Inject($"{node}:{kind}", program).Should().NotBe(program);
                        injected++;
                    }
                    catch (ModelException e)
                    {
                        e.Message.Should().Contain($"cannot have the fault '{kind}'", name);
                        refused++;
                    }
                }
            }
        }
        injected.Should().BeGreaterThan(100);
        refused.Should().BeGreaterThan(100);
    }

    [Fact]
    public void A_fault_that_makes_a_wrong_golden_right_is_not_green()
    {
        // The golden is what the model gives under the fault: honestly red, and green if the fault could excuse it.
        var faulty = _case.VerifyWith("act:gelu").Float64[0].Worst.Actual;
        var golden = GoldenStore.Read(_case.Directory);
        int flat = (int)(_case.VerifyWith("act:gelu").Float64[0].Worst.Nchw is [var n, var c] ? n * 6 + c : -1);
        double limit = Math.Abs(golden.Tensors["output.0"].As<double>()[flat] - faulty) * 2;
        _case.Change(document => document with { Tolerance = new Tolerance(TolerancePolicy.Default, limit, "test") });

        var verdict = _case.VerifyWith("act:gelu");

        verdict.Holds.Should().BeFalse();
        verdict.Findings.Should().Contain(f => f.Code == Codes.BadUsage && f.Message.Contains("never green"));
    }

    [Theory]
    [InlineData("conv")]
    [InlineData("conv:unheard-of")]
    [InlineData("pool:swap-hw")]
    [InlineData("fc:epsilon")]
    public void A_fault_that_cannot_be_is_refused(string fault)
    {
        var verdict = _case.VerifyWith(fault);

        verdict.Holds.Should().BeFalse();
        verdict.Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.BadUsage);
    }

    [Fact]
    public void Statistics_that_are_computed_cannot_be_left_out_of_a_tree()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 3), mean = sketch.Call("neg", Sketch.Of(sketch.Weight("m", 3)));
        int variance = sketch.Call("exp", Sketch.Of(sketch.Weight("v", 3)));
        sketch.Output("y", sketch.Call(
            "batch_norm", Sketch.Of(x), Argument.None, Argument.None, Sketch.Of(mean), Sketch.Of(variance),
            Argument.Of(false), Argument.Of(0.1), Argument.Of(1e-5), Argument.Of(true)));

        var inject = () => Harness.Parity.Faults.Inject("batch_norm2:statistics", sketch.Convert());

        inject.Should().Throw<ModelException>().Which.Finding.Code.Should().Be(Codes.BadUsage);
    }

    [Fact]
    public void A_fault_for_another_case_leaves_this_one_alone_and_a_run_that_it_misses_is_not_green()
    {
        _case.VerifyWith("elsewhere:weights").Should()
            .Match<Verdict>(verdict => verdict.Holds && verdict.Fault == null);

        var gate = Gate.Verify(
            [new VerifyRequest(_case.Directory)], new VerifyOptions { Threads = 1, Fault = "elsewhere:weights" }, []);

        gate.Holds.Should().BeFalse();
        gate.Findings.Should().ContainSingle().Which.Message.Should().Contain("no case has that node");
    }

    [Fact]
    public void Drift_is_told_with_both_indices_the_values_and_the_share()
    {
        _case.Shift(1e-3);

        var verdict = _case.Verify();

        var drift = verdict.Float64.Should().ContainSingle().Subject;
        (drift.Beyond, drift.Worst.Nchw.ToArray()).Should().BeEquivalentTo((1, new[] { 0, 4 }));
        drift.MaxAbs.Should().BeApproximately(1e-3, 1e-12);
        var finding = verdict.Findings.Should().ContainSingle().Subject;
        finding.Message.Should().Contain("max |a-e| 1.0e-3 at (0, 4)").And.Contain("8.3% of 12 elements")
            .And.Contain("every probe holds");
        finding.ToCanonicalLine().Should().MatchRegex(@"golden\.json\(\d+\): error PAR2001: ");
        verdict.Float32.Should().BeNull("more lines would only hide the first");
    }

    [Fact]
    public void Far_above_rounding_passes_with_a_warning()
    {
        _case.Shift(SyntheticCase.AboveRounding);

        var verdict = _case.Verify();

        verdict.Holds.Should().BeTrue();
        verdict.Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.AboveRounding);
    }

    // 1e-6 is nothing to an output of 1e-4; a thousand times what rounding explains is something to every output.
    [Fact]
    public void An_output_is_held_by_its_own_magnitude()
    {
        _case.Shift(10 * SyntheticCase.AboveRounding);

        var finding = _case.Verify().Findings.Should().ContainSingle().Subject;

        finding.Code.Should().Be(Codes.OutputDrift);
        finding.Message.Should().Contain("every probe holds");
    }

    [Fact]
    public void A_golden_of_another_device_and_a_stated_limit_are_held_to_that_alone()
    {
        _case.Shift(10 * SyntheticCase.AboveRounding);
        _case.Change(document => document with { RecordedBy = document.RecordedBy with { Device = "cuda" } });
        _case.Verify().Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.AboveRounding);

        _case.Change(document => document with
        {
            RecordedBy = document.RecordedBy with { Device = "cpu" },
            Tolerance = new Tolerance(TolerancePolicy.Default, 1e-6, "another resize"),
        });
        _case.Verify().Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.AboveRounding);
    }

    // The output forgives what a ReLU cuts off; the probe does not.
    [Fact]
    public void A_node_that_leaves_its_probe_is_red_where_the_output_holds()
    {
        _case.Change(document => document with
        {
            Probes = document.Probes.SetItem(0, document.Probes[0] with
            {
                Projection = document.Probes[0].Projection + 1e-9 * document.Probes[0].L2,
            }),
        });

        var verdict = _case.Verify();

        verdict.Float64.Should().OnlyContain(drift => drift.Holds && !drift.AboveRounding);
        var finding = verdict.Findings.Should().ContainSingle().Subject;
        finding.Code.Should().Be(Codes.OutputDrift);
        finding.Message.Should().Contain($"node '{verdict.FirstBadNode!.Node}'").And.Contain("its projection is")
            .And.Contain("the outputs forgive it");
        verdict.Probes.Where(node => !node.Holds).Should().ContainSingle();
    }

    [Fact]
    public void A_limit_far_looser_than_the_drift_is_a_warning()
    {
        _case.Change(
            document => document with { Tolerance = new Tolerance(TolerancePolicy.Default, 1e-3, "was worse once") });

        var finding = _case.Verify().Findings.Should().ContainSingle().Subject;

        finding.Code.Should().Be(Codes.LooseTolerance);
        finding.Message.Should().Contain("was worse once");
    }

    [Fact]
    public void An_accepted_limit_lets_drift_pass_and_the_case_may_state_a_tighter_one()
    {
        _case.Shift(5e-4);
        _case.Change(
            document => document with { Tolerance = new Tolerance(TolerancePolicy.Default, 1e-3, "reviewed") });

        _case.Verify().Holds.Should().BeTrue();
        Verifier.Verify(new VerifyRequest(_case.Directory, Tolerance: 1e-6), new VerifyOptions()).Holds.Should()
            .BeFalse();
    }

    [Fact]
    public void Another_model_file_makes_the_golden_stale()
    {
        File.AppendAllText(_case.Model, "\n");

        var finding = _case.Verify().Findings.Should().ContainSingle().Subject;

        finding.Code.Should().Be(Codes.GoldenStale);
        finding.Place.Should().Be(GoldenStore.Read(_case.Directory).PlaceOf("model"));
        finding.Message.Should().Contain($"harness record {ShellWord.Of(_case.Model)} ")
            .And.EndWith($" --golden {ShellWord.Of(_case.Directory)}");
    }

    [Theory]
    [InlineData("model")]
    [InlineData("weights")]
    public void A_hash_that_differs_in_its_last_digit_alone_is_another(string fact)
    {
        var document = GoldenStore.Read(_case.Directory).Document;
        string hash = fact == "model" ? document.Model.Sha256! : document.Weights.Sha256;
        string text = File.ReadAllText(_case.GoldenFile);
        File.WriteAllText(_case.GoldenFile, text.Replace(hash, hash[..^1] + (hash[^1] == '0' ? '1' : '0')));

        _case.Verify().Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.GoldenStale);
    }

    [Fact]
    public void Another_weight_makes_the_golden_stale_and_another_file_of_the_same_weights_does_not()
    {
        var weights = SafetensorsFile.Read(_case.Weights);
        SafetensorsFile.Write(_case.Weights, weights.Reverse());
        _case.Verify().Holds.Should().BeTrue();

        var bias = weights["fc.bias"].ToSingles();
        bias[3] = MathF.BitIncrement(bias[3]);
        SafetensorsFile.Write(_case.Weights, weights.Select(entry =>
            entry.Key == "fc.bias" ? KeyValuePair.Create(entry.Key, Tensor.Of([6], bias)) : entry));

        _case.Verify().Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.GoldenStale);
    }

    [Fact]
    public void A_golden_for_other_inputs_is_stale()
    {
        var input = GoldenStore.Read(_case.Directory).Tensors["input.x"];
        _case.Change(document => document with { Inputs = [GoldenPort.Of("image", input)] }, tensors =>
        {
            tensors.Remove("input.x");
            tensors["input.image"] = input;
        });

        _case.Verify().Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.GoldenStale);
    }

    [Fact]
    public void A_missing_model_and_a_missing_golden_are_findings()
    {
        File.Delete(_case.Model);
        _case.Verify().Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.ModelUnreadable);
        File.Delete(_case.GoldenFile);
        _case.Verify().Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.GoldenMissing);
    }

    [Fact]
    public void An_output_of_another_shape_or_name_is_drift()
    {
        var flat = Tensor.Of([12], GoldenStore.Read(_case.Directory).Tensors["output.0"].As<double>());
        _case.Change(
            document => document with { Outputs = [GoldenPort.Of("0", flat)] }, tensors => tensors["output.0"] = flat);
        _case.Verify().Findings.Should().ContainSingle().Which.Should().Match<Finding>(finding =>
            finding.Code == Codes.OutputDrift && finding.Message.Contains("has shape (2, 6), the golden (12)"));

        _case.Change(document => document with { Outputs = [GoldenPort.Of("logits", flat)] }, tensors =>
        {
            tensors.Remove("output.0");
            tensors["output.logits"] = flat;
        });
        _case.Verify().Findings.Should().ContainSingle().Which.Message.Should()
            .Contain("outputs are 0, the golden's logits");
    }

    [Fact]
    public void NaN_in_the_golden_must_be_NaN_at_the_same_place()
    {
        _case.Shift(double.NaN);

        var drift = _case.Verify().Float64.Should().ContainSingle().Subject;

        (drift.NonFinite, drift.Beyond).Should().Be((1, 1));
    }

    [Fact]
    public void Torch_noise_widens_the_float32_limit_unless_it_is_strict()
    {
        using var noisy = new SyntheticCase(noise: 3e-6);

        var calibrated = noisy.Verify().Float32!;
        var strict = noisy.Verify(new VerifyOptions { Float32 = Float32Mode.Strict }).Float32!;

        calibrated.Limit.Should().Be(1.2e-5);
        calibrated.LimitReason.Should().Contain("3.0e-6");
        strict.Limit.Should().Be(1e-6);
        noisy.Verify(new VerifyOptions { Float32 = Float32Mode.Off }).Float32.Should().BeNull();
    }

    [Fact]
    public void Float32_beyond_its_limit_is_PAR2002()
    {
        _case.Shift(3e-6);

        // Float64 is not asked, so the golden's shift is the float32 run's drift.
        var verdict = _case.Verify(new VerifyOptions { Precision = Precision.Float32 });

        verdict.Float64.Should().BeEmpty();
        verdict.Findings.Should().ContainSingle().Which.Should().Match<Finding>(finding =>
            finding.Code == Codes.Float32Drift && finding.Message.StartsWith("in float32 output '0' drifts"));
    }

    [Fact]
    public void The_folded_form_of_a_flatten_is_held_to_the_golden_too()
    {
        var golden = GoldenStore.Read(_case.Directory);
        using var model = ModelFile.Open(_case.Model, _case.Weights);
        using var open = new OpenModel();
        FoldCheck.Judge(golden, model, open, Tolerance.Default, new VerifyOptions(), default).Should().BeNull();

        _case.Shift(1e-3);

        FoldCheck
            .Judge(GoldenStore.Read(_case.Directory), model, open, Tolerance.Default, new VerifyOptions(), default)
            .Should().Match<Finding>(finding => finding.Code == Codes.OutputDrift && finding.Message.Contains("fold"));
    }

    [Fact]
    public void A_run_with_a_fault_leaves_what_an_honest_one_kept()
    {
        _case.Shift(1e-3);
        _case.Verify();

        _case.VerifyWith("conv:weights");

        File.Exists(_case.Received).Should().BeTrue();
    }

    [Fact]
    public void Threads_and_lanes_change_nothing_of_a_verdict()
    {
        var one = _case.Verify(new VerifyOptions { Threads = 1, Lanes = Harness.Executor.Cpu.Kernels.LaneWidth.One });
        var two = _case.Verify(new VerifyOptions { Threads = 2 });

        two.Float64.Should().Equal(one.Float64);
        two.Float32!.Outputs.Should().Equal(one.Float32!.Outputs);
        two.Float32.Nodes.Should().Equal(one.Float32.Nodes);
    }

    [Fact]
    public void A_cancelled_verification_throws_and_writes_nothing()
    {
        _case.Shift(1);
        var verify = () =>
            Verifier.Verify(
            new VerifyRequest(_case.Directory), new VerifyOptions(), new CancellationToken(canceled: true));

        verify.Should().Throw<OperationCanceledException>();
        File.Exists(_case.Received).Should().BeFalse();
    }
}
