using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Tests.Program;

/// <summary>A number where an operator has a tensor: what type and shape comes of it. What it computes, golden/ops
/// holds.</summary>
public sealed class NumberOperandTests
{
    // The one output of a call of x, of that type, and other arguments.
    static Fact FactOf(string target, ElementType type, Func<Argument, Argument[]> arguments)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [2, 3], type);
        builder.Output("0", builder.Call(target, [.. arguments(Argument.Value(x))], [], 1, SourcePlace.Unknown)[0]);
        using var model = new TorchModel(builder.Build(), new StateDict(), "test");
        var port = NhwcPass.Apply(model, [[2, 3]]).Outputs[0];
        return new Fact(port.Type, port.Shape!.Value);
    }

    [Theory]
    [InlineData(ElementType.Float32, ElementType.Float32)]
    [InlineData(ElementType.Int64, ElementType.Int64)]
    [InlineData(ElementType.Int32, ElementType.Int32)]
    [InlineData(ElementType.UInt8, ElementType.UInt8)]
    [InlineData(ElementType.Bool, ElementType.Int64)]
    public void An_integer_makes_integers_no_wider(ElementType of, ElementType expected)
    {
        FactOf("aten::mul", of, x => [Argument.Of(7L), x]).Should().Be(new Fact(expected, [2, 3]));
        FactOf("aten::add", of, x => [Argument.Of(7L), x]).Should().Be(new Fact(expected, [2, 3]));
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Int64)]
    [InlineData(ElementType.Bool)]
    public void A_floating_point_number_makes_floats_of_all(ElementType of) =>
        FactOf("aten::mul", of, x => [Argument.Of(0.5), x]).Should().Be(new Fact(ElementType.Float32, [2, 3]));

    [Fact]
    public void A_division_of_integers_gives_floats_whichever_comes_first() =>
        FactOf("aten::div", ElementType.Int32, x => [Argument.Of(7L), x]).Type.Should().Be(ElementType.Float32);

    [Fact]
    public void Numbers_alone_are_stacked_as_tensors_without_axes() =>
        FactOf("aten::stack", ElementType.Float32, _ => [Argument.Of([Argument.Of(1L), Argument.Of(2L)])])
            .Should().Be(new Fact(ElementType.Int64, [2]));

    [Fact]
    public void A_number_that_the_type_does_not_hold_is_refused()
    {
        var finding = FluentActions.Invoking(
            () => FactOf("aten::mul", ElementType.UInt8, x => [Argument.Of(300L), x]))
            .Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be(Codes.ShapeMismatch);
        finding.Message.Should().Contain("300 is no uint8");
    }

    [Fact]
    public void What_takes_no_number_even_so_is_refused_as_before() =>
        FluentActions.Invoking(() => FactOf("aten::relu", ElementType.Float32, x => [x, Argument.Of(1L)]))
            .Should().Throw<ModelException>().Which.Finding.Message.Should().Contain("does not take these arguments");
}
