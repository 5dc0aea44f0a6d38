using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Verification;
using Harness.Tests.Cpu;
using Harness.Tests.Program;

namespace Harness.Tests.Parity.Verification;

public sealed class FoldCheckTests
{
    [Fact]
    public void Wherever_a_flatten_folds_the_check_is_made()
    {
        var folding = new List<string>();
        foreach (string name in GoldenModels.Traced)
        {
            var (_, folded) = GoldenModels.Open(name, out var file, FlattenMode.Fold);
            file.Dispose();
            if (!folded.Nodes.Any(node => node.Op is FoldedFlatten)) continue;
            folding.Add(name);
            var (_, transposed) = GoldenModels.Open(name, out file);
            file.Dispose();
            FoldCheck.Concerns(transposed).Should().BeTrue(name);
        }
        folding.Should().Contain("vgg_small").And.Contain("guide_cnn");
    }

    [Theory]
    [InlineData("conv1d/flatten_linear", true)]
    [InlineData("conv3d/flatten_linear", true)]
    [InlineData("adaptive_avg_pool3d/before_linear", false)]
    [InlineData("conv1d/as_traced", false)]
    public void Sequences_and_volumes_fold_too(string name, bool folds)
    {
        using var torch = OpCases.Open(name);
        var shapes = OpCases.Shapes(torch);

        FoldCheck.Concerns(NhwcPass.Apply(torch, shapes)).Should().Be(folds);
        NhwcPass.Apply(torch, shapes, FlattenMode.Fold).Nodes.Any(node => node.Op is FoldedFlatten)
            .Should().Be(folds);
    }

    [Fact]
    public void What_a_norm_brings_into_Flaxs_order_folds_as_what_a_window_does()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 5, 3), weight = sketch.Weight("fc.weight", 4, 15);
        int y = sketch.Call(
            "batch_norm", Sketch.Of(x), Argument.None, Argument.None, Sketch.Of(sketch.Buffer("bn.running_mean", 5)),
            Sketch.Of(sketch.Buffer("bn.running_var", 5)), Argument.Of(false), Argument.Of(0.1), Argument.Of(1e-5),
            Argument.Of(true));
        int rows = sketch.Call(
            "flatten", Sketch.Of(sketch.Call("relu", Sketch.Of(y))), Argument.Of(1), Argument.Of(-1));
        sketch.Output("y", sketch.Call("linear", Sketch.Of(rows), Sketch.Of(weight), Argument.None));

        FoldCheck.Concerns(sketch.Convert()).Should().BeTrue();
        var folded = sketch.Convert(FlattenMode.Fold);
        folded.Nodes.Should().ContainSingle(node => node.Op is FoldedFlatten);
        folded.Variables.Leaves.Single(leaf => leaf.TorchKey == "fc.weight").Axes.Should().Be("(wc)o");
    }

    [Fact]
    public void Rows_of_features_lie_in_Flaxs_order_and_are_neither_folded_nor_turned()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 5, 3), weight = sketch.Weight("fc.weight", 4, 15);
        int positive = sketch.Call("relu", Sketch.Of(x));
        int rows = sketch.Call("flatten", Sketch.Of(positive), Argument.Of(1), Argument.Of(-1));
        sketch.Output("y", sketch.Call("linear", Sketch.Of(rows), Sketch.Of(weight), Argument.None));

        FoldCheck.Concerns(sketch.Convert()).Should().BeFalse();
        sketch.Convert(FlattenMode.Fold).Nodes.Select(node => node.Op.Name)
            .Should().Equal("ReLU", "Flatten", "Linear");
    }

    [Fact]
    public void A_model_without_a_flattened_plane_is_not_converted_twice()
    {
        var (_, model) = GoldenModels.Open("resnet_small", out var file);
        file.Dispose();

        FoldCheck.Concerns(model).Should().BeFalse("its planes are averaged to 1×1 before they are flattened");
    }
}
