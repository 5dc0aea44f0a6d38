using System.Collections.Immutable;
using System.Numerics;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;

namespace Harness.Tests.Cpu;

/// <summary>Results that take over the memory of an operand: the same bits as where the operand must survive, because
/// it is an output too.</summary>
public sealed class InPlaceTests
{
    /// <summary>Channels, plane, groups (0: as many as channels) and window of the convolution that adds a
    /// residual.</summary>
    public static TheoryData<int, int, int, int, int> Rows => new()
    {
        { 5, 6, 5, 0, 3 },
        { 33, 9, 13, 0, 3 },
        { 48, 3, 4, 0, 5 },
        { 16, 14, 15, 1, 1 },
        { 40, 7, 9, 1, 3 }, // Winograd
        { 24, 8, 11, 4, 3 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_residual_that_dies_is_overwritten_without_changing_a_bit(int channels, int h, int w, int groups,
        int window)
    {
        groups = groups == 0 ? channels : groups;
        foreach (int threads in new[] { 1, 3 })
        {
            var dies = Residual(channels, h, w, groups, window, survives: false);
            var survives = Residual(channels, h, w, groups, window, survives: true);
            Compare<float>(dies, survives, threads);
            Compare<double>(dies, survives, threads);
        }
    }

    [Theory]
    [InlineData("aten::silu")]
    [InlineData("aten::relu")]
    [InlineData("aten::mul")]
    [InlineData("aten::sub")]
    [InlineData("aten::softmax")]
    public void An_operand_that_dies_is_overwritten_without_changing_a_bit(string target)
    {
        foreach (int threads in new[] { 1, 3 })
        {
            Compare<float>(Single(target, survives: false), Single(target, survives: true), threads);
            Compare<double>(Single(target, survives: false), Single(target, survives: true), threads);
        }
    }

    static void Compare<E>(NhwcProgram dies, NhwcProgram survives, int threads)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var options = new PlanOptions { Threads = threads };
        using var plan = Plan.Compile<E>(dies, options);
        plan.StepNodes[^1].Overwritable.Select(operand => plan.OffsetOf(plan.RootOf(operand))).Should().Contain(
            plan.OffsetOf(plan.RootOf(dies.Outputs[0].Value)), "the result lies where the operand lay");

        double[] actual = OpCases.Run<E>(dies, options)[0], expected = OpCases.Run<E>(survives, options)[0];
        actual.Should().Equal(expected);
        actual.Distinct().Count().Should().BeGreaterThan(20);
    }

    // tanh(x) is read by a convolution and added to what the next one makes of it.
    static NhwcProgram Residual(int channels, int h, int w, int groups, int window, bool survives)
    {
        Shape shape = [2, channels, h, w];
        var builder = new GraphBuilder();
        int kept = Call(builder, "kept", "aten::tanh", [Argument.Value(builder.Input("x", shape))]);
        int inner = Convolve(builder, "inner", kept, builder.Parameter("inner.weight", [channels, channels, 1, 1]), 0,
            1);
        int kernel = builder.Parameter("outer.weight", [channels, channels / groups, window, window]);
        int outer = Convolve(builder, "outer", inner, kernel, window / 2, groups);
        int sum = Call(builder, "sum", "aten::add", [Argument.Value(outer), Argument.Value(kept)]);
        builder.Output("y", Call(builder, "act", "aten::silu", [Argument.Value(sum)]));
        return Finish(builder, shape, kept, survives);
    }

    static NhwcProgram Single(string target, bool survives)
    {
        Shape shape = [2, 19, 5, 3];
        var builder = new GraphBuilder();
        int x = builder.Input("x", shape);
        int kept = Call(builder, "kept", "aten::tanh", [Argument.Value(x)]);
        ImmutableArray<Argument> arguments = target switch
        {
            "aten::mul" => [Argument.Value(kept), Argument.Value(x)],
            "aten::sub" => [Argument.Value(x), Argument.Value(kept)],
            "aten::softmax" => [Argument.Value(kept), Argument.Of(1L), Argument.None],
            _ => [Argument.Value(kept)],
        };
        builder.Output("y", Call(builder, "act", target, arguments));
        return Finish(builder, shape, kept, survives);
    }

    static NhwcProgram Finish(GraphBuilder builder, Shape shape, int kept, bool survives)
    {
        if (survives) builder.Output("kept", kept);
        var graph = builder.Build();
        return NhwcPass.Apply(new TorchModel(graph, WeightsFile.Open("seed:3", graph), "test"), [shape]);
    }

    static int Convolve(GraphBuilder builder, string name, int x, int weight, long padding, long groups)
    {
        var both = Argument.Of(ImmutableArray.Create(Argument.Of(padding), Argument.Of(padding)));
        var one = Argument.Of(ImmutableArray.Create(Argument.Of(1L), Argument.Of(1L)));
        return Call(builder, name, "aten::conv2d",
            [Argument.Value(x), Argument.Value(weight), Argument.None, one, both, one, Argument.Of(groups)]);
    }

    static int Call(GraphBuilder builder, string name, string target, ImmutableArray<Argument> arguments) =>
        builder.Call(target, arguments, [], 1, SourcePlace.Unknown, name)[0];
}
