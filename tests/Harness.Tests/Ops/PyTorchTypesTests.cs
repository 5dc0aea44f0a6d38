using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Tests.Ops;

/// <summary>Element types as PyTorch has them, found by holding random graphs to libtorch: what integers and Booleans
/// become, and where they are refused.</summary>
public sealed class PyTorchTypesTests
{
    [Theory]
    [InlineData("aten::clamp(%0, None, 1)", ElementType.Int64, ElementType.Int64)]
    [InlineData("aten::clamp(%0, None, 1.)", ElementType.Int64, ElementType.Float32)]
    [InlineData("aten::clamp(%0, 0.5, None)", ElementType.UInt8, ElementType.Float32)]
    [InlineData("aten::clamp_min(%0, 0)", ElementType.Bool, ElementType.Int64)]
    [InlineData("aten::hardtanh(%0, -0.5, 1.5)", ElementType.Int64, ElementType.Int64)]
    [InlineData("aten::relu6(%0)", ElementType.Int16, ElementType.Int16)]
    [InlineData("aten::pow(%0, 2.)", ElementType.Int64, ElementType.Float32)]
    [InlineData("aten::sqrt(%0)", ElementType.Bool, ElementType.Float32)]
    [InlineData("aten::softmax(%0, 0, 6)", ElementType.Int64, ElementType.Float32)]
    [InlineData("aten::mean(%0, dtype=6)", ElementType.Int64, ElementType.Float32)]
    [InlineData("aten::sum(%0)", ElementType.UInt8, ElementType.Int64)]
    [InlineData("aten::sub(%0, 1, 2)", ElementType.Int64, ElementType.Int64)]
    [InlineData("aten::sub(%0, 1.5, 2.5)", ElementType.Int64, ElementType.Float32)]
    [InlineData("aten::pow(%0, 2)", ElementType.Int64, ElementType.Int64)]
    [InlineData("aten::pow(2., %0)", ElementType.Int32, ElementType.Float32)]
    [InlineData("aten::pow(2, %0)", ElementType.Int32, ElementType.Int32)]
    [InlineData("aten::square(%0)", ElementType.UInt8, ElementType.UInt8)]
    [InlineData("aten::floor(%0)", ElementType.Int32, ElementType.Int32)]
    [InlineData("aten::sign(%0)", ElementType.Bool, ElementType.Bool)]
    [InlineData("aten::isnan(%0)", ElementType.Int64, ElementType.Bool)]
    [InlineData("aten::sin(%0)", ElementType.Bool, ElementType.Float32)]
    [InlineData("aten::max(%0)", ElementType.Bool, ElementType.Bool)]
    [InlineData("aten::prod(%0)", ElementType.Int32, ElementType.Int64)]
    [InlineData("aten::count_nonzero(%0)", ElementType.Float32, ElementType.Int64)]
    [InlineData("aten::floor_divide(%0, 2)", ElementType.Int32, ElementType.Int32)]
    [InlineData("aten::div(%0, 2., rounding_mode='floor')", ElementType.Int32, ElementType.Float32)]
    [InlineData("aten::remainder(%0, 2)", ElementType.UInt8, ElementType.UInt8)]
    [InlineData("aten::atan2(%0, %0)", ElementType.Int64, ElementType.Float32)]
    [InlineData("aten::threshold(%0, 1, 2)", ElementType.Int16, ElementType.Int16)]
    public void A_result_has_the_type_that_PyTorch_gives_it(string call, ElementType operand, ElementType result) =>
        Converted(call, new Fact(operand, [2, 3])).Values[^1].Type.Should().Be(result);

    [Theory]
    [InlineData("aten::hardtanh(%0)", ElementType.Bool)]
    [InlineData("aten::hardtanh(%0, -1., 1.)", ElementType.UInt8)]
    [InlineData("aten::relu6(%0)", ElementType.Bool)]
    [InlineData("aten::abs(%0)", ElementType.Bool)]
    [InlineData("aten::relu(%0)", ElementType.Bool)]
    [InlineData("aten::neg(%0)", ElementType.Bool)]
    [InlineData("aten::silu(%0)", ElementType.Int64)]
    [InlineData("aten::gelu(%0)", ElementType.Int64)]
    [InlineData("aten::elu(%0)", ElementType.Int64)]
    [InlineData("aten::leaky_relu(%0)", ElementType.Int64)]
    [InlineData("aten::hardswish(%0)", ElementType.Int64)]
    [InlineData("aten::hardsigmoid(%0)", ElementType.Int64)]
    [InlineData("aten::softmax(%0, 0)", ElementType.Int64)]
    [InlineData("aten::log_softmax(%0, 0)", ElementType.Int64)]
    [InlineData("aten::mean(%0)", ElementType.Int64)]
    [InlineData("aten::sub(%0, 1)", ElementType.Bool)]
    [InlineData("aten::rsub(%0, 1)", ElementType.Bool)]
    [InlineData("aten::add(%0, 1, 1.)", ElementType.Int64)]
    [InlineData("aten::sub(%0, 1, 1.)", ElementType.Int64)]
    [InlineData("aten::pow(%0, -1)", ElementType.Int64)]
    [InlineData("aten::constant_pad_nd(%0, [1, 1], -1)", ElementType.UInt8)]
    [InlineData("aten::floor(%0)", ElementType.Bool)]
    [InlineData("aten::frac(%0)", ElementType.Int64)]
    [InlineData("aten::round(%0, decimals=1)", ElementType.Int64)]
    [InlineData("aten::mish(%0)", ElementType.Int64)]
    [InlineData("aten::softplus(%0)", ElementType.Int64)]
    [InlineData("aten::var(%0)", ElementType.Int64)]
    [InlineData("aten::linalg_vector_norm(%0)", ElementType.Int64)]
    [InlineData("aten::hypot(%0, %0)", ElementType.Int64)]
    [InlineData("aten::lerp(%0, %0, 0.5)", ElementType.Int64)]
    [InlineData("aten::remainder(%0, 0)", ElementType.Int64)]
    [InlineData("aten::glu(%0)", ElementType.Int64)]
    public void What_PyTorch_refuses_does_not_fit(string call, ElementType operand) =>
        CodeOf(call, new Fact(operand, [2, 3])).Should().Be(Codes.ShapeMismatch);

    [Theory]
    [InlineData("aten::addcmul(%0, %0, %0)", ElementType.Int64, "(2, 3)")]
    [InlineData("aten::clamp_min(%0, -1)", ElementType.UInt8, "(2, 3)")]
    [InlineData("aten::sum(%0, dtype=0)", ElementType.Float32, "(2, 3)")]
    [InlineData("aten::max_pool2d(%0, [2, 2], [1, 1], [1, 1], [2, 2])", ElementType.Float32, "(1, 1, 1, 2)")]
    [InlineData("aten::adaptive_avg_pool2d(%0, [None])", ElementType.Float32, "(1, 1, 4, 2)")]
    public void What_PyTorch_takes_and_nothing_here_computes_is_refused_by_name(
        string call, ElementType operand, string shape) =>
        CodeOf(call, new Fact(operand, CallText.Shape(shape))).Should().Be(Codes.UnsupportedOp);

    // The window of 2 × 2 is larger than the volume, which the padding would make up for in any other pool.
    [Theory]
    [InlineData("aten::avg_pool3d(%0, [2, 2, 2], [1, 1, 1], [1, 1, 1])", "(1, 1, 1, 2, 2)", false)]
    [InlineData("aten::avg_pool3d(%0, [2, 2, 2], [1, 1, 1], [1, 1, 1])", "(1, 1, 2, 2, 2)", true)]
    [InlineData("aten::avg_pool2d(%0, [2, 2], [1, 1], [1, 1])", "(1, 1, 1, 2)", true)]
    [InlineData("aten::max_pool2d(%0, [2, 2], [1, 1], [1, 1], [2, 2])", "(1, 1, 2, 2)", true)]
    [InlineData("aten::convolution(%0, %0, None, [1], [0], [1], False, [0, 0], 1)", "(1, 1, 1)", false)]
    public void Windows_are_refused_where_PyTorch_refuses_them(string call, string shape, bool taken) =>
        (CodeOf(call, Fact.Float(CallText.Shape(shape))) is null).Should().Be(taken);

    [Fact]
    public void A_split_into_one_piece_is_a_list_of_one()
    {
        var builder = new GraphBuilder();
        var x = Argument.Value(builder.Input("x", [3, 2]));
        var list = Argument.Value(builder.Call("aten::chunk", [x, Argument.Of(1)], [], 1, SourcePlace.Unknown)[0]);
        var piece = Argument.Value(
            builder.Call("prim::ListUnpack", [list], [], 1, SourcePlace.Unknown)[0]);
        builder.Output("0", builder.Call("aten::neg", [piece], [], 1, SourcePlace.Unknown)[0]);

        Run(builder.Build(), [1, 2, 3, 4, 5, 6]).Should().Equal(-1, -2, -3, -4, -5, -6);
    }

    [Theory]
    [InlineData("aten::constant_pad_nd")]
    [InlineData("aten::pad")]
    public void A_number_is_padded_by_nothing(string target)
    {
        var builder = new GraphBuilder();
        var x = Argument.Value(builder.Input("x", []));
        builder.Output("0", builder.Call(target, [x, Argument.Of([])], [], 1, SourcePlace.Unknown)[0]);

        Run(builder.Build(), [2.5]).Should().Equal(2.5);
    }

    // A kernel and, beside it, its transpose, which is how it lies in the tree.
    [Fact]
    public void A_kernel_that_is_an_output_too_is_read_twice_under_two_names()
    {
        var builder = new GraphBuilder();
        var x = Argument.Value(builder.Input("x", [1, 2]));
        var w = Argument.Value(builder.Parameter("fc.weight", [3, 2]));
        builder.Output("0", builder.Call("aten::linear", [x, w], [], 1, SourcePlace.Unknown)[0]);
        builder.Output("1", builder.Call("aten::t", [w], [], 1, SourcePlace.Unknown)[0]);
        var weights = new StateDict();
        weights.Add("fc.weight", Tensor.Of([3, 2], [1f, 2, 3, 4, 5, 6]));
        using var model = new TorchModel(builder.Build(), weights, "test");

        var program = NhwcPass.Apply(model, [[1, 2]]);

        program.Values.Select(value => value.Name).Should().OnlyHaveUniqueItems();
        program.Variables.Leaves.Should().ContainSingle();
    }

    static double[] Run(Graph graph, double[] x)
    {
        using var model = new TorchModel(graph, new StateDict(), "test");
        var program = NhwcPass.Apply(model, [graph.Inputs[0].Shape!.Value]);
        using var session = Session.Open<double>(program, new PlanOptions { Threads = 1 });
        session.Write(program.Inputs[0].Value, x);
        session.Run();
        return session.Read(program.Outputs[0].Value).ToDoubles();
    }

    static string? CodeOf(string call, Fact operand)
    {
        try
        {
            Converted(call, operand);
            return null;
        }
        catch (ModelException e)
        {
            return e.Finding.Code;
        }
    }

    static NhwcProgram Converted(string text, Fact operand)
    {
        var call = CallText.Call(text);
        var graph = new Graph(
            [new Port("x", 0, operand.Shape, operand.Type)], [], [], [call with { Results = [1] }], [new Port("0", 1)],
            2);
        using var model = new TorchModel(graph, new StateDict(), "test");
        return NhwcPass.Apply(model, [operand]);
    }
}
