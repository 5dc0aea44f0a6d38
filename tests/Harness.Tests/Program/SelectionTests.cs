using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Tests.Program;

/// <summary>What a mask selects is computed of all parts, and refused where that could be seen. What it gives where it
/// is taken, golden/ops holds.</summary>
public sealed class SelectionTests
{
    static readonly float[] s_elements = [-1, 2, -3, 4, 5, -6];

    static Argument Of(int value) => Argument.Value(value);

    // The outcome of calls on x (2, 3): they get x and what is above 0.
    static Tensor Run(Func<GraphBuilder, int, int, int> calls)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [2, 3]);
        builder.Output("0", calls(builder, x, Call(builder, "gt", Of(x), Argument.Of(0.0))));
        using var model = new TorchModel(builder.Build(), new StateDict(), "test");
        var nhwc = NhwcPass.Apply(model, [[2, 3]]);
        using var plan = Plan.Compile<double>(nhwc, new PlanOptions());
        using var session = plan.CreateSession();
        session.Write(nhwc.Inputs[0].Value, [.. s_elements.Select(element => (double)element)]);
        session.Run();
        var port = nhwc.Outputs[0];
        double[] output = new double[port.Shape!.Value.Elements];
        session.Read(port.Value, output);
        return Tensor.Of(port.Shape.Value, output);
    }

    static int Call(GraphBuilder builder, string target, params Argument[] arguments) =>
        builder.Call($"aten::{target}", [.. arguments], [], 1, SourcePlace.Unknown)[0];

    static Argument Indices(params int[] values) => Argument.Of([.. values.Select(Of)]);

    static int Selected(GraphBuilder builder, int x, int mask) => Call(builder, "index", Of(x), Indices(mask));

    static Finding Refusal(Func<GraphBuilder, int, int, int> calls) => FluentActions.Invoking(() => Run(calls))
        .Should().Throw<ModelException>().Which.Finding;

    [Fact]
    public void What_goes_back_is_what_PyTorch_gives() =>
        Run((builder, x, mask) => Call(builder, "index_put", Of(x), Indices(mask),
            Of(Call(builder, "mul", Of(Selected(builder, x, mask)), Argument.Of(10.0)))))
            .ToDoubles().Should().Equal(-1, 20, -3, 40, 50, -6);

    [Fact]
    public void The_same_mask_may_be_computed_twice() =>
        Run((builder, x, mask) => Call(builder, "index_put", Of(x), Indices(mask), Of(Selected(
            builder, x, Call(builder, "gt", Of(x), Argument.Of(0.0))))))
            .ToDoubles().Should().Equal(s_elements.Select(element => (double)element));

    [Fact]
    public void A_stored_mask_selects_as_many_as_it_holds()
    {
        var mask = new Tensor(ElementType.Bool, [3], new byte[] { 1, 0, 1 });
        var found = Run((builder, x, _) => Call(builder, "index", Of(x), Argument.Of(
            [Argument.None, Of(builder.Constant("mask", mask))])));
        found.Shape.Should().Equal(2, 2);
        found.ToDoubles().Should().Equal(-1, -3, 4, -6);
    }

    [Fact]
    public void A_selection_is_no_output() =>
        Refusal(Selected).Should().Match<Finding>(finding => finding.Code == Codes.UnsupportedOp
            && finding.Message.Contains("how long the output is depends on the elements of a mask"));

    [Theory]
    [InlineData("sum")]
    [InlineData("cumsum")]
    [InlineData("sort")]
    [InlineData("softmax")]
    public void What_mixes_a_selection_is_refused_by_name(string target) =>
        Refusal((builder, x, mask) => Call(builder, "index_put", Of(x), Indices(mask), Of(Call(builder, target, target
            == "sum" ? [Of(Selected(builder, x, mask))] : [Of(Selected(builder, x, mask)), Argument.Of(0L)]))))
            .Should().Match<Finding>(finding => finding.Code == Codes.UnsupportedOp
                && finding.Message.Contains($"aten::{target} '")
                && finding.Message.Contains("mixes what a mask selects"));

    [Fact]
    public void Another_mask_takes_other_values() =>
        Refusal((builder, x, mask) => Call(builder, "index_put", Of(x), Indices(mask), Of(Selected(
            builder, x, Call(builder, "lt", Of(x), Argument.Of(0.0))))))
            .Message.Should().Contain("its values are what another mask selects");

    [Fact]
    public void As_many_values_as_there_are_elements_are_no_selection() =>
        Refusal((builder, x, mask) => Call(builder, "index_put", Of(x), Indices(mask), Of(Call(
            builder, "reshape", Of(x), Sketch.Ints(6)))))
            .Message.Should().Contain("how many of them the mask takes depends on its elements");

    [Fact]
    public void Beside_a_selection_nothing_else_is_as_long() =>
        Refusal((builder, x, mask) => Call(builder, "index_put", Of(x), Indices(mask), Of(Call(
            builder, "add", Of(Selected(builder, x, mask)), Of(Call(builder, "reshape", Of(x), Sketch.Ints(6)))))))
            .Message.Should().Contain("beside a selection");

    [Fact]
    public void How_many_there_are_is_no_number() =>
        Refusal((builder, x, mask) => Call(builder, "mul", Of(x), Of(Call(
            builder, "size", Of(Selected(builder, x, mask)), Argument.Of(0L)))))
            .Message.Should().Contain("how many elements a mask selects");

    [Fact]
    public void A_mask_of_another_shape_does_not_fit() =>
        Refusal((builder, x, mask) => Selected(builder, x, Call(builder, "select", Of(mask), Argument.Of(0L),
            Argument.Of(0L)))).Code.Should().Be(Codes.ShapeMismatch);

    [Fact]
    public void A_cast_that_casts_nothing_has_the_shape_of_its_operand() =>
        Run((builder, x, _) =>
        {
            int same = Call(builder, "to", Of(x), Argument.Of(6L), Argument.Of(false), Argument.Of(false));
            int rows = Call(builder, "size", Of(same), Argument.Of(0L));
            return Call(builder, "reshape", Of(same), Argument.Of([Argument.Of(-1L), Of(rows)]));
        }).Shape.Should().Equal(3, 2);
}
