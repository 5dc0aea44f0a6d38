using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu;

/// <summary>A convolution and the depthwise one after it, a gate and the 1 × 1 convolution after it, band by band: the
/// bits of two steps.</summary>
public sealed class ChainTests
{
    /// <summary>One pair of convolutions.</summary>
    public sealed record Pair(
        int N, int Ci, int C, int H, int W, int Window, int Stride, int DepthH, int DepthW, int DepthStride, int Pad,
        int Dilation = 1, bool Residual = false);

    public static TheoryData<Pair> Pairs =>
    [
        new(1, 8, 64, 70, 66, 1, 1, 3, 3, 1, 1), // three bands of one thread in float, more in double
        new(2, 8, 64, 70, 66, 1, 1, 3, 3, 2, 1),
        new(1, 3, 48, 90, 41, 3, 2, 5, 5, 1, 2), // a stem
        new(1, 16, 130, 61, 33, 1, 1, 5, 3, 2, 2, Residual: true),
        new(3, 5, 17, 13, 11, 1, 1, 3, 3, 1, 1, Residual: true),
        new(1, 4, 20, 9, 9, 1, 1, 7, 7, 1, 3),
        new(2, 6, 33, 12, 10, 1, 1, 3, 3, 1, 2, Dilation: 2),
        new(1, 6, 24, 11, 9, 5, 1, 2, 2, 1, 0),
        new(1, 6, 24, 17, 9, 1, 1, 2, 3, 4, 1), // strides over rows that nobody reads
        new(1, 7, 9, 1, 1, 1, 1, 3, 3, 1, 1),
        new(1, 7, 9, 2, 5, 1, 2, 5, 5, 3, 4), // bands that lie in the padding
    ];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_pair_by_bands_has_the_bits_of_two_steps(Pair pair)
    {
        var model = Model(pair);
        Compare<float>(model, mustChain: true);
        Compare<double>(model, mustChain: true);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_pair_by_bands_is_what_its_nodes_compute_one_by_one(Pair pair)
    {
        var model = Model(pair);
        double[] expected = OpCases.Run<double>(model, new PlanOptions { Threads = 1, KeepAll = true })[0];
        double[] actual = OpCases.Run<double>(model, new PlanOptions { Threads = 1, ChainBytes = 0 })[0];
        double scale = expected.Max(Math.Abs);
        expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max().Should().BeLessThanOrEqualTo(1e-14 * scale);
    }

    [Theory]
    [MemberData(nameof(SessionTests.Models), MemberType = typeof(SessionTests))]
    public void Traced_models_by_bands_have_the_bits_of_single_steps(string name)
    {
        using var torch = ModelFile.Open(Path.Combine(NaiveWalkTests.Repository, "golden", "models", name, "model.pt"));
        var model = NhwcPass.Apply(torch, InputShapes.Infer(torch, square: false));
        Compare<float>(model, mustChain: false);
        Compare<double>(model, mustChain: false);
    }

    [Theory]
    [InlineData("mobilenet_v2", 17, 0)]
    [InlineData("mobilenet_v3_large", 14, 8)] // the stem's result is a residual too
    [InlineData("efficientnet_b0", 16, 16)]
    [InlineData("regnet_y_400mf", 0, 16)]
    public void Inverted_residuals_chain_and_keep_their_bits(string name, int depthwise, int gates)
    {
        using var torch = ModelFile.Open($"arch:{name}", "seed:0");
        var model = NhwcPass.Apply(torch, [Shape.Create([2, 3, 97, 75])]);
        var chains = Plan.Compile<float>(model, new PlanOptions { Threads = 1, ChainBytes = 0 }).StepNodes
            .Where(node => node.Then is not null).ToLookup(node => node.Main.Op is Mul);
        chains[false].Should().HaveCount(depthwise);
        chains[true].Should().HaveCount(gates);
        Compare<float>(model, mustChain: true);
    }

    /// <summary>One feature map and its gate.</summary>
    public sealed record Gate(int N, int C, int H, int W, int Co, bool GateFirst = false, bool Residual = false,
        bool OneImage = false);

    public static TheoryData<Gate> Gates =>
    [
        new(1, 64, 130, 66, 24), // several bands
        new(2, 40, 70, 66, 33, GateFirst: true, Residual: true),
        new(3, 17, 9, 5, 8),
        new(3, 130, 7, 7, 48, OneImage: true), // one gate for all images
        new(1, 5, 1, 1, 3, GateFirst: true),
    ];

    [Theory]
    [MemberData(nameof(Gates))]
    public void A_gate_by_bands_has_the_bits_of_two_steps(Gate gate)
    {
        var model = Model(gate);
        Compare<float>(model, mustChain: true);
        Compare<double>(model, mustChain: true);
        double[] expected = OpCases.Run<double>(model, new PlanOptions { Threads = 1, KeepAll = true })[0];
        double[] actual = OpCases.Run<double>(model, new PlanOptions { Threads = 1, ChainBytes = 0 })[0];
        double scale = expected.Max(Math.Abs);
        expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max().Should().BeLessThanOrEqualTo(1e-14 * scale);
    }

    [Fact]
    public void A_gate_chains_where_its_convolution_reads_single_pixels()
    {
        Chains(new Gate(1, 8, 12, 12, 4), 1).Should().Be(1);
        Chains(new Gate(1, 8, 12, 12, 4), 3).Should().Be(0);
        Chains(new Gate(1, 8, 12, 12, 4), 1, stride: 2).Should().Be(0);
        Chains(new Gate(1, 8, 12, 12, 4), 1, pad: 1).Should().Be(0);
        Chains(new Gate(1, 8, 12, 12, 4), 1, groups: 2).Should().Be(0);
        Chains(new Gate(1, 8, 12, 12, 4), 1, alsoOutput: true).Should().Be(0);
        Chains(new Gate(1, 8, 12, 12, 4), 1, rows: true).Should().Be(0); // a gate of rows, not of channels

        static int Chains(Gate gate, int window, int stride = 1, int pad = 0, int groups = 1, bool alsoOutput = false,
            bool rows = false) =>
            Plan.Compile<float>(
                Model(gate, window, stride, pad, groups, alsoOutput, rows),
                new PlanOptions { Threads = 1, ChainBytes = 0 })
                .StepNodes.Count(node => node.Then is not null);
    }

    static NhwcProgram Model(
        Gate gate, int window =
            1, int stride = 1, int pad = 0, int groups = 1, bool alsoOutput = false, bool rows = false)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [gate.N, gate.C, gate.H, gate.W]);
        Shape channels = [gate.OneImage ? 1 : gate.N, rows ? 1 : gate.C, rows ? gate.H : 1, 1];
        int y = builder.Input("y", channels);
        int map = Call(builder, "map", "aten::silu", x), open = Call(builder, "open", "aten::sigmoid", y);
        int product = builder.Call(
            "aten::mul", gate.GateFirst ? [Argument.Value(open), Argument.Value(map)]
                : [Argument.Value(map), Argument.Value(open)],
            [], 1, SourcePlace.Unknown, "gated")[0];
        int result = Convolve(builder, "project", product, [gate.Co, gate.C / groups, window, window], stride, pad, 1,
            groups);
        if (gate.Residual)
        {
            int other = Convolve(builder, "other", x, [gate.Co, gate.C, 1, 1], 1, 0, 1, 1);
            result = builder.Call("aten::add", [Argument.Value(result), Argument.Value(other)], [], 1,
                SourcePlace.Unknown, "sum")[0];
        }
        builder.Output("z", Call(builder, "last", "aten::relu", result));
        if (alsoOutput) builder.Output("product", product);
        var graph = builder.Build();
        var torch = new TorchModel(graph, WeightsFile.Open("seed:3", graph), "test");
        return NhwcPass.Apply(torch, [Shape.Create([gate.N, gate.C, gate.H, gate.W]), channels]);
    }

    [Fact]
    public void A_value_that_others_read_too_or_that_is_small_is_stored()
    {
        var pair = new Pair(1, 8, 16, 12, 12, 1, 1, 3, 3, 1, 1);
        Chains(Model(pair), 0).Should().Be(1);
        Chains(Model(pair), 16 * 12 * 12 * sizeof(float)).Should().Be(1);
        Chains(Model(pair), 16 * 12 * 12 * sizeof(float) + 1).Should().Be(0);
        Chains(Model(pair, alsoOutput: true), 0).Should().Be(0);
        Chains(Model(pair, alsoAdded: true), 0).Should().Be(0);

        static int Chains(NhwcProgram model, long bytes) =>
            Plan.Compile<float>(model,
                new PlanOptions { Threads = 1, ChainBytes = bytes }).StepNodes.Count(node => node.Then is not null);
    }

    static void Compare<E>(NhwcProgram model, bool mustChain) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var chained = new PlanOptions { Threads = 1, ChainBytes = 0 };
        if (mustChain) Plan.Compile<E>(model, chained).StepNodes.Should().Contain(node => node.Then != null);
        double[][] expected = OpCases.Run<E>(model, new PlanOptions { Threads = 1, ChainBytes = long.MaxValue });
        foreach (var lanes in (LaneWidth[])[LaneWidth.One, LaneWidth.Eight, LaneWidth.Sixteen])
        {
            foreach (int threads in new[] { 1, 2, 3, 7 })
            {
                double[][] actual = OpCases.Run<E>(model, chained with { Threads = threads, Lanes = lanes });
                for (int i = 0; i < expected.Length; i++)
                    actual[i].Should()
                        .Equal(expected[i], $"{typeof(E).Name}, {lanes} lanes, {threads} threads, output {i}");
            }
        }
    }

    static NhwcProgram Model(Pair pair, bool alsoOutput = false, bool alsoAdded = false)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [pair.N, pair.Ci, pair.H, pair.W]);
        int first = Convolve(builder, "first", x, [pair.C, pair.Ci, pair.Window, pair.Window], pair.Stride,
            pair.Window / 2, 1, 1);
        int middle = Call(builder, "act", "aten::silu", x: first);
        int second = Convolve(
            builder, "second", middle, [pair.C, 1, pair.DepthH, pair.DepthW], pair.DepthStride, pair.Pad, pair.Dilation,
            pair.C);
        if (pair.Residual)
        {
            // Of the result's shape, since the first window is 1 × 1, and not through the chain.
            int other = Convolve(
                builder, "other", x, [pair.C, pair.Ci, pair.DepthH, pair.DepthW], pair.DepthStride, pair.Pad,
                pair.Dilation, 1);
            second = builder.Call("aten::add", [Argument.Value(second), Argument.Value(other)], [], 1,
                SourcePlace.Unknown, "sum")[0];
        }
        int result = Call(builder, "last", "aten::relu", second);
        if (alsoAdded)
            result = builder.Call("aten::add", [Argument.Value(result), Argument.Value(middle)], [], 1,
                SourcePlace.Unknown, "sum")[0];
        builder.Output("y", result);
        if (alsoOutput) builder.Output("middle", middle);
        var graph = builder.Build();
        var torch = new TorchModel(graph, WeightsFile.Open("seed:3", graph), "test");
        return NhwcPass.Apply(torch, [Shape.Create([pair.N, pair.Ci, pair.H, pair.W])]);
    }

    static int Call(GraphBuilder builder, string name, string target, int x) =>
        builder.Call(target, [Argument.Value(x)], [], 1, SourcePlace.Unknown, name)[0];

    static int Convolve(GraphBuilder builder, string name, int x, int[] window, int stride, int pad, int dilation,
        int groups)
    {
        int weight = builder.Parameter($"{name}.weight", Shape.Create(window)), bias =
            builder.Parameter($"{name}.bias", [window[0]]);
        return builder.Call("aten::conv2d",
            [
                Argument.Value(x), Argument.Value(weight), Argument.Value(bias), Both(stride), Both(pad),
                Both(dilation),
                Argument.Of((long)groups),
            ],
            [], 1, SourcePlace.Unknown, name)[0];
    }

    static Argument Both(long value) => Argument.Of(ImmutableArray.Create(Argument.Of(value), Argument.Of(value)));
}
