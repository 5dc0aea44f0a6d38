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

    // Padding meets a window's first row at the edge alone, and a corner meets neither it nor the first column.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    [InlineData(2, 2)]
    public void Each_place_of_a_window_is_looked_at(int row, int column)
    {
        // Of planes that are no smaller than the window.
        foreach (var leaf in _tree.Values.Where(leaf => leaf.Path[0] == "layer1" && leaf.Form == LeafForm.Conv
            && leaf.Shape[0] == 3 && leaf.Shape[1] == 3).ToArray())
        {
            float[] off = leaf.Materialize().ToSingles();
            int tap = leaf.Shape[2] * leaf.Shape[3];
            for (int i = 0; i < tap; i++) off[(((row * 3) + column) * tap) + i] += 0.01f;
            _tree[leaf.FullPath] = leaf.WithElements(Tensor.Of(leaf.Shape, off));
            Observed().Faults.Should().ContainSingle($"{leaf.FullPath} is off");
            _tree[leaf.FullPath] = leaf;
        }
    }

    // One array is scale and bias of two norms: it lies under one name, the statistics under theirs.
    [Theory]
    [InlineData("as it is", "")]
    [InlineData("mean", "var")]
    [InlineData("mean", "mean of the other")]
    [InlineData("scale", "mean")]
    public void Arrays_that_lie_under_their_own_names_beside_one_of_several_are_looked_up(string one, string other)
    {
        var builder = new GraphBuilder();
        int value = builder.Input("x", [2, 3, 4, 5]), shared = builder.Parameter("shared");
        foreach (string norm in (string[])["a", "b"])
        {
            value = builder.Call("aten::batch_norm",
                [
                    Argument.Value(value), Argument.Value(shared), Argument.Value(shared),
                    Argument.Value(builder.Parameter(norm + ".running_mean")),
                    Argument.Value(builder.Parameter(norm + ".running_var")),
                    Argument.Of(false), Argument.Of(0.1), Argument.Of(1e-5), Argument.Of(true),
                ], [], 1, SourcePlace.Unknown with { Module = norm }, norm)[0];
        }
        builder.Output("y", value);
        var weights = new StateDict();
        weights.Add("shared", Tensor.Of([3], [0.5f, 1.5f, 0.75f]));
        weights.Add("a.running_mean", Tensor.Of([3], [0.1f, 0.2f, 0.3f]));
        weights.Add("a.running_var", Tensor.Of([3], [1.1f, 1.2f, 1.3f]));
        weights.Add("b.running_mean", Tensor.Of([3], [0.4f, 0.5f, 0.6f]));
        weights.Add("b.running_var", Tensor.Of([3], [1.4f, 1.5f, 1.6f]));
        using var model = new TorchModel(builder.Build(), weights, "test");
        var program = NhwcPass.Apply(model, [[2, 3, 4, 5]]);
        var tree = program.Variables.Leaves.ToDictionary(leaf => leaf.FullPath, StringComparer.Ordinal);
        string Path(string name) => name switch
        {
            "scale" => tree.Keys.Single(path => !path.StartsWith("batch_stats", StringComparison.Ordinal)),
            "mean of the other" => "batch_stats/b/mean",
            _ => $"batch_stats/a/{name}",
        };
        if (other.Length > 0)
            (tree[Path(one)], tree[Path(other)]) = (tree[Path(other)], tree[Path(one)]);

        var layers = Observed(program, tree);

        layers.Layers.Should().Be(2);
        layers.Faults.Any().Should().Be(other.Length > 0);
    }

    FlaxLayers Observed() => Observed(_program, _tree);

    static FlaxLayers Observed(NhwcProgram program, Dictionary<string, Leaf> tree)
    {
        var layers = new FlaxLayers(program, tree);
        using var session = new CpuRunner(threads: 1).Open(
            Segment.OpenPart(program, program.Nodes), RunMode.EachNode, ElementType.Float64);
        var values = new Harness.Parity.Golden.SeededValues(3);
        foreach (var port in program.Inputs)
            session.Write(port.Value, values.Next(ElementType.Float32, port.Shape!.Value, 2).ToDoubles());
        session.Run(CancellationToken.None);
        var reader = new ValueReader();
        foreach (var node in session.Program.Nodes) layers.Observe(session, node, reader);
        return layers;
    }
}
