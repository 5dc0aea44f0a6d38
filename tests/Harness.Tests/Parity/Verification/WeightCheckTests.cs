using System.Collections.Immutable;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

public sealed class WeightCheckTests : IDisposable
{
    readonly SyntheticCase _case = new();
    readonly TorchModel _model;
    readonly Variables _variables;

    public WeightCheckTests()
    {
        _model = ModelFile.Open(_case.Model, _case.Weights);
        _variables = NhwcPass.Apply(_model, [[2, 3, 7, 9]]).Variables;
    }

    public void Dispose()
    {
        _model.Dispose();
        _case.Dispose();
    }

    [Theory]
    [InlineData(FlattenMode.Transpose)]
    [InlineData(FlattenMode.Fold)]
    public void Honest_variables_survive(FlattenMode flatten) =>
        WeightCheck.Faults(_model, NhwcPass.Apply(_model, [[2, 3, 7, 9]], flatten).Variables).Should().BeEmpty();

    [Fact]
    public void Every_single_flipped_bit_of_a_leaf_is_found()
    {
        var leaf = _variables.Leaves.First(l => l.TorchKey == "conv.weight");
        for (int bit = 0; bit < leaf.Source.Bytes.Length * 8; bit += 37)
        {
            byte[] bytes = leaf.Materialize().Bytes.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var damaged = leaf.WithElements(new Tensor(leaf.Type, leaf.Shape, bytes));

            Faults(leaf, damaged).Should().ContainSingle().Which.Should().Contain("params/conv/kernel")
                .And.Contain("other bits");
        }
    }

    [Fact]
    public void A_wrong_rearrangement_is_found_even_where_the_shape_allows_it()
    {
        var leaf = _variables.Leaves.First(l => l.TorchKey == "conv.weight");
        var swapped = new Rearrangement("hwio", "whio").Apply(leaf.Materialize());

        Faults(leaf, leaf.WithElements(swapped)).Should().ContainSingle();
    }

    [Fact]
    public void A_leaf_of_another_type_shape_or_key_is_found()
    {
        var leaf = _variables.Leaves.First(l => l.TorchKey == "fc.bias");

        Faults(leaf, leaf.WithElements(Tensor.Of(leaf.Shape, leaf.Source.ToDoubles())))
            .Should().ContainSingle().Which.Should().Contain("comes back as float64 (6)");
        Faults(leaf, leaf with { TorchKey = "fc.bios" }).Should().HaveCount(2);
        Faults(leaf, leaf.WithElements(Tensor.Of([2, 3], leaf.Source.As<float>()))).Should().ContainSingle();
    }

    [Fact]
    public void A_key_used_twice_a_leaf_twice_and_a_key_lost_are_found()
    {
        var leaf = _variables.Leaves[0];
        WeightCheck.Faults(_model, _variables with { Leaves = _variables.Leaves.Add(leaf) })
            .Should()
                .BeEquivalentTo($"leaf '{leaf.FullPath}' is produced 2 times", $"'{leaf.TorchKey}' is used 2 times");
        WeightCheck.Faults(_model, _variables with { Leaves = _variables.Leaves.RemoveAt(0) })
            .Should().ContainSingle().Which.Should().Contain("neither used nor dropped");
    }

    [Fact]
    public void A_key_that_the_outputs_depend_on_cannot_be_dropped()
    {
        var leaf = _variables.Leaves[0];
        WeightCheck.Faults(
            _model, _variables with { Leaves = _variables.Leaves.RemoveAt(0), Dropped = [leaf.TorchKey] })
            .Should().ContainSingle().Which.Should().Contain("the outputs depend on it");
        WeightCheck.Faults(_model, _variables with { Dropped = [leaf.TorchKey] }).Should()
            .Contain($"'{leaf.TorchKey}' is used and dropped");
        WeightCheck.Faults(_model, _variables with { Dropped = ["nowhere"] }).Should().ContainSingle();
    }

    [Fact]
    public void A_key_that_no_call_reads_may_be_dropped()
    {
        var weights = new StateDict();
        foreach (var (key, tensor) in _model.Weights) weights.Add(key, tensor);
        weights.Add("bn.num_batches_tracked", Tensor.Of([], (ReadOnlySpan<long>)[7]));
        using var tracked = new TorchModel(_model.Graph, weights, "test");

        WeightCheck.Faults(tracked, _variables with { Dropped = ["bn.num_batches_tracked"] }).Should().BeEmpty();
        WeightCheck.Faults(tracked, _variables).Should().ContainSingle();
    }

    ImmutableArray<string> Faults(Leaf old, Leaf changed) =>
        WeightCheck.Faults(_model, _variables with { Leaves = _variables.Leaves.Replace(old, changed) });
}
