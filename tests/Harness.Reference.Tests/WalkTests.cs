using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Reference.Native;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;

namespace Harness.Reference.Tests;

/// <summary>TorchSharp's own functions have mistakes (functional.hardtanh returns its argument), so each arm that is a
/// formula is held to the formula, in double.</summary>
public sealed class WalkTests
{
    public WalkTests() => TorchLibrary.Load();

    static readonly double[] s_points = [-7.5, -3, -1.25, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 2.5, 3, 5.75, 6, 6.5, 25];

    [Fact]
    public void Families_are_sorted_and_no_operator_stands_twice()
    {
        foreach (var family in ArmTable.Families)
            family.Select(arm => arm.Target).Should().BeInAscendingOrder(StringComparer.Ordinal);
        ArmTable.Families.SelectMany(family => family).Select(arm => arm.Target).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void The_arms_are_those_that_the_matrix_of_the_other_tests_reads() =>
        // Those tests load no libtorch, so that they read the table as text.
        ArmTable.Families.SelectMany(family => family).Select(arm => arm.Target).Order(StringComparer.Ordinal).Should()
            .Equal(File.ReadLines(Path.Combine(Repository.Root, "tests", "Harness.Tests", "Ops", "walk-arms.txt")));

    [Fact]
    public void A_second_spelling_is_the_first()
    {
        (string, string, ImmutableArray<Argument>)[] pairs =
        [
            ("_reshape_alias", "reshape", [List(3, -1), List(2, 1)]),
            ("absolute", "abs", []),
            ("clip", "clamp", [Argument.Of(-0.75), Argument.Of(2.0)]),
            ("divide", "div", [Argument.Of(3.0)]),
            ("multiply", "mul", [Argument.Of(3.0)]),
            ("native_dropout", "dropout", [Argument.Of(0.5), Argument.Of(false)]),
            ("negative", "neg", []),
            ("subtract", "sub", [Argument.Of(3.0), Argument.Of(2.0)]),
            ("swapaxes", "transpose", [Argument.Of(0L), Argument.Of(-1L)]),
            ("swapdims", "transpose", [Argument.Of(0L), Argument.Of(-1L)]),
            ("view_copy", "view", [List(3, -1)]),
        ];
        double[] x = [1, -2, 3.5, 4, -5, 0.25];
        foreach (var (second, first, more) in pairs)
        {
            var expected = RunOne($"aten::{first}", x, [2, 3], first == "reshape" ? [more[0]] : more);
            RunOne($"aten::{second}", x, [2, 3], more).Should().Equal(expected, second);
        }
    }

    [Fact]
    public void Concatenate_takes_a_list()
    {
        var graph = new GraphBuilder();
        int x = graph.Input("x");
        var list = Argument.Of([Argument.Value(x), Argument.Value(x)]);
        graph.Output("0", graph.Call("aten::concatenate", [list, Argument.Of(1L)], [], 1, SourcePlace.Unknown)[0]);
        Run(graph.Build(), new StateDict(), [Stored.Of([2, 2], [1.0, 2, 3, 4])]).Should().Equal(1, 2, 1, 2, 3, 4, 3, 4);
    }

    [Fact]
    public void A_batch_norm_with_its_statistics_among_its_results_is_its_formula()
    {
        var graph = new GraphBuilder();
        int x = graph.Input("x"), mean = graph.Parameter("mean"), variance = graph.Parameter("variance");
        graph.Output("0", graph.Call("aten::native_batch_norm",
            [
                Argument.Value(x), Argument.None, Argument.None, Argument.Value(mean), Argument.Value(variance),
                Argument.Of(false), Argument.Of(0.1), Argument.Of(0.5),
            ],
            [], 3, SourcePlace.Unknown)[0]);
        var weights = new StateDict();
        weights.Add("mean", Stored.Of([2], [1f, -2]));
        weights.Add("variance", Stored.Of([2], [3.5f, 15.5f]));
        Run(graph.Build(), weights, [Stored.Of([2, 2], [3.0, 2, 5, -6])]).Should().Equal(1, 1, 2, -1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void An_axis_that_is_split_may_be_counted_from_the_end(long dim)
    {
        var graph = new GraphBuilder();
        int x = graph.Input("x");
        int split = graph.Call(
            "aten::unflatten", [Argument.Value(x), Argument.Of(dim), List(2, -1)], [], 1, SourcePlace.Unknown)[0];
        graph.Output("0", graph.Call("aten::transpose",
            [Argument.Value(split), Argument.Of(1L), Argument.Of(2L)], [], 1, SourcePlace.Unknown)[0]);
        Run(graph.Build(), new StateDict(), [Stored.Of([2, 4], [1.0, 2, 3, 4, 5, 6, 7, 8])])
            .Should().Equal(1, 3, 2, 4, 5, 7, 6, 8);
    }

    [Theory]
    [InlineData("reciprocal", -1)]
    [InlineData("rsqrt", -0.5)]
    [InlineData("sqrt", 0.5)]
    public void A_root_or_inverse_is_its_power(string op, double exponent)
    {
        double[] x = [1e-3, 0.25, 1, 2.5, 400];
        var power = RunOne("aten::pow", x, [5], [Argument.Of(exponent)]);
        var actual = RunOne($"aten::{op}", x, [5], []);
        for (int i = 0; i < x.Length; i++)
        {
            double expected = Math.Pow(x[i], exponent);
            actual[i].Should().BeApproximately(expected, 1e-14 * expected, $"{op}({x[i]})");
            power[i].Should().BeApproximately(expected, 1e-14 * expected, $"{x[i]}^{exponent}");
        }
    }

    public static TheoryData<string, double[], Func<double, double>> Formulas => new()
    {
        { "relu", [], x => Math.Max(0, x) },
        { "relu_", [], x => Math.Max(0, x) },
        { "relu6", [], x => Math.Clamp(x, 0, 6) },
        { "hardtanh", [], x => Math.Clamp(x, -1, 1) },
        { "hardtanh_", [0, 6], x => Math.Clamp(x, 0, 6) },
        { "leaky_relu", [], x => x > 0 ? x : 0.01 * x },
        { "leaky_relu", [0.2], x => x > 0 ? x : 0.2 * x },
        { "sigmoid", [], x => 1 / (1 + Math.Exp(-x)) },
        { "tanh", [], Math.Tanh },
        { "silu", [], x => x / (1 + Math.Exp(-x)) },
        { "hardsigmoid", [], x => Math.Clamp(x + 3, 0, 6) / 6 },
        { "hardswish", [], x => x * Math.Clamp(x + 3, 0, 6) / 6 },
        { "elu", [], x => x > 0 ? x : Math.Exp(x) - 1 },
        { "elu", [0.7, 1.3, 0.5], x => 1.3 * (x > 0 ? x : 0.7 * (Math.Exp(0.5 * x) - 1)) },
        { "celu", [0.7], x => Math.Max(0, x) + Math.Min(0, 0.7 * (Math.Exp(x / 0.7) - 1)) },
        { "selu", [], x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)) },
        { "mish", [], x => x * Math.Tanh(Math.Log(1 + Math.Exp(x))) },
        { "softplus", [], x => x > 20 ? x : Math.Log(1 + Math.Exp(x)) },
        { "softplus", [2, 3], x => 2 * x > 3 ? x : Math.Log(1 + Math.Exp(2 * x)) / 2 },
        { "log_sigmoid", [], x => -Math.Log(1 + Math.Exp(-x)) },
        { "threshold", [0.25, -3], x => x > 0.25 ? x : -3 },
        { "neg", [], x => -x },
        { "abs", [], Math.Abs },
        { "exp", [], Math.Exp },
        { "exp_", [], Math.Exp },
        { "square", [], x => x * x },
        { "pow", [3], x => x * x * x },
        { "clamp", [-0.75, 2], x => Math.Clamp(x, -0.75, 2) },
        { "clamp_min", [0.5], x => Math.Max(x, 0.5) },
        { "add", [1.5, 2], x => x + 3 },
        { "sub", [1.5, 2], x => x - 3 },
        { "rsub", [1.5], x => 1.5 - x },
        { "rsub", [1.5, 2], x => 1.5 - 2 * x },
        { "mul", [0.3], x => x * 0.3 },
        { "div", [0.3], x => x / 0.3 },
        { "floor_divide", [2], x => Math.Floor(x / 2) },
        { "remainder", [2], x => x - 2 * Math.Floor(x / 2) },
    };

    [Theory]
    [MemberData(nameof(Formulas))]
    public void An_elementwise_arm_is_its_formula(string op, double[] more, Func<double, double> formula)
    {
        var actual = RunOne($"aten::{op}", s_points, [s_points.Length], [.. more.Select(x => Argument.Of(x))]);
        for (int i = 0; i < s_points.Length; i++)
        {
            double expected = formula(s_points[i]);
            double limit = 1e-14 * Math.Max(1, Math.Abs(expected));
            actual[i].Should().BeApproximately(expected, limit, $"{op}({s_points[i]})");
        }
    }

    // Values of torch 1.13.1.
    [Theory]
    [InlineData("none", -0.0040497, -0.1586553, -0.1542688, 0.3457312, 0.8413447, 2.6906392)]
    [InlineData("tanh", -0.0036374, -0.158808, -0.154286, 0.345714, 0.841192, 2.6911124)]
    public void Gelu_has_two_forms(string form, params double[] expected)
    {
        ImmutableArray<Keyword> keywords = [new("approximate", Argument.Of(form))];
        var actual = RunOne("aten::gelu", [-3, -1, -0.5, 0.5, 1, 2.7], [6], [], keywords);
        for (int i = 0; i < expected.Length; i++) actual[i].Should().BeApproximately(expected[i], 6e-7);
    }

    [Fact]
    public void Softmax_sums_to_one_along_its_axis_and_log_softmax_is_its_logarithm()
    {
        double[] x = [1, 2, 3, 4, -5, 60];
        var soft = RunOne("aten::softmax", x, [2, 3], [Argument.Of(0), Argument.None]);
        for (int j = 0; j < 3; j++)
        {
            (soft[j] + soft[3 + j]).Should().BeApproximately(1, 1e-15);
            soft[j].Should().BeApproximately(1 / (1 + Math.Exp(x[3 + j] - x[j])), 1e-15);
        }
        RunOne("aten::log_softmax", x, [2, 3], [Argument.Of(0), Argument.None])
            .Zip(soft).Should().OnlyContain(pair => Math.Abs(pair.First - Math.Log(pair.Second)) < 1e-12);
    }

    // Values of torch 1.13.1; one spatial axis of height 1.
    [Fact]
    public void Transposed_convolution_has_torchs_values()
    {
        RunConvTranspose(2, 1, 1, 1).Should().Equal(34, 76, 44, 96, 54, 63, 49, 112, 65, 144, 81, 90);
        RunConvTranspose(2, 3, 0, 1).Should().Equal(44, 65);
        RunConvTranspose(3, 1, 2, 2).Should().Equal(
            0, 34, 37, 39, 44, 45, 51, 54, 0, 63, 0, 0, 49, 58, 54, 65, 72, 72, 81, 0, 90, 0);
    }

    [Theory]
    [InlineData(6, false, true, new double[] { 1, 3, 5 })]
    [InlineData(6, true, true, new double[] { 1, 3, 5, 3 })]
    [InlineData(6, true, false, new double[] { 1.5, 3, 5, 6 })]
    [InlineData(5, true, true, new double[] { 1, 3, 3 })]
    [InlineData(5, true, false, new double[] { 1.5, 3, 4.5 })]
    public void Average_pool_counts_as_torch_counts(int length, bool ceil, bool countPadding, double[] expected) =>
        RunOne("aten::avg_pool2d", [.. Enumerable.Range(1, length).Select(i => (double)i)], [1, 1, 1, length],
            [List(1, 3), List(1, 2), List(0, 1), Argument.Of(ceil), Argument.Of(countPadding), Argument.None])
            .Should().Equal(expected);

    [Fact]
    public void Average_pool_takes_its_own_divisor() =>
        RunOne("aten::avg_pool2d", [1, 2, 3, 4], [1, 1, 2, 2],
            [List(2, 2), List(), List(0, 0), Argument.Of(false), Argument.Of(true), Argument.Of(5L)]).Should().Equal(2);

    [Theory]
    [InlineData(false, new double[] { -1, -2, -4 })]
    [InlineData(true, new double[] { -1, -2, -4, -6 })]
    public void Max_pool_never_sees_its_padding(bool ceil, double[] expected) =>
        RunOne("aten::max_pool2d", [-1, -2, -3, -4, -5, -6], [1, 1, 1, 6],
            [List(1, 3), List(1, 2), List(0, 1), List(1, 1), Argument.Of(ceil)]).Should().Equal(expected);

    [Fact]
    public void Adaptive_pool_windows_overlap() =>
        RunOne("aten::adaptive_avg_pool2d", [0, 1, 4, 9], [1, 1, 1, 4], [List(1, 3)]).Should().Equal(0.5, 2.5, 6.5);

    [Fact]
    public void Padding_lists_the_last_axis_first_and_crops_where_negative() =>
        RunOne("aten::pad", [1, 2, 3, 4, 5, 6], [2, 3], [List(-1, 2, 1, 0), Argument.Of("constant"), Argument.Of(9.0)])
            .Should().Equal(9, 9, 9, 9, 2, 3, 9, 9, 5, 6, 9, 9);

    [Fact]
    public void Same_padding_with_an_even_kernel_pads_one_more_at_the_end()
    {
        var graph = new GraphBuilder();
        int x = graph.Input("x"), w = graph.Parameter("w");
        graph.Output("0", graph.Call("aten::conv2d",
            [Argument.Value(x), Argument.Value(w), Argument.None, List(1, 1), Argument.Of("same"), List(1, 1)], [], 1,
            SourcePlace.Unknown)[0]);
        var weights = new StateDict();
        weights.Add("w", Stored.Of([1, 1, 1, 4], [1000.0, 100, 10, 1]));
        Run(graph.Build(), weights, [Stored.Of([1, 1, 1, 3], [1.0, 2, 3])]).Should().Equal(123, 1230, 2300);
    }

    [Fact]
    public void An_operator_without_arm_is_refused_by_name_node_and_place()
    {
        var finding = Refusal("aten::fft_rfft", [], new SourcePlace("head", "code/model.py", 12));
        finding.Code.Should().Be(Codes.UnsupportedOp);
        finding.Place.Should().Be("model.pt");
        finding.Message.Should().Contain("aten::fft_rfft").And.Contain("'head'").And.Contain("code/model.py:12");
    }

    [Fact]
    public void An_argument_that_no_arm_reads_is_refused_and_not_ignored() =>
        Refusal("aten::relu", [Argument.Of(3L)], SourcePlace.Unknown).Message.Should().Contain("argument 1 (3)");

    [Fact]
    public void A_trace_in_training_mode_is_refused() =>
        Refusal("aten::dropout", [Argument.Of(0.5), Argument.Of(true)], SourcePlace.Unknown)
            .Message.Should().Contain("training");

    [Fact]
    public void A_cast_to_half_precision_is_refused() =>
        Refusal("aten::to", [Argument.Of(5L)], SourcePlace.Unknown).Message.Should()
            .Contain("casts to Float16 inside the model, which rounds what is computed");

    [Fact]
    public void Casts_between_float32_and_float64_are_lifted_and_counted()
    {
        // 1 + 2^-30 is no float32: a cast that is not lifted shows.
        const double Fine = 1 + 1.0 / (1 << 30);
        var builder = new GraphBuilder();
        int x = builder.Input("x"), index = builder.Constant("i", Stored.Of([2], [3L, 4]));
        int cast = Call("aten::to", x, Argument.Of(6L));
        int like = Call("aten::type_as", cast, Argument.Value(x));
        int whole = Call("aten::to", index, Argument.Of(6L));
        int sum = Call("aten::sum", Call("aten::mul", like, Argument.Value(whole)), List(0), Argument.Of(false),
            Argument.Of(7L));
        builder.Output("y", sum);
        Walk(out double value, builder.Build()).Should().Be(3, "the one of integers is no cast between floats");
        value.Should().Be(7 * Fine);

        int Call(string target, int self, params ReadOnlySpan<Argument> rest) => builder.Call(
            target, [Argument.Value(self), .. rest.ToArray()], [], 1, SourcePlace.Unknown)[0];

        static int Walk(out double value, Graph graph)
        {
            using var scope = NewDisposeScope();
            var walk = new GraphWalk(graph, new StateDict(), "m", ScalarType.Float64, CPU);
            value = walk.Run([tensor(new[] { Fine, Fine })])[0].Tensor.item<double>();
            walk.RoundsInFile.Should().BeTrue();
            return walk.CastsLifted;
        }
    }

    [Fact]
    public void Operands_that_do_not_fit_are_a_finding_in_libtorchs_words()
    {
        var finding = Refusal("aten::view", [List(3, 5)], SourcePlace.Unknown);
        finding.Code.Should().Be(Codes.ShapeMismatch);
        finding.Message.Should().Contain("aten::view").And.Contain("[3, 5]").And.NotContain("\n");
    }

    static double[] RunConvTranspose(long stride, long padding, long outputPadding, long dilation)
    {
        var graph = new GraphBuilder();
        int x = graph.Input("x"), w = graph.Parameter("w");
        graph.Output("0", graph.Call("aten::conv_transpose2d",
            [
                Argument.Value(x), Argument.Value(w), Argument.None, List(1, stride), List(0, padding),
                List(0, outputPadding), Argument.Of(1L), List(1, dilation),
            ],
            [], 1, SourcePlace.Unknown)[0]);
        var weights = new StateDict();
        weights.Add("w", Stored.Of([2, 2, 1, 3], [.. Enumerable.Range(1, 12).Select(i => (float)i)]));
        return Run(graph.Build(), weights, [Stored.Of([1, 2, 1, 3], [1f, 2, 3, 4, 5, 6])]);
    }

    static Finding Refusal(string target, ImmutableArray<Argument> more, SourcePlace place)
    {
        var graph = new GraphBuilder();
        int x = graph.Input("x");
        graph.Output("0", graph.Call(target, [Argument.Value(x), .. more], [], 1, place)[0]);
        var act = () => Run(graph.Build(), new StateDict(), [Stored.Of([2, 2], [1.0, 2, 3, 4])]);
        return act.Should().Throw<ModelException>().Which.Finding;
    }

    static double[] RunOne(
        string target, double[] values, Shape shape, ImmutableArray<Argument> more,
        ImmutableArray<Keyword> keywords = default)
    {
        var graph = new GraphBuilder();
        int x = graph.Input("x");
        graph.Output("0", graph.Call(
            target, [Argument.Value(x), .. more], keywords.IsDefault ? [] : keywords, 1, SourcePlace.Unknown)[0]);
        return Run(graph.Build(), new StateDict(), [Stored.Of(shape, values)]);
    }

    static double[] Run(Graph graph, StateDict weights, ImmutableArray<Stored> inputs)
    {
        using var scope = NewDisposeScope();
        var walk = new GraphWalk(graph, weights, "model.pt", ScalarType.Float64, CPU);
        var outputs = walk.Run([.. inputs.Select(input => TorchTensors.Widen(input, ScalarType.Float64, CPU))]);
        return TorchTensors.Doubles(outputs[0].Tensor);
    }

    static Argument List(params long[] items) => Argument.Of([.. items.Select(item => Argument.Of(item))]);
}
