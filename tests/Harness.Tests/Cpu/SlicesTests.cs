using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Formats.Architectures;
using Harness.Tests.Program;

namespace Harness.Tests.Cpu;

/// <summary>Values written where a concatenation wants them: the bits of a copy, and no copy.</summary>
public sealed class SlicesTests
{
    const int Channels = 5;

    // Every kind of step that may write a slice.
    static readonly string[] Writers =
        ["one", "winograd", "depthwise", "grouped", "transposed", "norm", "max", "average", "adaptive", "act", "sum",
            "gate", "chain", "residual"];

    public static TheoryData<string> Kinds => [.. Writers];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_value_is_written_into_a_concatenation_and_read_there(string kind)
    {
        // Beside another slice and a value that must be copied, once first and once last; read by itself too, under a
        // window.
        foreach (bool first in new[] { false, true })
        {
            var graph = new Graph(n: 2, h: 9, w: 11);
            int part = graph.Write(kind), other = graph.Convolve("other", graph.X, 7, 1);
            int copied = graph.X;
            int joined = graph.Join("joined", first ? [part, copied, other] : [other, copied, part]);
            graph.Output("y", graph.Convolve("reader", joined, 6, 3));
            graph.Output("z", graph.Convolve("beside", part, 4, 3));
            var model = graph.Build();
            Compare<float>(model);
            Compare<double>(model);
            using var plan = Plan.Compile<float>(model, new PlanOptions { Threads = 1, ChainBytes = 0 });
            Cats(plan).Should().ContainSingle();
            Homes(plan).Should().Contain(("joined", 3));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sequences_and_volumes_are_written_into_concatenations_as_images_are(int axes)
    {
        var sketch = new Sketch();
        int[] window = [.. new[] { 3, 2, 3 }[..axes]];
        long[] ones = [.. Enumerable.Repeat(1L, axes)], none = [.. Enumerable.Repeat(0L, axes)];
        int x = sketch.Input("x", [2, 5, .. new[] { 7, 6, 5 }[..axes]]);
        int Conv(string key, int from, int inputs, int outputs, int[] kernel, long[] padding) => sketch.Call(
            $"conv{axes}d", Sketch.Of(from), Sketch.Of(sketch.Weight(key, [outputs, inputs, .. kernel])),
            Argument.None, Sketch.Ints(ones), Sketch.Ints(padding), Sketch.Ints(ones), Argument.Of(1L));
        int Pool(string op, int from) => sketch.Call(
            $"{op}_pool{axes}d", Sketch.Of(from), Sketch.Ints(ones), Sketch.Ints(ones), Sketch.Ints(none));
        int[] point = [.. Enumerable.Repeat(1, axes)];
        int one = Conv("one", x, 5, 4, point, none);
        int[] parts =
        [
            sketch.Call("relu", Sketch.Of(one)), Pool("max", one), Pool("avg", Conv("two", x, 5, 3, point, none)),
            sketch.Call("add", Sketch.Of(Conv("three", x, 5, 6, point, none)), Sketch.Of(Conv(
                "four", x, 5, 6, point, none))),
        ];
        int joined = sketch.Call("cat", Argument.Of([.. parts.Select(Sketch.Of)]), Argument.Of(1L));
        // A window wants zeros around the whole.
        sketch.Output("y", Conv("reader", joined, 17, 7, window, ones));
        sketch.Output("z", Conv("beside", parts[1], 4, 3, window, none));
        var model = sketch.Convert();

        Compare<float>(model);
        Compare<double>(model);
        using var plan = Plan.Compile<float>(model, new PlanOptions { Threads = 1 });
        Cats(plan).Should().BeEmpty();
    }

    [Fact]
    public void Concatenations_of_concatenations_lie_in_one_buffer()
    {
        var graph = new Graph(1, 8, 9);
        int[] parts = [graph.Write("max")];
        for (int i = 0; i < 4; i++)
        {
            int all = graph.Join($"all{i}", parts);
            parts = [.. parts, graph.Convolve($"grown{i}", graph.Norm($"norm{i}", all), 3 + i, 3)];
        }
        graph.Output("y", graph.Norm("last", graph.Join("all4", parts)));
        var model = graph.Build();
        Compare<float>(model);
        Compare<double>(model);
        using var plan = Plan.Compile<float>(model, new PlanOptions { Threads = 1 });
        Cats(plan).Should().BeEmpty();
        Homes(plan).Should().Contain(("all4", 10));
    }

    [Fact]
    public void What_must_be_copied_is_copied()
    {
        Copies(graph => graph.Join("twice", [graph.One, graph.One])).Should().Be(1);
        Copies(graph => graph.Join("port", [graph.X, graph.X])).Should().Be(1);
        Copies(graph => graph.Join("rows", [graph.One, graph.Write("winograd")], axis: 2)).Should().Be(1);
        Copies(graph => graph.Join("apart", [graph.One, graph.Write("winograd")], axis: -3)).Should().Be(0);
        Copies(graph =>
        {
            graph.Output("also", graph.One);
            return graph.Join("output", [graph.One, graph.Write("winograd")]);
        }).Should().Be(1);
        // What a reduction reads must lie as it would by itself.
        Copies(graph =>
        {
            graph.Output("mean", graph.Mean(graph.One));
            return graph.Join("reduced", [graph.One, graph.Two]);
        }).Should().Be(1);
        Copies(graph => graph.Join("narrow", [graph.One, graph.Convolve("single", graph.X, 1, 1)])).Should().Be(1);
        // The same values in another order: the second finds them elsewhere.
        Copies(graph => graph.Sum(
            graph.Join("first", [graph.One, graph.Two]), graph.Join("second", [graph.Two, graph.One]))).Should().Be(1);
        // A part of an earlier result alone is no reason to move all of it.
        Copies(graph => graph.Join(
            "outer", [graph.Two, graph.Join("inner", [graph.Two, graph.One])])).Should().Be(1);

        static int Copies(Func<Graph, int> of)
        {
            var graph = new Graph(2, 9, 7);
            graph.Output("y", graph.Convolve("reader", of(graph), 3, 1));
            var model = graph.Build();
            Compare<float>(model);
            Compare<double>(model);
            return Cats(Plan.Compile<float>(model, new PlanOptions { Threads = 1 })).Length;
        }
    }

    [Fact]
    public void A_result_under_another_shape_holds_no_value_that_wants_zeros_around_it()
    {
        foreach (bool nested in new[] { false, true })
        {
            var graph = new Graph(2, 9, 7);
            int joined = graph.Join("joined", [graph.One, graph.Two]);
            if (nested) joined = graph.Join("outer", [joined, graph.Write("max")]);
            graph.Output("y", graph.FlattenPlane(joined));
            graph.Output("z", graph.Convolve("beside", graph.One, 4, 3));
            var model = graph.Build();
            Compare<float>(model);
            Compare<double>(model);
            using var plan = Plan.Compile<float>(model, new PlanOptions { Threads = 1 });
            Homes(plan).Should().Contain((nested ? "outer" : "joined", 2));
        }
    }

    [Theory]
    [InlineData("squeezenet1_1", 0)]
    [InlineData("densenet121", 0)]
    [InlineData("unet", 0)]
    [InlineData("shufflenet_v2_x1_0", 13)] // half of each is a part of its input
    public void Known_models_join_in_place_and_keep_their_bits(string name, int cats)
    {
        using var torch = ModelFile.Open($"arch:{name}", "seed:0");
        var shape = ArchitectureSet.Find($"arch:{name}").Input;
        Cats(Plan.Compile<float>(NhwcPass.Apply(torch, [shape]), new PlanOptions { Threads = 1 })).Should()
            .HaveCount(cats);
        // The U-Net halves its plane four times.
        var odd = NhwcPass.Apply(torch, [name == "unet" ? [2, shape[1], 96, 48] : [2, shape[1], 97, 75]]);
        Compare<float>(odd);
    }

    static void Compare<E>(NhwcProgram model) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        double[][] expected = OpCases.Run<E>(model, new PlanOptions { Threads = 1, Slice = false, ChainBytes = 0 });
        foreach (var lanes in (LaneWidth[])[LaneWidth.One, LaneWidth.Eight, LaneWidth.Sixteen])
        {
            foreach (int threads in new[] { 1, 2, 3, 7 })
            {
                double[][] actual =
                    OpCases.Run<E>(model, new PlanOptions { Threads = threads, Lanes = lanes, ChainBytes = 0 });
                for (int i = 0; i < expected.Length; i++)
                    actual[i].Should()
                        .Equal(expected[i], $"{typeof(E).Name}, {lanes} lanes, {threads} threads, output {i}");
            }
        }
    }

    static FusedNode[] Cats(Plan plan) =>
        [.. plan.StepNodes.Where(node => node.Main.Op is Cat)];

    // The values that hold others, with how many lie in each, itself included.
    static IEnumerable<(string, int)> Homes(Plan plan) =>
        plan.Program.Values.Where(value => value.Leaf is null && plan.RootOf(value.Id) == value.Id)
            .GroupBy(value => plan.BufferOf(value.Id).Home)
            .Select(group => (plan.Program.Values[group.Key].Name, group.Count()));

    // A graph over images of five channels.
    sealed class Graph
    {
        readonly GraphBuilder _builder = new();
        readonly Dictionary<int, int> _channels = [];
        readonly Shape _input;
        int? _one, _two;

        public Graph(int n, int h, int w)
        {
            _input = [n, Channels, h, w];
            X = _builder.Input("x", _input);
        }

        public int X { get; }

        public int One => _one ??= Write("one");

        public int Two => _two ??= Convolve("two", X, Channels, 3);

        public void Output(string name, int value) => _builder.Output(name, value);

        public NhwcProgram Build()
        {
            var graph = _builder.Build();
            return NhwcPass.Apply(new TorchModel(graph, WeightsFile.Open("seed:3", graph), "test"), [_input]);
        }

        // A value of five channels and the input's plane, written by one kind of step.
        public int Write(string kind) => kind switch
        {
            "one" => Act("one", Convolve("one", X, Channels, 1)),
            "winograd" => Act("winograd", Convolve("winograd", X, Channels, 3)),
            "depthwise" => Act("depthwise", Convolve("depthwise", X, Channels, 3, groups: Channels)),
            "grouped" => Convolve("grouped", Convolve("wide", X, 2 * Channels, 1), Channels, 3, groups: Channels),
            "transposed" => Convolve("transposed", X, Channels, 3, transposed: true),
            "norm" => Norm("norm", X),
            "max" => Call("max", "aten::max_pool2d", X, Both(3), Both(1), Both(1), Both(1), Argument.Of(false)),
            "average" => Call("average", "aten::avg_pool2d", X, Both(3), Both(1), Both(1), Argument.Of(false),
                Argument.Of(true), Argument.None),
            "adaptive" => Call("adaptive", "aten::adaptive_avg_pool2d", X, List(_input[2], _input[3])),
            "act" => Call("alone", "aten::tanh", X),
            "sum" => Sum(X, X),
            "gate" => Call("gated", "aten::mul", X, Argument.Value(Call(
                "gate", "aten::sigmoid", Call("squeeze", "aten::adaptive_avg_pool2d", X, Both(1))))),
            "chain" => Act("chain",
                Convolve("second", Act("first", Convolve("expand", X, Channels, 1)), Channels, 3, groups: Channels)),
            "residual" => Act("residual", Sum(Convolve("before", X, Channels, 1), X)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

        public int Join(string name, int[] parts, long axis = 1)
        {
            int joined = _builder.Call(
                "aten::cat", [Argument.Of([.. parts.Select(Argument.Value)]), Argument.Of(axis)], [], 1,
                SourcePlace.Unknown, name)[0];
            return Keep(joined, axis == 2 ? ChannelsOf(parts[0]) : parts.Sum(ChannelsOf));
        }

        public int Mean(int x) => Call(
            "mean", "aten::mean", x, Argument.Of([Argument.Of(1L), Argument.Of(2L), Argument.Of(3L)]),
            Argument.Of(false));

        public int FlattenPlane(int x) => Call("flat", "aten::flatten", x, Argument.Of(2L), Argument.Of(3L));

        public int Sum(int x, int y) => Call("sum", "aten::add", x, Argument.Value(y));

        public int Norm(string name, int x)
        {
            var parameters = new[] { "weight", "bias", "running_mean", "running_var" }
                .Select(part => Argument.Value(_builder.Parameter($"{name}.{part}", [ChannelsOf(x)])));
            return Call(name, "aten::batch_norm", x,
                [.. parameters, Argument.Of(false), Argument.Of(0.1), Argument.Of(1e-5), Argument.Of(true)]);
        }

        // The plane stays.
        public int Convolve(string name, int x, int channels, int window, int groups = 1, bool transposed = false)
        {
            int outer = transposed ? ChannelsOf(x) : channels, inner = (transposed ? channels : ChannelsOf(x)) / groups;
            int weight = _builder.Parameter($"{name}.weight", [outer, inner, window, window]);
            int bias = _builder.Parameter($"{name}.bias", [channels]);
            Argument[] more = transposed
                ? [Both(1), Both(window / 2), Both(0), Argument.Of((long)groups), Both(1)]
                : [Both(1), Both(window / 2), Both(1), Argument.Of((long)groups)];
            return Keep(
                Call(name, transposed ? "aten::conv_transpose2d" : "aten::conv2d", x,
                    [Argument.Value(weight), Argument.Value(bias), .. more]),
                channels);
        }

        int Act(string name, int x) => Call($"{name}.act", "aten::relu", x);

        int Call(string name, string target, int x, params Argument[] more) =>
            Keep(_builder.Call(target, [Argument.Value(x), .. more], [], 1, SourcePlace.Unknown, name)[0],
                ChannelsOf(x));

        int ChannelsOf(int value) => _channels.GetValueOrDefault(value, Channels);

        int Keep(int value, int channels)
        {
            _channels[value] = channels;
            return value;
        }

        static Argument Both(long value) => List(value, value);

        static Argument List(long h, long w) => Argument.Of([Argument.Of(h), Argument.Of(w)]);
    }
}
