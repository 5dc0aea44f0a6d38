using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Tests.Ops;

public sealed class TensorNumbersTests
{
    // What PyTorch gives: torch.tensor(100) * 0.29 and the like.
    [Theory]
    [InlineData("aten::mul(%0, 0.29)", "Float32 29")]
    [InlineData("aten::mul(%0, %3)", "Float32 29")]
    [InlineData("aten::mul(%0, %4)", "Float32 29")]
    [InlineData("aten::mul(%0, %5)", "Float64 28.999999999999996")]
    [InlineData("aten::mul(%4, %0)", "Float32 29")]
    [InlineData("aten::to(%4, 7)", "Float64 0.29")]
    [InlineData("aten::to(%0, 6)", "Float32 100")]
    [InlineData("aten::to(%3, 'cpu', 3)", "Int32 0")]
    [InlineData("aten::to(%6, 'cpu', None)", "Int32 3")]
    [InlineData("prim::NumToTensor(2.5)", "Float64 2.5")]
    [InlineData("prim::NumToTensor(7)", "Int64 7")]
    [InlineData("aten::div(%0, 7)", "Float32 14.285714149475098")]
    [InlineData("aten::div(%0, 7, rounding_mode='floor')", "Int64 14")]
    [InlineData("aten::div(%1, 0.1, rounding_mode='floor')", "Float32 9")]
    [InlineData("aten::floor_divide(%1, 0.1)", "Float32 9")]
    [InlineData("aten::remainder(%2, -4)", "Float32 -1.5")]
    [InlineData("aten::pow(%0, 0.5)", "Float32 10")]
    [InlineData("aten::pow(%0, 2)", "Int64 10000")]
    [InlineData("aten::add(%6, %0)", "Int64 103")]
    [InlineData("aten::add(%6, 1, alpha=2)", "Int32 5")]
    [InlineData("aten::rsub(%2, 3)", "Float32 0.5")]
    [InlineData("aten::floor(%2)", "Float32 2")]
    [InlineData("aten::round(%2)", "Float32 2")]
    [InlineData("aten::ceil(%0)", "Int64 100")]
    [InlineData("aten::sqrt(%6)", "Float32 1.7320507764816284")]
    [InlineData("aten::maximum(%6, %2)", "Float32 3")]
    [InlineData("aten::clamp(%0, max=28.5)", "Float32 28.5")]
    [InlineData("aten::clamp(%0, None, 28)", "Int64 28")]
    [InlineData("aten::gt(%0, 99.5)", "Bool True")]
    [InlineData("aten::mul(%2, %5)", "Float64 0.725")]
    public void Numbers_have_the_type_that_PyTorch_gives_them_and_are_rounded_to_it(string call, string expected)
    {
        var result = Evaluate(call);
        result.Should().NotBeNull();
        $"{result!.Value.Type} {result.Value.Number}".Should().Be(expected);
    }

    [Theory]
    [InlineData("aten::mul(%9, 2)")]
    [InlineData("aten::add(%6, 9000000000)")]
    [InlineData("aten::floor_divide(%0, 0)")]
    [InlineData("aten::relu(%2)")]
    [InlineData("aten::mul(2, 3)")]
    [InlineData("_operator::mul(%0, 0.29)")]
    public void Of_other_calls_and_of_what_has_no_answer_nothing_is_said(string call) =>
        Evaluate(call).Should().BeNull();

    // In float64 the first three would be one row less.
    [Theory]
    [InlineData(0.29f, 100, 29)]
    [InlineData(0.57f, 100, 57)]
    [InlineData(0.58f, 100, 58)]
    [InlineData(2.7f, 7, 18)]
    public void A_size_times_a_stored_scale_makes_a_size_and_nothing_else(float scale, int height, int rows)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x");
        int factor = builder.Constant("c0", Stored(ElementType.Float32, scale));
        int Call(string name, string target, params Argument[] arguments) =>
            builder.Call(target, [.. arguments], [], 1, SourcePlace.Unknown, name)[0];
        int size = Call("size", "aten::size", Argument.Value(x), Argument.Of(2));
        int tensor = Call("n", "prim::NumToTensor", Argument.Value(size));
        int real = Call("real", "aten::to", Argument.Value(tensor), Argument.Of(6));
        int product = Call("product", "aten::mul", Argument.Value(real), Argument.Value(factor));
        int floor = Call("floor", "aten::floor", Argument.Value(product));
        int whole = Call("whole", "aten::Int", Argument.Value(floor));
        builder.Output("y", Call("y", "aten::adaptive_avg_pool2d", Argument.Value(x),
            Argument.Of([Argument.Value(whole), Argument.Of(1)])));
        Shape[] shapes = [[1, 2, height, 3]];
        var program = NhwcPass.Apply(new TorchModel(builder.Build(), new StateDict(), ""), shapes);
        program.Outputs[0].Shape.Should().Be(Shape.Create([1, 2, rows, 1]));
        program.Nodes.Select(node => node.Name).Should().Equal("y");
        program.Variables.Leaves.Should().BeEmpty();
    }

    [Fact]
    public void The_same_number_is_a_value_of_the_model_where_the_model_computes_with_it()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x");
        int factor = builder.Constant("c0", Stored(ElementType.Float32, 0.29f));
        int Call(string name, string target, params Argument[] arguments) =>
            builder.Call(target, [.. arguments], [], 1, SourcePlace.Unknown, name)[0];
        int size = Call("size", "aten::size", Argument.Value(x), Argument.Of(2));
        int tensor = Call("n", "prim::NumToTensor", Argument.Value(size));
        int product = Call("product", "aten::mul", Argument.Value(tensor), Argument.Value(factor));
        int whole = Call("whole", "aten::Int", Argument.Value(product));
        int pooled = Call("pooled", "aten::adaptive_avg_pool2d", Argument.Value(x),
            Argument.Of([Argument.Value(whole), Argument.Of(1)]));
        builder.Output("y", Call("y", "aten::mul", Argument.Value(pooled), Argument.Value(product)));
        Shape[] shapes = [[1, 2, 100, 3]];
        var program = NhwcPass.Apply(new TorchModel(builder.Build(), new StateDict(), ""), shapes);
        program.Outputs[0].Shape.Should().Be(Shape.Create([1, 2, 29, 1]));
        program.Nodes.Select(node => node.Name).Should().Contain(["product", "pooled", "y"]);
    }

    static TensorNumber? Evaluate(string call) => TensorNumbers.Evaluate(CallText.Call(call), id => id switch
    {
        0 => TensorNumber.Of(ElementType.Int64, Argument.Of(100)),
        1 => TensorNumber.Of(Stored(ElementType.Float32, 1)),
        2 => TensorNumber.Of(Stored(ElementType.Float32, 2.5)),
        3 => TensorNumber.Of(Stored(ElementType.Float32, 0.29)),
        4 => TensorNumber.Of(Stored(ElementType.Float64, 0.29)),
        5 => TensorNumber.Of(ElementType.Float64, Argument.Of(0.29)),
        6 => TensorNumber.Of(ElementType.Int32, Argument.Of(3)),
        _ => null,
    }, _ => null);

    static Tensor Stored(ElementType type, double value) => type == ElementType.Float64
        ? Tensor.Of([], (ReadOnlySpan<double>)[value]) : Tensor.Of([], (ReadOnlySpan<float>)[(float)value]);
}
