using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Executor.Program;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

public sealed class Float64RunTests
{
    static readonly PlanOptions s_kept = new() { Threads = 1, KeepAll = true };
    static readonly CpuRunner s_runner = new(threads: 1);

    public static TheoryData<string> Models => [.. GoldenModels.Traced];

    // 1 makes a segment of every node that computes, 3000 cuts at other places, and the default does not cut at all.
    [Theory]
    [MemberData(nameof(Models))]
    public void Wherever_a_model_is_cut_its_outputs_have_the_same_bits(string name)
    {
        var (golden, model) = GoldenModels.Open(name, out var torch);
        using var file = torch;
        using var whole = Session.Open<double>(model, s_kept);
        for (int i = 0; i < model.Inputs.Length; i++)
            whole.Write(model.Inputs[i].Value, golden.Input(golden.Document.Inputs[i]).ToDoubles());
        whole.Run();

        foreach (long size in (long[])[1, 3000, Segment.DefaultSize])
        {
            foreach (var mode in (RunMode[])[RunMode.EachNode, RunMode.Plain])
            {
                var outputs = Float64Run.Outputs(golden, model, s_runner, mode, CancellationToken.None, size: size);
                for (int i = 0; i < outputs.Length; i++)
                {
                    var expected = new double[outputs[i].Shape.Elements];
                    whole.Read(model.Outputs[i].Value, expected);
                    outputs[i].ToDoubles().Should().Equal(expected, "size {0}, output {1}", size, i);
                }
            }
        }
    }

    [Fact]
    public void An_output_that_is_a_parameter_is_computed_by_no_segment_and_given_all_the_same()
    {
        var (golden, model) = GoldenModels.Open("resnet_small", out var torch);
        using var file = torch;
        var kernel = model.Values.First(value => value.Leaf is not null && value.Shape.Rank == 4);
        // As PyTorch has it, whatever a convolution reads.
        var parameter = kernel with
        {
            Id = model.Values.Length, Name = "parameter", Moves = [kernel.Leaf!.Rearrangement.Inverse],
        };
        model = model with
        {
            Values = model.Values.Add(parameter),
            Outputs = model.Outputs.Add(new Port("parameter", parameter.Id, parameter.Shape)),
        };

        foreach (var mode in (RunMode[])[RunMode.EachNode, RunMode.Plain])
        {
            var output = Float64Run.Outputs(golden, model, s_runner, mode, CancellationToken.None)[^1];

            output.Shape.Should().Equal(parameter.Leaf!.Source.Shape);
            output.ToDoubles().Should().Equal(parameter.Leaf.Source.ToDoubles());
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Segments_hold_every_node_once_in_order_and_stay_small(string name)
    {
        const long Size = 20000;
        var (_, model) = GoldenModels.Open(name, out var torch);
        using var file = torch;
        var parameterViews = Segment.ParameterViews(model).Values;

        var segments = Segment.Of(model, opened: true, Size);

        segments.SelectMany(segment => segment.Model.Nodes).Except(parameterViews).Should()
            .Equal(model.Nodes.Except(parameterViews));
        foreach (var segment in segments.Where(segment => segment.Model.Nodes.Count(node => !node.Op.IsView) > 1))
        {
            var parameters = segment.Model.Nodes.SelectMany(node => node.Inputs)
                .Where(input => input >= 0 && model.Values[input].Leaf is not null).Distinct();
            var results = segment.Model.Nodes.Where(node => !node.Op.IsView).SelectMany(node => node.Outputs);
            parameters.Concat(results).Sum(value => model.Values[value].Shape.Elements).Should()
                .BeLessThanOrEqualTo(Size);
        }
    }

    [Fact]
    public void A_plan_is_gone_before_the_next_one_is_made_and_so_are_activations_that_nobody_reads()
    {
        var (golden, model) = GoldenModels.Open("resnet_small", out var torch);
        using var file = torch;
        var plans = new List<WeakReference>();
        int left = 0, alive = 0;

        Float64Run.Outputs(golden, model, s_runner, RunMode.EachNode, CancellationToken.None,
            session => plans.Add(new WeakReference(session)),
            _ =>
            {
                GC.Collect();
                left++;
                alive += plans.Count(plan => plan.IsAlive);
            }, size: 20000);

        plans.Should().HaveCountGreaterThan(5).And.HaveCount(left);
        alive.Should().Be(0);
        var segments = Segment.Of(model, opened: true, 20000);
        var held = new HashSet<int>();
        foreach (var segment in segments)
        {
            held.UnionWith(segment.Gives);
            held.ExceptWith(segment.Spent);
        }
        held.Should().BeEquivalentTo(model.Outputs.Select(port => port.Value),
            "the outputs alone are read after the last");
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Wherever_a_model_is_cut_every_node_is_measured_alike(string name)
    {
        var (golden, model) = GoldenModels.Open(name, out var torch);
        using var file = torch;

        var cut = Measured(golden, model, 1);

        cut.Should().Equal(Measured(golden, model, Segment.DefaultSize));
        cut.Select(node => node.Node).Should().Equal(model.Nodes.Where(node => !node.Op.IsView)
            .SelectMany(node => node.Outputs).Select(value => model.Values[value].Name));
    }

    // The first convolution is fed the golden's own float32 input: what it gives in double is what the run gives.
    [Theory]
    [InlineData("resnet_small")]
    [InlineData("mobile_small")]
    [InlineData("guide_cnn")]
    public void The_worst_element_of_a_node_is_placed_in_PyTorchs_order(string name)
    {
        var (golden, model) = GoldenModels.Open(name, out var torch);
        using var file = torch;
        using var whole = Session.Open<double>(model, s_kept);
        whole.Write(model.Inputs[0].Value, golden.Input(golden.Document.Inputs[0]).ToDoubles());
        whole.Run();
        var first = model.Nodes.First(node => node.Op.IsContraction);
        Shape shape = model.Values[first.Outputs[0]].Shape;
        var values = new double[shape.Elements];
        whole.Read(first.Outputs[0], values);

        var worst = Measured(golden, model, Segment.DefaultSize).First(node => node.Node == first.Name).Worst;

        int flat = 0;
        for (int axis = 0; axis < shape.Rank; axis++) flat = (flat * shape[axis]) + worst.Nchw[axis];
        worst.Expected.Should().Be(values[flat]);
        worst.Actual.Should().BeApproximately(values[flat], 1e-5).And.NotBe(values[flat]);
    }

    static IReadOnlyList<Float32Node> Measured(Harness.Parity.Golden.GoldenCase golden, NhwcProgram model, long size)
    {
        var nodes = new Float32Nodes(s_runner, new Scratch(), CancellationToken.None);
        Float64Run.Outputs(
            golden, model, s_runner, RunMode.EachNode, CancellationToken.None, nodes.Observe, nodes.Measure, size);
        return nodes.Measured;
    }
}
