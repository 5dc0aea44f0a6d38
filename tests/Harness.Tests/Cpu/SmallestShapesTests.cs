using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Tests.Program;
using static Harness.Tests.Program.Sketch;

namespace Harness.Tests.Cpu;

/// <summary>Values without axes, and axes without elements: whatever asks a shape for its first axis, or divides by an
/// extent, meets them.</summary>
public sealed class SmallestShapesTests
{
    [Fact]
    public void A_value_without_axes_goes_from_step_to_step()
    {
        var sketch = new Sketch();
        int sum = sketch.Call("sum", Of(sketch.Input("x", 2, 3)), Ints(0, 1), Argument.Of(false));
        sketch.Output("y", sketch.Call("tanh", Of(sketch.Call("abs", Of(sketch.Call("neg", Of(sum)))))));

        double[] y = sketch.Run(sketch.Convert())["y"].Data;

        y.Should().ContainSingle().Which.Should()
            .BeApproximately(Math.Tanh(Math.Abs(sketch.Drawn["x"].Data.Sum())), 1e-12);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(2, 4)]
    [InlineData(2, 3, 4)]
    public void Rows_without_elements_give_the_bias(params int[] outer)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            var sketch = new Sketch();
            int x = sketch.Input("x", [.. outer, 5]);
            int none = sketch.Call(
                "slice", Of(x), Argument.Of((long)outer.Length), Argument.Of(2L), Argument.Of(2L),
                Argument.Of(1L));
            int weight = sketch.Weight("w", 7, 0), bias = sketch.Weight("b", 7);
            sketch.Output("y", sketch.Call("relu", Of(sketch.Call("linear", Of(none), Of(weight), Of(bias)))));
            double[] expected = [.. sketch.Drawn["b"].Data.Select(value => Math.Max(value, 0))];

            double[] y = OpCases.Run<double>(sketch.Convert(), new PlanOptions { Threads = threads })[0];

            y.Chunk(7).Should().HaveCount(outer.Aggregate(1, (a, b) => a * b))
                .And.AllSatisfy(row => row.Should().Equal(expected));
        }
    }

    [Fact]
    public void Rows_of_no_features_come_out_of_a_product()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 5);
        int none = sketch.Call("linear", Of(x), Of(sketch.Weight("w", 0, 5)), Argument.None);
        sketch.Output("y", sketch.Call("relu", Of(none)));
        sketch.Output("z", sketch.Call("cat", Argument.Of([Of(none), Of(x)]), Argument.Of(1L)));

        var outputs = sketch.Run(sketch.Convert());

        outputs["y"].Shape.Should().Equal(2, 0);
        outputs["z"].Data.Should().Equal(sketch.Drawn["x"].Data);
    }
}
