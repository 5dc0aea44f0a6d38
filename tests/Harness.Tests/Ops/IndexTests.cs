using System.Collections.Immutable;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Tests.Ops;

/// <summary>Integers that name places: what none names ends a run, on one thread or several, and is drawn by
/// nobody.</summary>
public sealed class IndexTests
{
    const string X = "(5, 64, 9)";

    [Theory]
    [InlineData("aten::embedding(%0, %1)", "(5, 64)", 5, "index 5 is out of range on axis 0, expected 0 to 4")]
    [InlineData("aten::embedding(%0, %1)", "(5, 64)", -1, "index -1 is out of range on axis 0, expected 0 to 4")]
    [InlineData("aten::index_select(%0, 1, %1)", X, 64, "index 64 is out of range on axis 1, expected 0 to 63")]
    [InlineData("aten::index(%0, [None, None, %1])", X, -10, "index -10 is out of range on axis 2, expected -9 to 8")]
    [InlineData("aten::one_hot(%1, 4)", X, 4, "index 4 is out of range on axis 1, expected 0 to 3")]
    [InlineData("aten::index_add(%0, 0, %1, %0)", X, 6, "index 6 is out of range on axis 0, expected 0 to 4")]
    public void An_index_that_names_nothing_ends_the_run(string call, string shape, long index, string why)
    {
        long[] indices = [0, 1, index, 2, 0];
        foreach (int threads in (int[])[1, 3])
        {
            var run = () => Run(call, CallText.Shape(shape), indices, threads);
            run.Should().Throw<ModelException>().Which.Finding.Should()
                .Match<Finding>(finding => finding.Code == Codes.ShapeMismatch
                    && finding.Message == $"'node': {why}");
        }
    }

    [Fact]
    public void A_negative_index_counts_from_the_end_where_Python_does() =>
        Run("aten::index(%0, [%1])", [5], [-1, -5, 0, 4, 2], 1).Should().Equal(4, 0, 0, 4, 2);

    [Theory]
    [InlineData("aten::index(%0, [%1])")]
    [InlineData("aten::index_put(%0, [%1], %0)")]
    public void A_mask_is_refused_by_name(string call)
    {
        var convert = () => NhwcPass.Apply(Model(call, [5], ElementType.Bool), [[5], [5]]);
        convert.Should().Throw<ModelException>().WithMessage("*depends on *elements*")
            .Which.Finding.Code.Should().Be(Codes.UnsupportedOp);
    }

    [Theory]
    [InlineData("aten::take_along_dim(%0, %1)", "dim=None flattens (5) and (5)")]
    [InlineData("aten::one_hot(%1)", "num_classes=-1")]
    public void What_the_elements_would_decide_is_refused_by_name(string call, string why)
    {
        var convert = () => NhwcPass.Apply(Model(call, [5], ElementType.Int64), [[5], [5]]);
        convert.Should().Throw<ModelException>().WithMessage($"*{why}*")
            .Which.Finding.Code.Should().Be(Codes.UnsupportedOp);
    }

    // What is drawn for an input must stay inside every table that it, or a part of it, is an index of.
    [Fact]
    public void Inputs_are_limited_by_what_they_are_indices_of()
    {
        var builder = new GraphBuilder();
        var x = Argument.Value(builder.Input("x", [2, 6], ElementType.Int64));
        var y = Argument.Value(builder.Input("y", [2, 6], ElementType.Int64));
        var table = Argument.Value(builder.Parameter("embed.weight", [9, 4]));
        var flat = Of(builder, "aten::view", x, Argument.Of([Argument.Of(-1L)]));
        var part = Of(builder, "aten::slice", flat, Argument.Of(0L), Argument.Of(1L), Argument.Of(5L), Argument.Of(2L));
        var rows = Of(builder, "aten::embedding", table, part);
        builder.Output("0", ((ValueArgument)Of(builder, "aten::gather", rows, Argument.Of(0L), y)).Id);
        builder.Output("1", ((ValueArgument)Of(builder, "aten::one_hot", x, Argument.Of(7L))).Id);
        var weights = new StateDict();
        weights.Add("embed.weight", Tensor.Of([9, 4], new float[36]));
        using var model = new TorchModel(builder.Build(), weights, "test");

        InputLimits.Of(model, [[2, 6], [2, 4]]).Should().Equal(7, 2);
    }

    static Argument Of(GraphBuilder builder, string target, params ImmutableArray<Argument> arguments) =>
        Argument.Value(builder.Call(target, arguments, [], 1, SourcePlace.Unknown)[0]);

    static TorchModel Model(string text, Shape shape, ElementType type) => new(
        new Graph(
            [new Port("x", 0, shape), new Port("index", 1, [5], type)], [], [],
            [CallText.Call(text) with { Results = [2] }], [new Port("0", 2)], 3),
        new StateDict(), "test");

    static double[] Run(string call, Shape shape, long[] indices, int threads)
    {
        using var model = Model(call, shape, ElementType.Int64);
        var program = NhwcPass.Apply(model, [shape, [5]]);
        using var session = Session.Open<double>(program, new PlanOptions { Threads = threads });
        session.Write(program.Inputs[0].Value, [.. Enumerable.Range(0, (int)shape.Elements).Select(i => (double)i)]);
        session.Write(program.Inputs[1].Value, new Tensor(
            ElementType.Int64, [5], System.Runtime.InteropServices.MemoryMarshal.AsBytes(indices.AsSpan()).ToArray()));
        session.Run();
        return session.Read(program.Outputs[0].Value).ToDoubles();
    }
}
