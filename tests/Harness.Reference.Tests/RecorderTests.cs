using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Verification;
using Harness.Reference.Recording;
using static TorchSharp.torch;
using Tensor = Harness.Executor.Model.Tensor;

namespace Harness.Reference.Tests;

public sealed class RecorderTests
{
    public RecorderTests() => Native.TorchLibrary.Load();

    /// <summary>All goldens of one operator, and of models those that cost little: the night records the large ones
    /// anew (Cake's CompareGoldens), which takes minutes.</summary>
    public static TheoryData<string> Committed =>
        [.. GoldenSearch.Below(Path.Combine(Repository.Root, "golden"))
            .Where(folder => CaseCost.Of(new VerifyRequest(folder)).Nanoseconds < 1_000_000_000)
            .Select(folder => Path.GetRelativePath(Repository.Root, folder)).Order(StringComparer.Ordinal)];

    // Recording a traced file demands that the walk and libtorch's own run of the file agree to 1e-10.
    [Theory]
    [MemberData(nameof(Committed))]
    public void A_committed_golden_is_what_libtorch_computes(string golden)
    {
        Record(golden);
        // Its weights and values are garbage that nothing else here would hurry to collect.
        if (golden.Contains("models", StringComparison.Ordinal)) GC.Collect();
    }

    [Fact]
    public void Weights_given_apart_reach_libtorchs_own_run_too()
    {
        string path = Repository.Model("guide_cnn");
        using var model = ModelFile.Open(path, "seed:7");
        var input = new SeededValues(1).Next(ElementType.Float32, [2, 3, 12, 9], 2);
        var recorder = new Recorder(model, path, ownWeights: false, CPU);
        var (document, _) = recorder.Record(new("model.pt", "0"), new(null, 7, "0"), [input]);
        document.Outputs.Should().ContainSingle().Which.Shape.Should().Equal(2, 7);
    }

    [Fact]
    public void A_walk_that_leaves_libtorchs_run_is_refused_with_the_first_node_that_no_right_output_clears()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x");
        int shared = Call("trunk", x), right = Call("right", shared), wrong = Call("wrong", shared);
        builder.Output("a", right);
        builder.Output("b", wrong);
        var graph = builder.Build();
        var expected = ImmutableArray.Create(Tensor.Of([2], [1.0, 2]), Tensor.Of([2], [1.0, 2]));

        Agree(2 + 1e-11);
        var act = () => Agree(2 + 1e-9);

        var finding = act.Should().Throw<ModelException>().Which.Finding;
        finding.Place.Should().Be("m.pt");
        finding.Message.Should().Contain("output 'b'").And.Contain("5.0e-10").And.Contain("'wrong' (aten::relu");

        int Call(string name, int value) =>
            builder.Call("aten::relu", [Argument.Value(value)], [], 1, SourcePlace.Unknown, name)[0];

        void Agree(double second) =>
            Agreement.Demand("m.pt", graph, [("a", expected[0]), ("b", Tensor.Of([2], [1.0, second]))], expected);
    }

    // The walk without the casts against the file as it is, in its own types; the truth beside it by PyTorch itself.
    [Theory]
    [InlineData("half_weights", 2)]
    [InlineData("half_weights_in_trace", 2)]
    [InlineData("layer_norm_float32_cast", 2)]
    public void A_trace_with_casts_is_recorded_without_them_and_says_how_many(string name, int casts)
    {
        string folder = Path.Combine(Repository.Root, "tests", "Harness.Tests", "Formats", "fixtures", "casts");
        string path = Path.Combine(folder, name + ".pt");
        using var model = ModelFile.Open(path);
        var (document, tensors) = new Recorder(model, path, ownWeights: true, CPU).Record(
            new("model.pt", "0"), new(null, null, "0"), [NpyFile.Read(Path.Combine(folder, name + ".input.npy"))]);

        document.CastsLifted.Should().Be(casts);
        document.Float32Noise.Overall.Should().BeInRange(1e-9, 1e-5);
        Agreement.Scaled(
            tensors["output.0"].ToDoubles(), NpyFile.Read(Path.Combine(folder, name + ".output.npy")).ToDoubles())
            .Should().BeLessThan(1e-12);
    }

    [Theory]
    [InlineData(3.9, null)]
    [InlineData(4.1, "4.1e+0 times its float32 noise, with the file's casts lifted in the walk, permitted 4e+0")]
    public void A_file_run_as_it_is_may_lie_four_times_float32s_noise_away(double factor, string? refusal)
    {
        var builder = new GraphBuilder();
        builder.Output("a", builder.Call("aten::relu", [Argument.Value(builder.Input("x"))], [], 1,
            SourcePlace.Unknown, "act")[0]);
        var graph = builder.Build();
        var exact = Tensor.Of([2], [1.0, 2]);
        var act = () => Agreement.DemandWithinNoise("m.pt", graph, [("a", exact)],
            [("a", Tensor.Of([2], [1.0, 2 + 1e-5]))], [Tensor.Of([2], [1.0 - factor * 1e-5, 2])]);
        if (refusal is null) act.Should().NotThrow();
        else act.Should().Throw<ModelException>().Which.Finding.Message.Should().Contain(refusal);
    }

    [Theory]
    [InlineData(new[] { 1, double.NaN }, new[] { 1, double.NaN }, 0)]
    [InlineData(new[] { 1, double.NaN }, new[] { double.NaN, 1 }, double.PositiveInfinity)]
    [InlineData(new[] { double.NegativeInfinity, 3 }, new[] { double.NegativeInfinity, 4 }, 0.25)]
    [InlineData(new[] { double.NegativeInfinity, 4 }, new[] { double.PositiveInfinity, 4 }, double.PositiveInfinity)]
    [InlineData(new[] { 1e-300, 0 }, new[] { 0.0, 0 }, double.PositiveInfinity)]
    public void Differences_are_scaled_and_know_what_is_not_finite(double[] actual, double[] expected, double scaled) =>
        Agreement.Scaled(actual, expected).Should().Be(scaled);

    // Computed by the formula in Python: SplitMix64 from the seed, eight 16-bit uniform numbers a value.
    [Fact]
    public void Seeded_values_have_the_same_bits_everywhere()
    {
        var values = new SeededValues(0).Next(ElementType.Float32, [2, 2], 8).ToSingles();
        values.Select(BitConverter.SingleToUInt32Bits).Should().Equal(0x3F8DE5EF, 0xBE71D467, 0xBF2A0B1B, 0xBF3C06EC);
        new SeededValues(0).Next(ElementType.Int64, [4], 8).As<long>().ToArray().Should().Equal(7, 4, 7, 4);
    }

    [Fact]
    public void Seeded_values_look_normal()
    {
        var values = new SeededValues(5).Next(ElementType.Float32, [100, 100], 8).ToDoubles();
        var statistics = Statistics.Of(values);
        statistics.Mean.Should().BeApproximately(0, 0.03);
        statistics.Std.Should().BeApproximately(1, 0.03);
        statistics.Max.Should().BeInRange(3, 5);
    }

    static void Record(string golden)
    {
        var committed = GoldenStore.Read(Path.Combine(Repository.Root, golden));
        string? weights = Earlier.Of(committed.Directory)!.Weights;
        string path = committed.ModelPath ?? $"arch:{committed.Document.Model.Architecture}";
        using var model = ModelFile.Open(path, weights);
        // A backward pass of VGG-16 takes gigabytes.
        var recorder = new Recorder(model, path, weights is null, CPU) { MeasuresSensitivity = !model.IsArchitecture };
        var (document, tensors) = recorder.Record(
            committed.Document.Model, committed.Document.Weights,
            [.. committed.Document.Inputs.Select(committed.Input)]);

        document.Outputs.Select(port => port.Name).Should()
            .Equal(committed.Document.Outputs.Select(port => port.Name));
        document.Probes.Select(probe => (probe.Node, probe.Type)).Should()
            .Equal(committed.Document.Probes.Select(probe => (probe.Node, probe.Type)));
        foreach (var (name, expected) in committed.Tensors)
            Agreement.Scaled(tensors[name].ToDoubles(), expected.ToDoubles()).Should().BeLessThan(1e-12, name);
        Sha256Hash.Of(model.Weights).Should().Be(committed.Document.Weights.Sha256);
    }
}
