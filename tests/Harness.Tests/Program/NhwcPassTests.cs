using System.Collections.Immutable;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Tests.Cpu;
using Harness.Tests.Naive;

namespace Harness.Tests.Program;

public sealed class NhwcPassTests
{
    [Fact]
    public void A_window_with_padding_may_read_what_is_flattened_too()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [2, 3, 5, 4]);
        int image = Call(builder, "relu", "aten::relu", x);
        int weight = builder.Parameter("conv.weight", [4, 3, 3, 3]);
        builder.Output("convolved", Call(builder, "conv", "aten::conv2d", image, weight, 1));
        // Channels stay beside each other: a view of the same memory, which can have no halo.
        int rows = Call(builder, "rows", "aten::flatten", image, start: 2);
        builder.Output("rows", rows);
        var graph = builder.Build();
        using var torch = new TorchModel(graph, WeightsFile.Open("seed:3", graph), "test");
        var model = NhwcPass.Apply(torch, [Shape.Create([2, 3, 5, 4])]);

        var all = OpCases.Run<double>(model, new PlanOptions { KeepAll = true, Threads = 1 });
        var fused = OpCases.Run<double>(model, new PlanOptions { Threads = 1 });

        using var plan = Plan.Compile<float>(model);
        plan.Program.Nodes.Count(node => node.Op is Relayout).Should().Be(1, "the window reads a copy");
        fused[0].Should().Equal(all[0]);
        fused[1].Should().Equal(all[1]);
        fused[0].Distinct().Count().Should().BeGreaterThan(50);
    }

    [Fact]
    public void More_axes_than_are_computed_are_refused_by_name()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 1, 2, 1, 2, 1, 2, 1, 2);
        sketch.Output("y", sketch.Call("unsqueeze", Argument.Value(x), Argument.Of(0L)));
        FluentActions.Invoking(() => sketch.Convert()).Should().Throw<ModelException>()
            .Which.Message.Should().Contain("has 9 axes, at most 8 are computed");

        var wide = new Sketch();
        wide.Output("y", wide.Call("relu", Argument.Value(wide.Input("x", 1, 2, 1, 2, 1, 2, 1, 2, 1))));
        FluentActions.Invoking(() => wide.Convert()).Should().Throw<ModelException>()
            .Which.Message.Should().Contain("input 'x'").And.Contain("9 axes");
    }

    [Fact]
    public void Statistics_of_a_norm_are_refused_by_name_where_they_are_used()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [2, 3, 8]);
        var results = builder.Call(
            "aten::native_layer_norm",
            [Argument.Value(x), Argument.Of([Argument.Of(8L)]), Argument.None, Argument.None, Argument.Of(1e-5)], [], 3,
            SourcePlace.Unknown, "norm");
        builder.Output("values", results[0]);
        builder.Output("mean", results[1]);
        using var torch = new TorchModel(builder.Build(), new StateDict(), "test");

        var refusal = FluentActions.Invoking(() => NhwcPass.Apply(torch, [Shape.Create([2, 3, 8])]))
            .Should().Throw<ModelException>().Which.Finding;

        refusal.Code.Should().Be(Codes.UnsupportedOp);
        refusal.Message.Should().Contain("'norm': its result 1 is used");
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void A_general_convolution_of_one_number_for_all_axes_takes_these_from_its_weight(int axes, bool transposed)
    {
        NaiveTensor one = Run(1), all = Run(axes);

        one.Shape.Should().Equal(all.Shape);
        one.Data.Should().Equal(all.Data);

        NaiveTensor Run(int numbers)
        {
            var sketch = new Sketch();
            int x = sketch.Input("x", [2, 4, .. new[] { 7, 5, 6 }[..axes]]);
            int weight = sketch.Weight("w", [4, 4, .. new[] { 3, 2, 3 }[..axes]]);
            Argument List(long number) => Sketch.Ints([.. Enumerable.Repeat(number, numbers)]);
            sketch.Output("y", sketch.Call(
                "convolution", Sketch.Of(x), Sketch.Of(weight), Argument.None, List(2), List(1), List(1),
                Argument.Of(transposed), List(transposed ? 1 : 0), Argument.Of(1L)));
            return sketch.Run(sketch.Convert())["y"];
        }
    }

    [Fact]
    public void A_value_that_no_memory_holds_is_refused_at_its_op()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [1, 3, 1, 1]);
        var extents = Argument.Of([Argument.Of(1L), Argument.Of(3L), Argument.Of(1L << 30), Argument.Of(1L << 30)]);
        int vast = builder.Call(
            "aten::expand", [Argument.Value(x), extents], [], 1, SourcePlace.Unknown, "vast")[0];
        builder.Output("y", vast);
        var graph = builder.Build();
        using var torch = new TorchModel(graph, WeightsFile.Open("seed:3", graph), "test");

        var refusal = FluentActions.Invoking(() => NhwcPass.Apply(torch, [Shape.Create([1, 3, 1, 1])]))
            .Should().Throw<ModelException>().Which.Finding;

        refusal.Code.Should().Be(Codes.ShapeMismatch);
        refusal.Message.Should().Contain("'vast'").And.Contain("(1, 3, 1073741824, 1073741824)").And.Contain("2^46");
    }

    static int Call(GraphBuilder builder, string name, string target, int x) =>
        builder.Call(target, [Argument.Value(x)], [], 1, SourcePlace.Unknown, name)[0];

    static int Call(GraphBuilder builder, string name, string target, int x, int start) => builder.Call(target,
        [Argument.Value(x), Argument.Of((long)start), Argument.Of(-1L)], [], 1, SourcePlace.Unknown, name)[0];

    static int Call(GraphBuilder builder, string name, string target, int x, int weight, long padding)
    {
        var both = Argument.Of(ImmutableArray.Create(Argument.Of(padding), Argument.Of(padding)));
        var one = Argument.Of(ImmutableArray.Create(Argument.Of(1L), Argument.Of(1L)));
        return builder.Call(target,
            [Argument.Value(x), Argument.Value(weight), Argument.None, one, both, one, Argument.Of(1L)], [], 1,
            SourcePlace.Unknown, name)[0];
    }
}
