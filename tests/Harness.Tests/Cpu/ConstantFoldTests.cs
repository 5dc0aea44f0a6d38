using Harness.Executor.Cpu;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Runners;
using Harness.Tests.Naive;
using Harness.Tests.Program;

namespace Harness.Tests.Cpu;

/// <summary>What follows from parameters, constants and shapes alone is computed before anything runs, as it would be
/// in every run.</summary>
public sealed class ConstantFoldTests
{
    static readonly PlanOptions s_plain = new() { Threads = 1, Fuse = false, ExactOrder = true };

    static Argument Of(int value) => Argument.Value(value);

    static Argument Of(long number) => Argument.Of(number);

    static Argument Ints(params long[] numbers) => Sketch.Ints(numbers);

    static int Exp(Sketch sketch, int value) => sketch.Call("exp", Of(value));

    [Fact]
    public void A_normalized_weight_is_the_kernel_that_loops_compute()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 3, 7, 6);
        int v = sketch.Weight("conv.weight_v", 5, 3, 2, 3), g = sketch.Weight("conv.weight_g", 5, 1, 1, 1);
        sketch.Output("y", sketch.Conv(x, sketch.Call("_weight_norm", Of(v), Of(g), Of(0L)), padding: 1));
        double[] direction = sketch.Drawn["conv.weight_v"].Data, length = sketch.Drawn["conv.weight_g"].Data;
        var weight = new double[5 * 3 * 2 * 3];
        for (int o = 0; o < 5; o++)
        {
            double squares = 0;
            for (int i = 0; i < 18; i++) squares += direction[(o * 18) + i] * direction[(o * 18) + i];
            for (int i = 0; i < 18; i++)
                weight[(o * 18) + i] = length[o] * direction[(o * 18) + i] / Math.Sqrt(squares);
        }

        var program = sketch.Convert();
        var folded = ConstantFold.Apply(program);

        folded.Nodes.Should().ContainSingle("the weight is computed before anything runs");
        var leaf = folded.Values[folded.Nodes[0].Inputs[1]].Leaf!;
        leaf.Shape.Should().Equal([2, 3, 3, 5], "it lies as Flax's kernels do");
        double[] kernel = leaf.Materialize().ToDoubles();
        for (int o = 0; o < 5; o++)
        {
            for (int i = 0; i < 3; i++)
            {
                for (int window = 0; window < 6; window++)
                {
                    double expected = weight[(o * 18) + (i * 6) + window];
                    kernel[(window * 15) + (i * 5) + o].Should().BeApproximately(expected, 1e-15);
                }
            }
        }
        program.Variables.Leaves.Select(one => one.TorchKey).Should()
            .BeEquivalentTo(["conv.weight_v", "conv.weight_g"], "what ships stays what PyTorch stores");
        var y = sketch.Run(folded)["y"];
        var naive = NaiveOps.Conv2d(
            sketch.Drawn["x"], new NaiveTensor([5, 3, 2, 3], weight), null, new ConvArguments { Padding = 1 });
        for (int i = 0; i < naive.Data.Length; i++) y.Data[i].Should().BeApproximately(naive.Data[i], 1e-13);
    }

    /// <summary>Weights that layers read as their own, each computed from parameters.</summary>
    public static TheoryData<string> Layers =>
    [
        "conv2d", "conv2d of a plane", "grouped conv_transpose2d", "linear", "batch_norm", "layer_norm of an image",
        "embedding", "prelu", "a table beside an image", "a table read twice", "lstm",
    ];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Stored_weights_give_the_bits_of_computed_ones(string layer)
    {
        var program = Sketched(layer).Convert();
        var folded = ConstantFold.Apply(program);

        folded.Nodes.Should().HaveCountLessThan(program.Nodes.Length);
        folded.Nodes.Select(node => node.Op.Name).Should().NotContain("Exp");
        double[][] expected = OpCases.Run<double>(program, s_plain);
        expected.SelectMany(one => one).Distinct().Should().HaveCountGreaterThan(3);
        Equal(OpCases.Run<double>(folded, s_plain), expected);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void From_lanes_and_threads_no_bit_follows(string layer)
    {
        var program = Sketched(layer).Convert();
        double[][]? first = null;
        foreach (var (lanes, threads) in new[]
        {
            (LaneWidth.One, 1), (LaneWidth.Four, 3), (LaneWidth.Eight, 2), (LaneWidth.Sixteen, 1),
        })
        {
            var options = OpCases.Options(lanes, threads);
            double[][] found = OpCases.Run<float>(ConstantFold.Apply(program, options), options);
            Equal(found, first ??= found);
        }
    }

    static void Equal(double[][] found, double[][] expected)
    {
        found.Should().HaveCount(expected.Length);
        for (int output = 0; output < expected.Length; output++)
        {
            found[output].Select(BitConverter.DoubleToUInt64Bits).Should()
                .Equal(expected[output].Select(BitConverter.DoubleToUInt64Bits));
        }
    }

    static Sketch Sketched(string layer)
    {
        var sketch = new Sketch();
        int Weight(string key, params int[] shape) => Exp(sketch, sketch.Weight(key, shape));
        int image = sketch.Input("x", 2, 4, 5, 6);
        switch (layer)
        {
            case "conv2d":
                sketch.Output("y", sketch.Conv(image, Weight("kernel", 3, 4, 2, 3), padding: 1));
                break;
            // Under another shape: a parameter's own memory, and yet a kernel to be packed.
            case "conv2d of a plane":
                sketch.Output("y", sketch.Conv(image, sketch.Call(
                    "reshape", Of(sketch.Weight("kernel", 4, 6, 2)), Ints(3, 4, 2, 2)), padding: 1));
                break;
            case "grouped conv_transpose2d":
                sketch.Output("y", sketch.Call(
                    "conv_transpose2d", Of(image), Of(Weight("up", 4, 3, 3, 2)), Of(Weight("bias", 6)), Ints(2, 1),
                    Ints(1, 0), Ints(1, 0), Of(2L), Ints(1, 2)));
                break;
            case "linear":
                sketch.Output("y", sketch.Call("linear", Of(image), Of(Weight("kernel", 5, 6)), Of(Weight("bias", 5))));
                break;
            case "batch_norm":
                sketch.Output("y", sketch.Call(
                    "batch_norm", Of(image), Of(Weight("scale", 4)), Of(Weight("bias", 4)), Of(Weight("mean", 4)),
                    Of(Weight("var", 4)), Argument.Of(false), Argument.Of(0.1), Argument.Of(1e-5),
                    Argument.Of(false)));
                break;
            case "layer_norm of an image":
                sketch.Output("y", sketch.Call(
                    "layer_norm", Of(sketch.Conv(image, sketch.Weight("kernel", 4, 4, 1, 1))), Ints(4, 5, 6),
                    Of(Weight("scale", 4, 5, 6)), Of(Weight("bias", 4, 5, 6)), Argument.Of(1e-5)));
                break;
            case "embedding":
                sketch.Output("y", sketch.Call("embedding", Of(Weight("table", 7, 3)),
                    Of(sketch.Call("argmax", Of(image), Of(1L)))));
                break;
            case "prelu":
                sketch.Output("y", sketch.Call("prelu", Of(image), Of(Weight("slope", 4))));
                break;
            case "a table beside an image":
                int mixed = sketch.Conv(image, sketch.Weight("kernel", 4, 4, 1, 1));
                sketch.Output("y", sketch.Call("mul", Of(mixed), Of(Weight("table", 1, 4, 5, 6))));
                break;
            case "a table read twice":
                int twice = Weight("kernel", 4, 4, 5, 6);
                sketch.Output("y", sketch.Conv(image, twice, padding: 2));
                sketch.Output("z", sketch.Call("add", Of(sketch.Call("select", Of(twice), Of(0L), Of(1L))), Of(image)));
                sketch.Output("table", twice);
                break;
            case "lstm":
                int sequence = sketch.Call("flatten", Of(image), Of(1L), Of(2L)), state = Weight("state", 1, 2, 3);
                sketch.Output("y", sketch.Calls(3, "lstm", Of(sequence), Argument.Of([Of(state), Of(state)]),
                    Argument.Of([Of(Weight("w_ih", 12, 6)), Of(Weight("w_hh", 12, 3)), Of(Weight("b_ih", 12)),
                        Of(Weight("b_hh", 12))]), Argument.Of(true), Of(1L), Argument.Of(0.0), Argument.Of(false),
                    Argument.Of(false), Argument.Of(true))[0]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(layer), layer, "no such layer");
        }
        return sketch;
    }

    [Fact]
    public void Every_golden_op_gives_the_bits_that_it_gives_unfolded()
    {
        int folding = 0;
        foreach (string name in OpCases.All)
        {
            using var model = OpCases.Open(name);
            var program = NhwcPass.Apply(model, OpCases.Shapes(model));
            var folded = ConstantFold.Apply(program, s_plain);
            if (folded == program) continue;
            folding++;
            Equal(OpCases.Run<double>(folded, s_plain), OpCases.Run<double>(program, s_plain));
        }
        folding.Should().BeGreaterThan(20);
    }

    [Fact]
    public void What_would_fill_memory_is_computed_in_every_run()
    {
        var sketch = new Sketch();
        int row = Exp(sketch, sketch.Weight("row", 1, 1024));
        int large = sketch.Call("mul", Of(row), Of(sketch.Weight("column", 3072, 1)));
        int small = sketch.Call("mul", Of(row), Of(sketch.Weight("few", 32, 1)));
        int x = sketch.Input("x", 1, 1);
        sketch.Output("large", sketch.Call("add", Of(large), Of(x)));
        sketch.Output("small", sketch.Call("add", Of(small), Of(x)));

        var folded = ConstantFold.Apply(sketch.Convert());

        folded.Nodes.Select(node => node.Op.Name).Should().Equal(["Mul", "Add", "Add"], "24 MiB come of 28 KiB");
        folded.Values.Where(value => value.Leaf is not null).Select(value => value.Name).Should().BeEquivalentTo(
            ["exp0, folded", "mul2, folded", "params/column"]);
    }

    [Fact]
    public void A_parameter_under_another_shape_stays_where_it_lies()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 6);
        int row = sketch.Call("reshape", Of(sketch.Weight("w", 2, 3)), Ints(6));
        sketch.Output("y", sketch.Call("add", Of(row), Of(x)));
        var program = sketch.Convert();
        ConstantFold.Apply(program).Should().BeSameAs(program);
    }

    [Fact]
    public void Integers_and_truths_are_exact_and_floats_that_float32_holds_take_no_more()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 3);
        int counted = sketch.Call("arange", Of(3L));
        int huge = sketch.Call("add", Of(counted), Of((1L << 53) + 1));
        int truth = sketch.Call("gt", Of(counted), Of(1L));
        int moved = sketch.Call("flip", Of(sketch.Weight("w", 3)), Ints(0));
        sketch.Output("huge", huge);
        sketch.Output("y", sketch.Call("where", Of(truth), Of(x), Of(moved)));

        var program = sketch.Convert();
        var folded = ConstantFold.Apply(program);

        folded.Nodes.Should().ContainSingle();
        var leaves = folded.Variables.Leaves.ToDictionary(leaf => leaf.TorchKey);
        leaves["add1"].Materialize().As<long>().ToArray().Should()
            .Equal((1L << 53) + 1, (1L << 53) + 2, (1L << 53) + 3);
        leaves["gt2"].Type.Should().Be(ElementType.Bool);
        leaves["flip3"].Type.Should().Be(ElementType.Float32);
        double[] x0 = OpCases.Values(1, 3), w = sketch.Drawn["w"].Data;
        OpCases.Run<double>(folded, s_plain)[1].Should().Equal((float)w[2], (float)w[1], x0[2]);
    }

    [Fact]
    public void An_index_out_of_range_is_told()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2);
        int beyond = sketch.Call("arange", Of(2L), Of(4L));
        int picked = sketch.Call("index_select", Of(sketch.Weight("w", 3)), Of(0L), Of(beyond));
        sketch.Output("y", sketch.Call("add", Of(picked), Of(x)));
        FluentActions.Invoking(() => ConstantFold.Apply(sketch.Convert())).Should().Throw<ModelException>()
            .Where(e => e.Finding.Code == Codes.ShapeMismatch && e.Finding.Message.Contains('3'));
    }

    [Fact]
    public void A_model_of_constants_alone_runs()
    {
        var sketch = new Sketch();
        int table = Exp(sketch, sketch.Weight("w", 2, 3));
        sketch.Output("y", sketch.Call("add", Of(table), Of(1L)));
        sketch.Output("again", table);
        var folded = ConstantFold.Apply(sketch.Convert());
        folded.Nodes.Should().BeEmpty();
        double[][] found = OpCases.Run<double>(folded, s_plain);
        for (int i = 0; i < 6; i++) found[0][i].Should().Be(found[1][i] + 1);
        found[1].Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Runners_read_and_write_ports_by_the_numbers_of_the_program_that_they_were_given()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 3);
        int table = Exp(sketch, sketch.Weight("w", 3));
        sketch.Output("y", sketch.Call("add", Of(table), Of(x)));
        sketch.Output("table", table);
        sketch.Output("as it came", x);
        var program = sketch.Convert();
        double[] numbers = [1, 2, 3];
        double[][] Run(RunMode mode)
        {
            using var runner = new CpuRunner(threads: 1);
            using var session = runner.Open(program, mode, ElementType.Float64);
            session.Write(program.Inputs[0].Value, numbers);
            session.Run(CancellationToken.None);
            return [.. program.Outputs.Select(port => session.Read(port.Value).ToDoubles())];
        }
        double[][] fast = Run(RunMode.Fast);
        Equal(fast, Run(RunMode.Plain));
        fast[2].Should().Equal(numbers);
    }
}
