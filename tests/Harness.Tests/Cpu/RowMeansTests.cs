using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;

namespace Harness.Tests.Cpu;

/// <summary>The mean of a plane that a depthwise convolution has prepared while it stored its rows: the bits of a pool
/// by itself, and the mean.</summary>
public sealed class RowMeansTests
{
    /// <summary>A depthwise convolution, perhaps one before it, and a pool of its result.</summary>
    public sealed record Case(
        int N, int C, int H, int W, int Window, int Stride =
            1, bool Residual = false, bool Expand = false, string? Activation = "silu",
        bool Longer = false);

    public static TheoryData<Case> Cases =>
    [
        new(1, 32, 12, 112, 3), // many runs of seven
        new(1, 240, 28, 28, 5),
        new(2, 130, 7, 7, 5), // by channels where three threads share it
        new(3, 65, 14, 15, 3, Stride: 2), // a register of one channel, a run that overlaps
        new(1, 3, 9, 5, 3), // neither a run nor a register is full
        new(2, 17, 10, 13, 3, Residual: true, Activation: "relu"), // no run may overlap
        new(1, 48, 1, 40, 3, Activation: "relu6"),
        new(1, 48, 33, 1, 3, Activation: null),
        new(2, 2, 1, 1, 1),
        new(1, 40, 130, 66, 3, Expand: true), // several bands
        new(2, 19, 23, 31, 5, Stride: 2, Expand: true, Activation: "hardswish"),
        new(1, 16, 300, 8, 3), // rows in several blocks
        // Means of what a tail of several passes makes.
        new(1, 32, 12, 112, 3, Longer: true),
        new(2, 130, 7, 7, 5, Longer: true),
        new(3, 65, 14, 15, 3, Stride: 2, Longer: true),
        new(1, 3, 9, 5, 3, Longer: true),
        new(2, 17, 10, 13, 3, Residual: true, Activation: "relu", Longer: true),
        new(1, 40, 130, 66, 3, Expand: true, Longer: true),
        new(1, 257, 5, 30, 3, Longer: true), // a block of one channel
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_depthwise_convolution_takes_its_rows_means_with_the_bits_of_a_pool(Case of)
    {
        Compare<float>(of, 1e-6);
        Compare<double>(of, 1e-14);
    }

    [Fact]
    public void Only_a_mean_of_a_whole_depthwise_plane_is_taken()
    {
        Takes(Model(new Case(1, 8, 12, 12, 3))).Should().Be(1);
        Takes(Model(new Case(1, 8, 12, 12, 3), grid: 2)).Should().Be(0);
        Takes(Model(new Case(1, 8, 12, 12, 3), groups: 4)).Should().Be(0);
        Takes(Model(new Case(1, 8, 12, 12, 3), pools: 2)).Should().Be(1);

        static int Takes(NhwcProgram model) =>
            Plan.Compile<float>(model,
                new PlanOptions { Threads = 1 }).StepNodes.Count(node => node.RowMeans is not null);
    }

    [Theory]
    [InlineData("efficientnet_b0", 16)]
    [InlineData("mobilenet_v3_large", 8)]
    public void Squeezes_of_known_models_are_taken(string name, int count)
    {
        using var torch = ModelFile.Open($"arch:{name}", "seed:0");
        using var plan =
            Plan.Compile<float>(NhwcPass.Apply(torch, [Shape.Create([2, 3, 97, 75])]), new PlanOptions { Threads = 1 });
        plan.StepNodes.Count(node => node.RowMeans is not null || node.Then?.RowMeans is not null).Should().Be(count);
    }

    static void Compare<E>(Case of, double limit) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var model = Model(of);
        var options = new PlanOptions { Threads = 1, ChainBytes = of.Expand ? 0 : long.MaxValue };
        Plan.Compile<E>(model, options).StepNodes.Should().Contain(node => (node.Then ?? node).RowMeans != null);
        double[][] expected = OpCases.Run<E>(model, new PlanOptions { Threads = 1, Fuse = false });
        foreach (var lanes in (LaneWidth[])[LaneWidth.One, LaneWidth.Four, LaneWidth.Eight, LaneWidth.Sixteen])
        {
            foreach (int threads in new[] { 1, 2, 3, 7 })
            {
                double[][] actual = OpCases.Run<E>(model, options with { Threads = threads, Lanes = lanes });
                for (int i = 0; i < expected.Length; i++)
                    actual[i].Should()
                        .Equal(expected[i], $"{typeof(E).Name}, {lanes} lanes, {threads} threads, output {i}");
            }
        }
        // Means of what the plan gave, plane by plane, in double.
        int pixels = expected[1].Length / expected[0].Length;
        for (int plane = 0; plane < expected[0].Length; plane++)
        {
            // What rounding takes from a sum of thousands is added at the end.
            double sum = 0, lost = 0, magnitude = 0;
            for (int i = 0; i < pixels; i++)
            {
                double x = expected[1][(plane * pixels) + i], next = sum + x;
                lost += Math.Abs(sum) >= Math.Abs(x) ? (sum - next) + x : (x - next) + sum;
                (sum, magnitude) = (next, magnitude + Math.Abs(x));
            }
            expected[0][plane].Should().BeApproximately((sum + lost) / pixels, limit * magnitude / pixels);
        }
    }

    static NhwcProgram Model(Case of, int grid = 1, int? groups = null, int pools = 1)
    {
        var builder = new GraphBuilder();
        int inputs = of.Expand ? 8 : of.C;
        int x = builder.Input("x", [of.N, inputs, of.H, of.W]);
        int value = of.Expand ? Call("expand.act", "aten::silu", Convolve("expand", x, 8, 1, 1, 1)) : x;
        value = Convolve("depthwise", value, of.C, of.Window, of.Stride, groups ?? of.C);
        if (of.Residual)
            value = builder.Call("aten::add", [Argument.Value(value), Argument.Value(x)], [], 1, SourcePlace.Unknown,
            "sum")[0];
        if (of.Activation == "relu6") value = Call("act", "aten::hardtanh", value, Argument.Of(0.0), Argument.Of(6.0));
        else if (of.Activation is { } activation) value = Call("act", $"aten::{activation}", value);
        if (of.Longer)
        {
            value = Call("scaled", "aten::mul", value, Argument.Of(2.5));
            value = Call("clamp", "aten::hardtanh", value, Argument.Of(-0.3), Argument.Of(0.8));
        }
        for (int i = 0; i < pools; i++)
            builder.Output($"mean{i}", Call($"pool{i}", "aten::adaptive_avg_pool2d", value, Both(grid)));
        builder.Output("map", value);
        var graph = builder.Build();
        return NhwcPass.Apply(
            new TorchModel(graph, WeightsFile.Open("seed:5", graph), "test"),
            [Shape.Create([of.N, inputs, of.H, of.W])]);

        int Call(string name, string target, int on, params Argument[] more) =>
            builder.Call(target, [Argument.Value(on), .. more], [], 1, SourcePlace.Unknown, name)[0];

        // Without a bias: with one, fusion rounds differently.
        int Convolve(string name, int on, int channels, int window, int stride, int count)
        {
            int weight = builder.Parameter($"{name}.weight", [of.C, channels / count, window, window]);
            return builder.Call("aten::conv2d",
                [
                    Argument.Value(on), Argument.Value(weight), Argument.None, Both(stride), Both(window / 2), Both(1),
                    Argument.Of((long)count),
                ],
                [], 1, SourcePlace.Unknown, name)[0];
        }
    }

    static Argument Both(long value) => Argument.Of(ImmutableArray.Create(Argument.Of(value), Argument.Of(value)));
}
