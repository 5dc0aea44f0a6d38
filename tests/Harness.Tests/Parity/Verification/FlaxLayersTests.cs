using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

/// <summary>Trees that the converter could write without noticing: whoever looks arrays up as Flax does,
/// notices.</summary>
public sealed class FlaxLayersTests : IDisposable
{
    readonly TorchModel _torch = ModelFile.Open(Path.Combine(GoldenModels.Folder, "resnet_small", "model.pt"));
    readonly NhwcProgram _program;
    readonly Dictionary<string, Leaf> _tree;

    public FlaxLayersTests()
    {
        _program = NhwcPass.Apply(_torch, InputShapes.Infer(_torch, square: false));
        _tree = _program.Variables.Leaves.ToDictionary(leaf => leaf.FullPath, StringComparer.Ordinal);
    }

    public void Dispose() => _torch.Dispose();

    [Fact]
    public void The_tree_as_it_is_gives_what_the_run_gives_in_every_layer()
    {
        var layers = Observed();

        layers.Faults.Should().BeEmpty();
        layers.Layers.Should().Be(_program.Nodes.Count(node => !node.Op.Weights.IsEmpty));
    }

    [Theory]
    [InlineData("params/bn1/scale", "params/bn1/bias")]
    [InlineData("batch_stats/bn1/mean", "batch_stats/bn1/var")]
    public void Arrays_under_each_other_s_names_are_noticed(string one, string other)
    {
        (_tree[one], _tree[other]) = (_tree[other], _tree[one]);
        Observed().Faults.Should().NotBeEmpty().And.OnlyContain(fault => fault.Contains("'bn1'"));
    }

    [Fact]
    public void A_statistic_among_the_parameters_is_noticed()
    {
        _tree["params/bn1/mean"] = _tree["batch_stats/bn1/mean"];
        _tree.Remove("batch_stats/bn1/mean");
        Observed().Faults.Should().ContainSingle().Which.Should().Contain("'batch_stats/bn1/mean' is not in the tree");
    }

    [Theory]
    [InlineData("oihw", "hwoi")]
    [InlineData("oihw", "whio")]
    [InlineData("oihw", "oihw")]
    public void A_kernel_with_other_axes_is_noticed(string from, string to)
    {
        // A kernel of as many inputs as outputs and a square window, whose shape says nothing.
        var kernel = _tree.Values.First(leaf => leaf.Form == LeafForm.Conv
            && leaf.Source.Shape[0] == leaf.Source.Shape[1] && leaf.Source.Shape[2] > 1);
        _tree[kernel.FullPath] = kernel with { Rearrangement = new Rearrangement(from, to) };
        Observed().Faults.Should().ContainSingle().Which.Should().Contain(string.Join('/', kernel.Path[..^1]));
    }

    [Fact]
    public void A_weight_that_is_off_by_a_millionth_is_noticed_in_every_array()
    {
        foreach (var leaf in _tree.Values.Where(leaf => leaf.Form != LeafForm.Array).ToArray())
        {
            float[] off = Array.ConvertAll(leaf.Materialize().ToSingles(), weight => weight * (1 + 1e-6f));
            _tree[leaf.FullPath] = leaf.WithElements(Tensor.Of(leaf.Shape, off));
            Observed().Faults.Should().ContainSingle(leaf.FullPath).Which.Should()
                .Contain($"'{string.Join('/', leaf.Path[..^1])}'");
            _tree[leaf.FullPath] = leaf;
        }
    }

    FlaxLayers Observed()
    {
        var layers = new FlaxLayers(_program, _tree);
        using var session = new CpuRunner(threads: 1).Open(
            Segment.OpenPart(_program, _program.Nodes), RunMode.EachNode, ElementType.Float64);
        var values = new Harness.Parity.Golden.SeededValues(3);
        foreach (var port in _program.Inputs)
            session.Write(port.Value, values.Next(ElementType.Float32, port.Shape!.Value, 2).ToDoubles());
        session.Run(CancellationToken.None);
        layers.Observe(session);
        return layers;
    }
}
