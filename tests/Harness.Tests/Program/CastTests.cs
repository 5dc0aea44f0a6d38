using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Tests.Cpu;
using Harness.Tests.Formats;

namespace Harness.Tests.Program;

public sealed class CastTests
{
    static readonly Shape s_shape = [2, 3, 5, 4];

    // The same network with casts and without: half-typed weights, a softmax and a sum that state their type.
    static NhwcProgram Network(bool casts)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", s_shape);
        int kernel = builder.Parameter("conv.weight", [4, 3, 3, 3], ElementType.Float16);
        int bias = builder.Parameter("conv.bias", [4], ElementType.BFloat16);
        int rows = builder.Constant("c0", Tensor.Of([4, 1, 1], [0.5, -1.0, 2, 0.25]));
        if (casts)
        {
            (kernel, bias) = (Call("type_as", kernel, Value(x)), Call("to", bias, Of(6), False, False, Argument.None));
            x = Call("to", x, Argument.Of("cpu"), Of(6), False, False);
            rows = Call("to", rows, Of(6));
        }
        int y = Call("conv2d", x, Value(kernel), Value(bias));
        if (casts) y = Call("_to_copy", y, new Keyword("dtype", Of(7)), new Keyword("memory_format", Of(0)));
        y = Call("mul", y, Value(rows));
        y = casts ? Call("softmax", y, Of(1), Of(6)) : Call("softmax", y, Of(1));
        if (casts) y = Call("to", y, Value(x));
        y = casts
            ? Call("sum", y, Argument.Of([Of(2)]), False, new Keyword("dtype", Of(7)))
            : Call("sum", y, Argument.Of([Of(2)]));
        // A device alone is no cast.
        if (casts) y = Call("to", y, Argument.Of("cuda:0"));
        builder.Output("y", y);
        var graph = builder.Build();
        var weights = new StateDict();
        weights.Add("conv.weight", new Tensor(ElementType.Float16, [4, 3, 3, 3], Bytes(108, v => (Half)v)));
        weights.Add("conv.bias", new Tensor(ElementType.BFloat16, [4],
            Bytes(4, v => (short)(BitConverter.SingleToUInt32Bits((float)v) >> 16))));
        return NhwcPass.Apply(new TorchModel(graph, weights, "test"), [s_shape]);

        int Call(string op, int self, params ReadOnlySpan<object> rest)
        {
            ImmutableArray<Argument> arguments = [Value(self), .. rest.ToArray().OfType<Argument>()];
            ImmutableArray<Keyword> keywords = [.. rest.ToArray().OfType<Keyword>()];
            return builder.Call("aten::" + op, arguments, keywords, 1, SourcePlace.Unknown)[0];
        }

        static Argument Value(int id) => Argument.Value(id);
        static Argument Of(long number) => Argument.Of(number);
    }

    static readonly Argument False = Argument.Of(false);

    static byte[] Bytes<T>(int count, Func<double, T> narrow) where T : unmanaged =>
        [.. MemoryMarshal.AsBytes(OpCases.Values(9, count).Select(narrow).ToArray().AsSpan())];

    [Fact]
    public void Casts_between_floating_point_types_leave_nothing_behind_but_their_number()
    {
        NhwcProgram with = Network(casts: true), without = Network(casts: false);
        with.CastsLifted.Should().Be(8, "two weights, input, constant, convolution, softmax, its result, sum");
        without.CastsLifted.Should().Be(0);
        with.Nodes.Select(node => node.Op).Should().Equal(without.Nodes.Select(node => node.Op));
        with.Variables.Leaves.Select(leaf => leaf.FullPath)
            .Should().Equal(without.Variables.Leaves.Select(leaf => leaf.FullPath));
        Alike<float>(with, without);
        Alike<double>(with, without);
    }

    static void Alike<E>(NhwcProgram with, NhwcProgram without) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var options = new PlanOptions { Threads = 1 };
        double[] values = OpCases.Run<E>(with, options)[0];
        values.Should().Equal(OpCases.Run<E>(without, options)[0]);
        values.Distinct().Count().Should().Be(16);
    }

    // Traces by PyTorch 2.14, each with what PyTorch computes in float64 without the casts.
    [Theory]
    [InlineData("half_weights", 2)]
    [InlineData("half_weights_in_trace", 2)]
    [InlineData("layer_norm_float32_cast", 2)]
    public void A_trace_with_casts_computes_what_PyTorch_computes_in_float64(string name, int casts)
    {
        using var model = ModelFile.Open(Fixtures.Path($"casts/{name}.pt"));
        var input = NpyFile.Read(Fixtures.Path($"casts/{name}.input.npy"));
        var expected = NpyFile.Read(Fixtures.Path($"casts/{name}.output.npy")).ToDoubles();
        var program = NhwcPass.Apply(model, [input.Shape]);
        program.CastsLifted.Should().Be(casts);
        Run<double>().Should().BeLessThan(1e-12);
        Run<float>().Should().BeLessThan(1e-5);

        double Run<E>() where E : unmanaged, IBinaryFloatingPointIeee754<E>
        {
            using var session = Plan.Compile<E>(program, new PlanOptions { Threads = 1 }).CreateSession();
            session.Write(program.Inputs[0].Value, input.ToDoubles());
            session.Run();
            var actual = new double[expected.Length];
            session.Read(program.Outputs[0].Value, actual);
            return actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();
        }
    }

    [Fact]
    public void A_cast_to_integers_or_from_them_is_an_op_and_is_not_counted()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", s_shape);
        int whole = Call("to", x, Argument.Of(4L));
        // The same type again is nothing, and so is another device.
        int same = Call("to", Call("type_as", whole, Argument.Value(whole)), Argument.Of("cuda:0"));
        int back = Call("to", same, Argument.Of(6L));
        builder.Output("whole", same);
        builder.Output("back", Call("softmax", whole, Argument.Of(1L), Argument.Of(6L)));
        builder.Output("sum", Call("sum", x, new Keyword("dtype", Argument.Of(4L))));
        builder.Output("product", Call("mul", back, Argument.Value(x)));
        using var model = new TorchModel(builder.Build(), new StateDict(), "test");
        var program = NhwcPass.Apply(model, [s_shape]);

        program.CastsLifted.Should().Be(0);
        program.Nodes.Where(node => node.Op is Cast).Select(node => (node.Name, ((Cast)node.Op).To)).Should().Equal(
            ("to", ElementType.Int64), ("to_3", ElementType.Float32), ("softmax.cast", ElementType.Float32),
            ("sum.cast", ElementType.Int64));
        program.Outputs.Select(port => program.Values[port.Value].Type).Should()
            .Equal(ElementType.Int64, ElementType.Float32, ElementType.Int64, ElementType.Float32);

        int Call(string op, int self, params ReadOnlySpan<object> rest) => builder.Call("aten::" + op,
            [Argument.Value(self), .. rest.ToArray().OfType<Argument>()], [.. rest.ToArray().OfType<Keyword>()], 1,
            SourcePlace.Unknown)[0];
    }

    [Theory]
    [InlineData(5, "it casts to float16 (dtype=5), so the model rounds to half precision in its arithmetic")]
    [InlineData(15, "it casts to bfloat16")]
    public void A_cast_that_changes_what_is_computed_is_refused_by_name(int type, string why)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", s_shape);
        builder.Output("y", builder.Call("aten::to", [Argument.Value(x), Argument.Of((long)type)], [], 1,
            new SourcePlace("", "model.py", 3), "narrow")[0]);
        using var model = new TorchModel(builder.Build(), new StateDict(), "test");
        var finding = FluentActions.Invoking(() => NhwcPass.Apply(model, [s_shape]))
            .Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be(Codes.UnsupportedOp);
        finding.Message.Should().StartWith("aten::to 'narrow': ").And.Contain(why);
    }
}
