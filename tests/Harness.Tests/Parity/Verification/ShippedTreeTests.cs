using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

public sealed class ShippedTreeTests : IDisposable
{
    readonly SyntheticCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public void What_a_plan_packs_are_the_bytes_that_were_read_back()
    {
        using var model = ModelFile.Open(_case.Model, _case.Weights);
        var program = NhwcPass.Apply(model, [[2, 3, 7, 9]]);
        var before = program;

        using var tree = ShippedTree.Bind(ref program);

        foreach (var value in program.Values.Where(value => value.Leaf is not null))
        {
            value.Leaf!.Elements.Should().NotBeNull(value.Name);
            value.Elements().Bytes.ToArray().Should().Equal(before.Values[value.Id].Elements().Bytes.ToArray());
        }
        program.Variables.Leaves.Should().HaveCount(8).And.OnlyContain(leaf => leaf.Elements != null);
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        using var model = ModelFile.Open(_case.Model, _case.Weights);
        var program = NhwcPass.Apply(model, [[2, 3, 7, 9]]);
        string[] before = Directory.GetFiles(Path.GetTempPath(), "harness-*.msgpack");

        ShippedTree.Bind(ref program).Dispose();

        Directory.GetFiles(Path.GetTempPath(), "harness-*.msgpack").Except(before).Should().BeEmpty();
        program.Invoking(bound => bound.Values.First(value => value.Leaf is not null).Elements())
            .Should().Throw<ObjectDisposedException>();
    }

    // Cases of one model with other inputs: written once, unless what ships is not the same.
    [Fact]
    public void A_program_with_the_same_leaves_finds_the_bytes_and_any_other_does_not()
    {
        using var model = ModelFile.Open(_case.Model, _case.Weights);
        var (first, second) = (NhwcPass.Apply(model, [[2, 3, 7, 9]]), NhwcPass.Apply(model, [[1, 3, 7, 9]]));
        using var open = new OpenModel();

        var tree = open.Ship(ref first, FlattenMode.Transpose);
        open.Ship(ref second, FlattenMode.Transpose).Should().BeSameAs(tree);
        tree.Faults(model, second).Should().BeEmpty();

        foreach (var change in (Func<Leaf, Leaf>[])
        [
            leaf => leaf with { Collection = "cache" },
            leaf => leaf with { Path = [.. leaf.Path[..^1], "weights"] },
            leaf => leaf with { Rearrangement = new Rearrangement("oihw", "hwoi") },
            leaf => leaf with { Form = LeafForm.Array },
            leaf => leaf with { Aliases = ["other"] },
            leaf => leaf with { Source = Tensor.Of(leaf.Source.Shape, leaf.Source.ToSingles()) },
            leaf => leaf.WithElements(leaf.Materialize()),
        ])
        {
            var program = NhwcPass.Apply(model, [[2, 3, 7, 9]]);
            var kernel = program.Variables.Leaves.Single(leaf => leaf.FullPath == "params/conv/kernel");
            program = program with
            {
                Variables = program.Variables with
                {
                    Leaves = program.Variables.Leaves.Replace(kernel, change(kernel)),
                },
            };
            tree.TryBind(ref program).Should().BeFalse();
        }
        var fewer = NhwcPass.Apply(model, [[2, 3, 7, 9]]);
        fewer = fewer with { Variables = fewer.Variables with { Leaves = fewer.Variables.Leaves[..^1] } };
        tree.TryBind(ref fewer).Should().BeFalse();
        fewer = NhwcPass.Apply(model, [[2, 3, 7, 9]]);
        fewer = fewer with { Variables = fewer.Variables with { Dropped = [.. fewer.Variables.Dropped, "more"] } };
        tree.TryBind(ref fewer).Should().BeFalse();
    }

    [Fact]
    public void Narrow_bytes_of_a_wide_weight_are_bound_as_wide_as_it_is()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [2, 3]);
        int exact = builder.Parameter("exact"), other = builder.Parameter("other");
        int y = builder.Call("aten::add", [Argument.Value(x), Argument.Value(exact)], [], 1, SourcePlace.Unknown,
            "a")[0];
        builder.Output("y", builder.Call(
            "aten::mul", [Argument.Value(y), Argument.Value(other)], [], 1, SourcePlace.Unknown, "b")[0]);
        var weights = new StateDict();
        weights.Add("exact", Tensor.Of([3], [0.5, 1, -2]));
        weights.Add("other", Tensor.Of([3], [0.1, 1e300, -2]));
        using var model = new TorchModel(builder.Build(), weights, "test");
        var program = NhwcPass.Apply(model, [[2, 3]]);

        FlaxTree.Of(program.Variables).Arrays.Select(array => array.Type)
            .Should().Equal(ElementType.Float32, ElementType.Float64);
        using var tree = ShippedTree.Bind(ref program);

        WeightCheck.Faults(model, program).Should().BeEmpty();
        program.Variables.Leaves.Select(leaf => leaf.Materialize().As<double>()[0]).Should().Equal(0.5, 0.1);
    }

    // Loops over PyTorch's indices; nothing here knows the letters.
    [Fact]
    public void The_bytes_hold_a_convolution_as_hwio_and_a_linear_as_in_out()
    {
        using var model = ModelFile.Open(_case.Model, _case.Weights);
        var program = NhwcPass.Apply(model, [[2, 3, 7, 9]]);
        using var tree = ShippedTree.Bind(ref program);
        var leaves = program.Variables.Leaves.ToDictionary(leaf => leaf.FullPath, leaf => leaf.Materialize());

        float[] conv = model.Weights["conv.weight"].ToSingles(), kernel = leaves["params/conv/kernel"].ToSingles();
        for (int o = 0; o < 3; o++)
            for (int i = 0; i < 3; i++)
                for (int h = 0; h < 3; h++)
                    for (int w = 0; w < 3; w++)
                        kernel[(((((h * 3) + w) * 3) + i) * 3) + o].Should()
                            .Be(conv[(((((o * 3) + i) * 3) + h) * 3) + w]);
        float[] linear = model.Weights["fc.weight"].ToSingles(), dense = leaves["params/fc/kernel"].ToSingles();
        for (int o = 0; o < 6; o++)
            for (int i = 0; i < 60; i++)
                dense[(i * 6) + o].Should().Be(linear[(o * 60) + i]);
    }
}
