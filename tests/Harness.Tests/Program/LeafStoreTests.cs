using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Verification;
using Harness.Tests.Naive;
using static Harness.Tests.Program.Sketch;

namespace Harness.Tests.Program;

public sealed class LeafStoreTests
{
    static string[] Paths(NhwcProgram program) => [.. program.Variables.Leaves.Select(leaf => leaf.FullPath)];

    [Fact]
    public void A_weight_multiplied_on_an_image_and_read_as_PyTorch_has_it_is_one_leaf()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 3, 4, 5), w = sketch.Weight("scale.map", 1, 3, 4, 5);
        sketch.Output("scaled", sketch.Call("mul", Of(x), Of(w)));
        // Flattened in PyTorch's order: what an NHWC array alone would give in another one.
        sketch.Output("flat", sketch.Call("neg", Of(sketch.Call("flatten", Of(w), Argument.Of(0L), Argument.Of(-1L)))));

        var program = sketch.Convert();

        var leaf = program.Variables.Leaves.Should().ContainSingle().Subject;
        (leaf.FullPath, leaf.Axes, leaf.Shape).Should().Be(("params/scale/map", "acdb", Shape.Create([1, 4, 5, 3])));
        var outputs = sketch.Run(program);
        NaiveTensor image = sketch.Drawn["x"], map = sketch.Drawn["scale.map"];
        outputs["scaled"].Distance(NaiveTensor.From(
            [2, 3, 4, 5], at => image[at] * map[0, at[1], at[2], at[3]])).Should().BeLessThan(1e-15);
        outputs["flat"].Data.Should().Equal(map.Data.Select(value => -value));
        WeightCheck.Faults(sketch.Model(), program).Should().BeEmpty();
    }

    [Fact]
    public void A_table_and_the_head_that_is_tied_to_it_are_one_kernel()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 5), w = sketch.Weight("table.weight", 7, 5), y = sketch.Input("y", 2, 7);
        sketch.Output("head", sketch.Call("linear", Of(x), Of(w), Argument.None));
        sketch.Output("table", sketch.Call("matmul", Of(y), Of(w)));

        var program = sketch.Convert();

        Paths(program).Should().Equal("params/table/kernel");
        var outputs = sketch.Run(program);
        NaiveTensor input = sketch.Drawn["x"], hot = sketch.Drawn["y"], table = sketch.Drawn["table.weight"];
        outputs["head"].Distance(NaiveTensor.From([2, 7], at =>
            Enumerable.Range(0, 5).Sum(i => input[at[0], i] * table[at[1], i]))).Should().BeLessThan(1e-14);
        outputs["table"].Distance(NaiveTensor.From([2, 5], at =>
            Enumerable.Range(0, 7).Sum(i => hot[at[0], i] * table[i, at[1]]))).Should().BeLessThan(1e-14);
        WeightCheck.Faults(sketch.Model(), program).Should().BeEmpty();
    }

    [Fact]
    public void A_layer_decides_how_a_weight_lies_even_if_something_else_reads_it_first()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 1, 2, 5, 6), w = sketch.Weight("conv.weight", 3, 2, 3, 3);
        sketch.Output("sum", sketch.Call("sum", Of(w), Ints(1, 2, 3), Argument.Of(false)));
        sketch.Output("y", sketch.Conv(x, w));

        var program = sketch.Convert();

        var leaf = program.Variables.Leaves.Should().ContainSingle().Subject;
        (leaf.FullPath, leaf.Axes, leaf.Form).Should().Be(("params/conv/kernel", "hwio", LeafForm.Conv));
        var outputs = sketch.Run(program);
        NaiveTensor image = sketch.Drawn["x"], kernel = sketch.Drawn["conv.weight"];
        outputs["sum"].Distance(NaiveTensor.From([3], at => NaiveTensor.Indices([2, 3, 3])
            .Sum(i => kernel[at[0], i[0], i[1], i[2]]))).Should().BeLessThan(1e-14);
        outputs["y"].Distance(NaiveTensor.From([1, 3, 3, 4], at => NaiveTensor.Indices([2, 3, 3]).Sum(i =>
            image[0, i[0], at[2] + i[1], at[3] + i[2]] * kernel[at[1], i[0], i[1], i[2]]))).Should().BeLessThan(1e-14);
    }

    [Fact]
    public void A_grouped_transposed_kernel_is_read_back_where_somebody_else_wants_it()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 1, 4, 3, 4), w = sketch.Weight("up.weight", 4, 3, 2, 2);
        sketch.Output("y", sketch.Call("conv_transpose2d", Of(x), Of(w), Argument.None, Ints(2, 2), Ints(0, 0),
            Ints(0, 0), Argument.Of(2L), Ints(1, 1)));
        sketch.Output("flat", sketch.Call("neg", Of(sketch.Call("flatten", Of(w), Argument.Of(0L), Argument.Of(-1L)))));

        var program = sketch.Convert();

        program.Variables.Leaves.Should().ContainSingle().Which.Form.Should().Be(LeafForm.ReversedConv);
        sketch.Run(program)["flat"].Data.Should().Equal(sketch.Drawn["up.weight"].Data.Select(value => -value));
    }

    [Fact]
    public void A_raw_weight_that_is_read_transposed_is_stored_as_it_is()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 5), w = sketch.Weight("proj", 7, 5);
        sketch.Output("y", sketch.Call("matmul", Of(x), Of(sketch.Call("t", Of(w)))));

        var program = sketch.Convert();

        var leaf = program.Variables.Leaves.Should().ContainSingle().Subject;
        (leaf.FullPath, leaf.Shape, leaf.Rearrangement.IsIdentity)
            .Should().Be(("params/proj", Shape.Create([7, 5]), true));
        NaiveTensor input = sketch.Drawn["x"], matrix = sketch.Drawn["proj"];
        sketch.Run(program)["y"].Distance(NaiveTensor.From([2, 7], at =>
            Enumerable.Range(0, 5).Sum(i => input[at[0], i] * matrix[at[1], i]))).Should().BeLessThan(1e-14);
    }

    [Fact]
    public void Keys_of_one_tensor_are_aliases_and_not_unneeded()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 5), w = sketch.Weight("head.weight", 5, 5);
        sketch.Weight("spare", 2);
        sketch.Tie("embed.weight", "head.weight");
        sketch.Output("y", sketch.Call("linear", Of(x), Of(w), Argument.None));

        var program = sketch.Convert();

        program.Variables.Leaves.Should().ContainSingle().Which.Aliases.Should().Equal("embed.weight");
        program.Variables.Dropped.Should().Equal("spare");
        WeightCheck.Faults(sketch.Model(), program).Should().BeEmpty();
        var leaf = program.Variables.Leaves[0];
        WeightCheck.Faults(sketch.Model(), program.Variables with { Leaves = [leaf with { Aliases = ["spare"] }] })
            .Should().Contain(fault => fault.Contains("has the alias 'spare', which is another tensor"));
    }

    [Fact]
    public void Two_keys_of_one_tensor_that_are_both_read_are_one_leaf()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 5), w = sketch.Weight("a.weight", 5, 5);
        sketch.Tie("b.weight", "a.weight");
        var builder = new GraphBuilder();
        int input = builder.Input("x", [2, 5]), a = builder.Parameter("a.weight"), b = builder.Parameter("b.weight");
        int y = builder.Call("aten::linear", [Of(input), Of(b), Argument.None], [], 1, SourcePlace.Unknown, "b")[0];
        builder.Output("y", builder.Call("aten::linear", [Of(y), Of(a), Argument.None], [], 1, SourcePlace.Unknown,
            "a")[0]);
        _ = (x, w);
        using var model = new TorchModel(builder.Build(), sketch.Weights, "test");

        var program = NhwcPass.Apply(model, [[2, 5]]);

        var leaf = program.Variables.Leaves.Should().ContainSingle().Subject;
        (leaf.TorchKey, leaf.Aliases.Single()).Should().Be(("b.weight", "a.weight"));
        WeightCheck.Faults(model, program).Should().BeEmpty();
    }

    [Fact]
    public void Weights_of_one_module_that_want_one_name_get_their_own()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 1, 2, 3, 4);
        int y = sketch.Conv(x, sketch.Weight("m.w1", 2, 2, 1, 1));
        y = sketch.Conv(y, sketch.Weight("m.w2", 2, 2, 1, 1));
        y = sketch.Conv(y, sketch.Weight("n.other", 2, 2, 1, 1));
        y = sketch.Conv(y, sketch.Weight("n.weight", 2, 2, 1, 1));
        y = sketch.Call("mul", Of(y), Of(sketch.Weight("n.kernel", 1)));
        y = sketch.Conv(y, sketch.Weight("alone.w", 2, 2, 1, 1));
        sketch.Output("y", y);

        Paths(sketch.Convert()).Should().Equal(
            "params/m/w1", "params/m/w2", "params/n/other", "params/n/kernel", "params/n/kernel_2",
                "params/alone/kernel");
    }

    [Fact]
    public void A_leaf_never_has_the_name_of_a_module()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 1, 2, 3, 4);
        int y = sketch.Conv(x, sketch.Weight("m.weight", 2, 2, 1, 1));
        sketch.Output("y", sketch.Conv(y, sketch.Weight("m.kernel.weight", 2, 2, 1, 1)));

        Paths(sketch.Convert()).Should().Equal("params/m/weight", "params/m/kernel/kernel");
    }

    [Fact]
    public void Names_that_Flax_or_its_files_cannot_hold_are_changed()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 1, 2, 3, 4);
        int y = sketch.Conv(x, sketch.Weight("params.conv.weight", 2, 2, 1, 1));
        y = sketch.Conv(y, sketch.Weight("a/b.weight", 2, 2, 1, 1));
        sketch.Output("y", sketch.Call("mul", Of(y), Of(sketch.Weight("c/d", 1))));

        var program = sketch.Convert();

        Paths(program).Should().Equal("params/params_/conv/kernel", "params/a_b/kernel", "params/c_d");
        program.Variables.Leaves.Select(leaf => leaf.TorchKey)
            .Should().Equal("params.conv.weight", "a/b.weight", "c/d");
    }

    [Fact]
    public void Buffers_are_constants_whatever_reads_them_and_statistics_are_batch_stats()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 1, 2, 3, 4);
        int y = sketch.Call("batch_norm", Of(x), Of(sketch.Buffer("bn.weight", 2)), Of(sketch.Weight("bn.bias", 2)),
            Of(sketch.Buffer("bn.running_mean", 2)), Of(sketch.Buffer("bn.running_var", 2)), Argument.Of(false),
            Argument.Of(0.1), Argument.Of(1e-5), Argument.Of(true));
        y = sketch.Call("mul", Of(y), Of(sketch.Buffer("frozen", 1, 2, 1, 1)));
        sketch.Output("y", sketch.Conv(y, sketch.Buffer("blur.kernel", 2, 2, 1, 1)));

        var program = sketch.Convert();

        Paths(program).Should().Equal(
            "constants/bn/scale", "params/bn/bias", "batch_stats/bn/mean", "batch_stats/bn/var", "constants/frozen",
            "constants/blur/kernel");
        WeightCheck.Faults(sketch.Model(), program).Should().BeEmpty();
    }

    [Theory]
    [InlineData(4, 4, 4)]
    [InlineData(2, 3, 4)]
    public void A_norm_over_channels_height_and_width_has_its_weights_channels_last(int c, int h, int w)
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, c, h, w);
        int y = sketch.Call("relu", Of(x));
        y = sketch.Call("layer_norm", Of(y), Ints(c, h, w), Of(sketch.Weight("ln.weight", c, h, w)),
            Of(sketch.Weight("ln.bias", c, h, w)), Argument.Of(1e-5), Argument.Of(true));
        sketch.Output("y", y);

        var program = sketch.Convert();

        program.Variables.Leaves.Select(leaf => (leaf.FullPath, leaf.Rearrangement.ToString(), leaf.Shape))
            .Should().Equal(
            ("params/ln/scale", "chw → hwc", Shape.Create([h, w, c])),
                ("params/ln/bias", "chw → hwc", Shape.Create([h, w, c])));
        program.Nodes.Should().NotContain(node => node.Op is Relayout, "the image stays where it lies");
        NaiveTensor image = sketch.Drawn["x"].Map(value => Math.Max(0, value));
        NaiveTensor scale = sketch.Drawn["ln.weight"], bias = sketch.Drawn["ln.bias"];
        double Mean(int n, Func<double, double> of) =>
            NaiveTensor.Indices([c, h, w]).Average(i => of(image[n, i[0], i[1], i[2]]));
        sketch.Run(program)["y"].Distance(NaiveTensor.From([2, c, h, w], at =>
        {
            double mean = Mean(at[0], value => value), variance = Mean(at[0], value => (value - mean) * (value - mean));
            return ((image[at] - mean) / Math.Sqrt(variance + 1e-5) * scale[at[1], at[2], at[3]]) + bias[at[1], at[2],
                at[3]];
        })).Should().BeLessThan(1e-13);
        WeightCheck.Faults(sketch.Model(), program).Should().BeEmpty();
    }

    [Fact]
    public void Rows_of_one_key_may_be_several_leaves_that_hold_each_row_once()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 5), w = sketch.Weight("in_proj_weight", 6, 5);
        sketch.Output("y", sketch.Call("linear", Of(x), Of(w), Argument.None));
        var model = sketch.Model();
        var whole = sketch.Convert().Variables;
        Leaf Rows(int first, int count) => whole.Leaves[0] with
        {
            Path = [$"from{first}", "kernel"], Rows = new RowRange(first, count),
        };
        Variables Tree(params Leaf[] leaves) => whole with { Leaves = [.. leaves] };

        var part = Rows(2, 4).Materialize();

        part.Shape.Should().Equal(5, 4);
        float[] found = part.ToSingles(), source = model.Weights["in_proj_weight"].ToSingles();
        for (int i = 0; i < 5; i++)
            for (int o = 0; o < 4; o++) found[(i * 4) + o].Should().Be(source[((o + 2) * 5) + i]);
        WeightCheck.Faults(model, Tree(Rows(0, 2), Rows(2, 4))).Should().BeEmpty();
        WeightCheck.Faults(model, Tree(Rows(2, 4))).Should().ContainSingle().Which.Should().Contain("twice or never");
        WeightCheck.Faults(model, Tree(Rows(0, 3), Rows(2, 4))).Should().ContainSingle().Which
            .Should().Contain("twice or never");
        WeightCheck.Faults(model, Tree(Rows(0, 2))).Should().ContainSingle().Which
            .Should().Contain("6 rows, its leaves hold 2");
    }
}
