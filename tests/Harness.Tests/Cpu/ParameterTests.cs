using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Tests.Naive;
using Harness.Tests.Program;

namespace Harness.Tests.Cpu;

/// <summary>Parameters where values are expected: as the image of a window, and as an output.</summary>
public sealed class ParameterTests
{
    static Argument Of(int value) => Argument.Value(value);

    static Argument Of(long number) => Argument.Of(number);

    static Argument Ints(params long[] numbers) => Sketch.Ints(numbers);

    /// <summary>A parameter as images (2, 3, 5, 4): as it is, permuted, and under another shape.</summary>
    public static TheoryData<string> Images => ["as it is", "permuted", "reshaped"];

    [Theory]
    [MemberData(nameof(Images))]
    public void A_window_finds_zeros_around_a_parameter(string how)
    {
        var sketch = new Sketch();
        int image = how switch
        {
            "permuted" => sketch.Call("permute", Of(sketch.Weight("image", 4, 2, 3, 5)), Ints(1, 2, 3, 0)),
            "reshaped" => sketch.Call("reshape", Of(sketch.Weight("image", 2, 60)), Ints(2, 3, 5, 4)),
            _ => sketch.Weight("image", 2, 3, 5, 4),
        };
        // Read twice, and by one that wants no zeros.
        int kernel = sketch.Input("kernel", 2, 3, 3, 2);
        sketch.Output("convolved", sketch.Conv(image, kernel, padding: 2));
        sketch.Output("transposed", sketch.Call(
            "conv_transpose2d", Of(image), Of(sketch.Weight("up", 3, 2, 3, 3)), Argument.None, Ints(2, 2), Ints(0, 0),
            Ints(1, 1), Of(1L), Ints(1, 1)));
        sketch.Output("rectified", sketch.Call("relu", Of(image)));
        var drawn = sketch.Drawn["image"];
        var x = how switch
        {
            "permuted" => NaiveOps.Permute(drawn, [1, 2, 3, 0]),
            "reshaped" => NaiveOps.Reshape(drawn, [2, 3, 5, 4]),
            _ => drawn,
        };

        var program = sketch.Convert();
        var found = sketch.Run(program);

        Near(found["convolved"], NaiveOps.Conv2d(
            x, sketch.Drawn["kernel"], null, new ConvArguments { Padding = 2 }));
        Near(found["transposed"], NaiveOps.ConvTranspose2d(
            x, sketch.Drawn["up"], null, new ConvArguments { Stride = 2, OutputPadding = 1 }));
        found["rectified"].Data.Should().Equal(x.Data.Select(value => Math.Max(value, 0)));
        double[][] unfused = OpCases.Run<float>(program, new PlanOptions { Threads = 1, Fuse = false });
        foreach (bool keepAll in new[] { false, true })
        {
            double[][] other = OpCases.Run<float>(program, new PlanOptions { Threads = 2, KeepAll = keepAll });
            for (int output = 0; output < unfused.Length; output++) other[output].Should().Equal(unfused[output]);
        }
    }

    [Fact]
    public void A_kernel_of_nothing_that_is_a_view_gives_the_bias()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 0, 5, 4);
        int kernel = sketch.Call("reshape", Of(sketch.Weight("kernel", 3, 0)), Ints(3, 0, 2, 2));
        sketch.Output("y", sketch.Call(
            "conv2d", Of(x), Of(kernel), Of(sketch.Weight("bias", 3)), Ints(1, 1), Ints(0, 0), Ints(1, 1), Of(1L)));

        var y = sketch.Run(sketch.Convert())["y"];

        y.Shape.Should().Equal(2, 3, 4, 3);
        for (int i = 0; i < y.Data.Length; i++) y.Data[i].Should().Be(sketch.Drawn["bias"].Data[i / 12 % 3]);
    }

    static void Near(NaiveTensor actual, NaiveTensor expected)
    {
        actual.Shape.Should().Equal(expected.Shape);
        double most = expected.Data.Max(Math.Abs);
        for (int i = 0; i < expected.Data.Length; i++)
            actual.Data[i].Should().BeApproximately(expected.Data[i], 1e-12 * most);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_parameter_that_is_an_output_is_there_whoever_else_reads_it(bool keepAll)
    {
        var sketch = new Sketch();
        int kernel = sketch.Weight("kernel", 4, 3, 2, 3), alone = sketch.Weight("alone", 5, 2);
        sketch.Output("y", sketch.Conv(sketch.Input("x", 1, 3, 5, 6), kernel));
        sketch.Output("kernel", kernel);
        sketch.Output("permuted", sketch.Call("permute", Of(kernel), Ints(1, 0, 3, 2)));
        sketch.Output("alone", sketch.Call("t", Of(alone)));
        sketch.Output("reshaped", sketch.Call("reshape", Of(alone), Ints(10)));
        var drawn = sketch.Drawn;

        double[][] found = OpCases.Run<double>(sketch.Convert(), new PlanOptions { Threads = 1, KeepAll = keepAll });

        found[1].Should().Equal(drawn["kernel"].Data);
        found[2].Should().Equal(NaiveOps.Permute(drawn["kernel"], [1, 0, 3, 2]).Data);
        found[3].Should().Equal(NaiveOps.Permute(drawn["alone"], [1, 0]).Data);
        found[4].Should().Equal(drawn["alone"].Data);
    }
}
