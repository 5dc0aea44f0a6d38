using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Tests.Program;

/// <summary>What a receiver of the tree is told of weights that no leaf holds.</summary>
public sealed class ComputedWeightTests
{
    static Argument Of(int value) => Argument.Value(value);

    [Fact]
    public void A_formula_names_keys_and_calls_and_how_the_weight_would_lie()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 3, 7, 6);
        int v = sketch.Weight("conv.weight_v", 5, 3, 2, 3), g = sketch.Weight("conv.weight_g", 5, 1, 1, 1);
        int unit = sketch.Call("div", Of(v), Of(sketch.Call("linalg_vector_norm", Of(v), Argument.Of(2.0),
            Sketch.Ints(1, 2, 3), Argument.Of(true))));
        sketch.Output("y", sketch.Conv(x, sketch.Call("mul", Of(unit), Of(g)), padding: 1));

        var weight = ComputedWeight.Of(sketch.Convert()).Should().ContainSingle().Subject;

        (weight.Layer, weight.Rule.Leaf).Should().Be(("conv2d3", "kernel"));
        (weight.Rule.Rearrangement.From, weight.Rule.Rearrangement.To).Should().Be(("oihw", "hwio"));
        weight.Fact.Shape.Should().Equal(5, 3, 2, 3);
        weight.Keys.Should().Equal("conv.weight_v", "conv.weight_g");
        weight.Formula.Select(call => call.Text).Should().Equal(
            "aten::linalg_vector_norm(conv.weight_v, 2, [1, 2, 3], True)",
            "aten::div(conv.weight_v, linalg_vector_norm0)", "aten::mul(div1, conv.weight_g)");
        weight.Formula.Select(call => call.Name).Should().Equal("linalg_vector_norm0", "div1", "mul2");
        weight.Formula[0].Fact.Shape.Should().Equal(5, 1, 1, 1);
    }

    [Fact]
    public void A_parameter_that_the_graph_permutes_is_said_to_be()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 4), w = sketch.Weight("w", 4, 4);
        int permuted = sketch.Call("t", Of(w));
        sketch.Output("y", sketch.Call("linear", Of(x), Of(sketch.Call("exp", Of(permuted))), Argument.None));
        // Another reading decides how the weight lies.
        sketch.Output("z", sketch.Call("linear", Of(x), Of(w), Argument.None));
        ComputedWeight.Of(sketch.Convert()).Single().Formula.Single().Text.Should()
            .Be("aten::exp(aten::permute(w, [1, 0]))");
    }

    [Fact]
    public void Stored_weights_and_those_that_an_input_decides_have_none()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 3, 7, 6);
        int kernel = sketch.Call("mul", Of(sketch.Weight("w", 4, 3, 1, 1)), Of(sketch.Call("mean", Of(x))));
        sketch.Output("stored", sketch.Conv(x, sketch.Weight("stored", 4, 3, 1, 1)));
        sketch.Output("decided", sketch.Conv(x, kernel));
        sketch.Output("table", sketch.Call("add", Of(x), Of(sketch.Call("exp", Of(sketch.Weight("t", 6))))));
        ComputedWeight.Of(sketch.Convert()).Should().BeEmpty("a table is no layer's weight");
    }
}
