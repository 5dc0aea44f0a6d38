using Harness.Executor.Program;
using Harness.Parity.Verification;

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

    [Fact]
    public void A_model_without_a_flattened_plane_is_not_converted_twice()
    {
        var (_, model) = GoldenModels.Open("resnet_small", out var file);
        file.Dispose();

        FoldCheck.Concerns(model).Should().BeFalse("its planes are averaged to 1×1 before they are flattened");
    }
}
