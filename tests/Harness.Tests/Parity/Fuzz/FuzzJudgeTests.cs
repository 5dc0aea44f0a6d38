using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity;
using Harness.Parity.Fuzz;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Fuzz;

/// <summary>What the judge excuses, and what it must not.</summary>
public sealed class FuzzJudgeTests
{
    static readonly FuzzCase s_relu = Case("aten::relu");

    // The gate tells it before anything runs, so that no drift is measured.
    [Theory]
    [InlineData("aten::flatten", "has shape")]
    [InlineData("aten::sum", "has shape")]
    public void An_output_of_another_shape_fails(string other, string why)
    {
        var outcome = new WrongReference("aten::relu", other).Judge.Judge(s_relu, default);

        outcome.State.Should().Be(FuzzState.Fails);
        outcome.Finding!.Code.Should().Be(Codes.OutputDrift);
        outcome.Finding.Message.Should().Contain(why);
    }

    [Fact]
    public void A_large_output_is_held_by_scale_and_what_another_drift_is_told_of_is_not_excused_by_it()
    {
        var golden = new WrongReference().Record(s_relu);
        var finding = new Finding(Codes.OutputDrift, "", "with --flatten fold output '0' drifts");
        Verdict Of(double by) => new("case", "golden.json", [finding])
        {
            Float64 = [Drift.Measure("0", [1], [1e9 + by], [1e9], Tolerance.Default)],
        };

        FuzzJudge.Outcome(golden, Of(1e-3)).State.Should().Be(FuzzState.Holds, "1e-12 of 1e9");
        FuzzJudge.Outcome(golden, Of(10)).State.Should().Be(FuzzState.Fails);
        FuzzJudge.Outcome(golden, Of(0)).State.Should().Be(FuzzState.Fails, "the tree that drifts is another");
    }

    [Theory]
    [InlineData(1, FuzzState.Unsupported)]
    [InlineData(2, FuzzState.Fails)]
    public void An_integer_is_cut_off_by_rounding_where_it_is_the_next_one(long by, FuzzState state)
    {
        var golden = new WrongReference().Record(s_relu);
        var (probe, values) = GoldenProbe.Sample("cut", Tensor.Of([3], (long[])[5, 7, -2]));
        var (received, others) = GoldenProbe.Sample("cut", Tensor.Of([3], (long[])[5, 7 + by, -2]));
        var tensors = new Dictionary<string, Tensor>(golden.Tensors) { [GoldenStore.ProbeName("cut")] = values };
        golden = new GoldenCase(
            "case", golden.Document with { Probes = [probe] }, tensors, ImmutableDictionary<string, int>.Empty);
        var verdict = new Verdict("case", "golden.json", [new Finding(Codes.OutputDrift, "", "drifts")])
        {
            FirstBadNode = new BadNode("cut", "Cast", SourcePlace.Unknown, 0.1, 0.1, "whatever it says"),
            Probes = [new NodeDrift("cut", "Cast", SourcePlace.Unknown, 0.1, 0, "whatever it says")
            {
                Received = (received, others),
            }],
        };

        FuzzJudge.Outcome(golden, verdict).State.Should().Be(state);
    }

    // A limit that forgives the gate's own run: what the plan that users run gives is held by rounding all the same.
    [Fact]
    public void The_plan_that_users_run_is_held_in_float64()
    {
        var judge = new FuzzJudge(trial =>
        {
            var golden = new WrongReference().Record(trial);
            double[] values = golden.Tensors["output.0"].ToDoubles();
            values[^1] += 1e-7;
            var moved = Tensor.Of([2, 3], values);
            return new GoldenCase("case", golden.Document with
            {
                Outputs = [GoldenPort.Of("0", moved)],
                Tolerance = new Tolerance(TolerancePolicy.Default, 1e-6, "by no scale"),
            }, new Dictionary<string, Tensor>(golden.Tensors) { ["output.0"] = moved },
                ImmutableDictionary<string, int>.Empty);
        });

        var outcome = judge.Judge(s_relu, default);

        outcome.State.Should().Be(FuzzState.Fails);
        outcome.Finding!.Message.Should().StartWith("fused, in float64, output '0' drifts: max |a-e| 1.0e-7");
    }

    [Theory]
    [InlineData(1e-3, 0, true)]
    [InlineData(1e-5, 0, false)]
    // What 256 ulps of float32 at every node move it is 1.4e-3 then.
    [InlineData(1e-3, 1e-14, false)]
    [InlineData(1e-2, 1e-14, true)]
    [InlineData(double.NaN, 1e-14, true)]
    public void The_plan_that_users_run_is_held_in_float32(double off, double rounding, bool found)
    {
        var golden = new WrongReference().Record(s_relu);
        golden = new GoldenCase("case", golden.Document with
        {
            Sensitivity = golden.Document.Sensitivity with { Rounding = [rounding] },
        }, golden.Tensors, ImmutableDictionary<string, int>.Empty);
        double[] expected = golden.Tensors["output.0"].ToDoubles(), actual = [.. expected];
        actual[0] += off;
        using var model = new TorchModel(s_relu.Graph, s_relu.Weights(), "graph");
        var program = NhwcPass.Apply(model, [Fact.Of(ElementType.Float32, [2, 3])]);

        var finding = FusedCheck.Judge(
            golden, program, [Drift.Measure("0", [2, 3], actual, expected, Tolerance.Default with { Value = 1e-9 })],
            new VerifyOptions { Threads = 1 }, default);

        (finding?.Code).Should().Be(found ? Codes.Float32Drift : null);
    }

    static FuzzCase Case(string target)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [2, 3]);
        builder.Output("0", builder.Call(target, [Argument.Value(x)], [], 1, SourcePlace.Unknown)[0]);
        return new FuzzCase(1, 0, builder.Build());
    }
}
