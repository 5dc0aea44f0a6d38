using System.IO.Hashing;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Formats.Weights;

namespace Harness.Tests.Formats;

public sealed class WeightsFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly TorchModel _net = ModelFile.Open(Fixtures.Path("net.pt"));

    public void Dispose()
    {
        _net.Dispose();
        _folder.Dispose();
    }

    void ShouldEqualNet(StateDict weights)
    {
        foreach (var parameter in _net.Graph.Parameters)
            weights[parameter.Key].Bytes.ToArray().Should()
                .Equal(_net.Weights[parameter.Key].Bytes.ToArray(), parameter.Key);
    }

    [Fact]
    public void Every_kind_of_file_gives_the_same_tensors()
    {
        SafetensorsFile.Write(_folder["net.bin"], _net.Weights);
        NpzFile.Write(_folder["net.zip"], _net.Weights);
        ShouldEqualNet(WeightsFile.Open(_folder["net.bin"], _net.Graph));
        ShouldEqualNet(WeightsFile.Open(_folder["net.zip"], _net.Graph));
        ShouldEqualNet(WeightsFile.Open(Fixtures.Path("net.pth"), _net.Graph));
        ShouldEqualNet(WeightsFile.Open(Fixtures.Path("net.pt"), _net.Graph));
    }

    [Fact]
    public void A_checkpoint_with_one_state_dict_is_taken_and_said()
    {
        var notes = new List<string>();
        ShouldEqualNet(WeightsFile.Open(Fixtures.Path("checkpoint.pth"), _net.Graph, notes.Add));
        notes.Should().ContainSingle().Which.Should().Contain("weights are those under 'state_dict'");
    }

    public static TheoryData<string, ElementType, int[], double[]> Stored => new()
    {
        { "bfloat16", ElementType.BFloat16, [3], [1.5, -2.25, 3] },
        { "float16", ElementType.Float16, [3], [1.5, -2.25, 3] },
        { "float32", ElementType.Float32, [3], [1.5, -2.25, 3] },
        { "float64", ElementType.Float64, [3], [1.5, -2.25, 3] },
        { "int64", ElementType.Int64, [3], [1, 0, 3] },
        { "int32", ElementType.Int32, [3], [1, 0, 3] },
        { "int16", ElementType.Int16, [3], [1, 0, 3] },
        { "int8", ElementType.Int8, [3], [1, 0, 3] },
        { "uint8", ElementType.UInt8, [3], [1, 0, 3] },
        { "bool", ElementType.Bool, [3], [1, 0, 1] },
        { "int64_large", ElementType.Int64, [2], [1L << 40, -(1L << 40)] },
        { "turned", ElementType.Float32, [3, 2], [0, 3, 1, 4, 2, 5] },
        { "tail", ElementType.Float32, [4], [5, 6, 7, 8] },
        { "window", ElementType.Float32, [2, 2], [5, 6, 9, 10] },
    };

    // Of a state dict that real PyTorch saved.
    [Theory]
    [MemberData(nameof(Stored))]
    public void Every_type_and_every_view_of_a_storage_is_what_PyTorch_wrote(
        string key, ElementType type, int[] shape, double[] elements)
    {
        WeightSlot[] slots = [.. Stored.Select(row => new WeightSlot(
            (string)row[0], Shape.Create((int[])row[2]), (ElementType)row[1]))];

        var weights = WeightsFile.Map(Fixtures.Path("types.pth"), slots, null, out var file);

        using (file)
        {
            (weights[key].Type, weights[key].Shape).Should().Be((type, Shape.Create(shape)));
            weights[key].ToDoubles().Should().Equal(elements);
        }
    }

    [Fact]
    public void What_does_not_fit_is_listed_in_one_line()
    {
        var wrong = _net.Weights.Where(w => w.Key != "fc.bias")
            .Select(w => w.Key == "scale" ? new(w.Key, Tensor.Of([2], [1f, 2])) : w)
            .Append(new("head.weight", Tensor.Of([1], [1f])));
        SafetensorsFile.Write(_folder["x"], wrong);
        var open = () => WeightsFile.Open(_folder["x"], _net.Graph);
        var thrown = open.Should().Throw<ModelFormatException>().Which;
        thrown.Code.Should().Be(Codes.WeightsDoNotFit);
        thrown.Message.Should().Be("weights do not fit the graph: 1 missing (fc.bias); 1 unexpected (head.weight); "
            + "1 of another shape or type (scale: (2), expected (4, 1, 1)); are these the weights of this model?");
    }

    [Fact]
    public void Keys_of_a_parallel_model_are_explained()
    {
        SafetensorsFile.Write(_folder["x"], _net.Weights.Select(w => KeyValuePair.Create("module." + w.Key, w.Value)));
        var open = () => WeightsFile.Open(_folder["x"], _net.Graph);
        open.Should().Throw<ModelFormatException>().WithMessage("*save model.module.state_dict()");
    }

    [Theory]
    [InlineData("whole_module.pth", "pickle asks for 'torch.nn.modules.linear.Linear', which is refused")]
    [InlineData("grid.npy", "these are no weights")]
    [InlineData("absent", "no such file")]
    public void What_is_no_weights_file_is_refused(string fixture, string reason)
    {
        var open = () => WeightsFile.Open(Fixtures.Path(fixture), _net.Graph);
        open.Should().Throw<ModelFormatException>().WithMessage($"*{reason}*").Which.Code.Should()
            .Be(Codes.ModelUnreadable);
    }

    [Fact]
    public void Seeded_weights_are_these_bits_on_every_machine()
    {
        var weights = WeightsFile.Open("seed:7", _net.Graph);
        var crc = new Crc32();
        foreach (string key in _net.Graph.Parameters.Select(p => p.Key).Order(StringComparer.Ordinal))
            crc.Append(weights[key].Bytes.Span);
        crc.GetCurrentHashAsUInt32().Should().Be(3534112788, "an independent program computed it");
        weights["fc.weight"].As<float>()[0].Should().Be(0.23947677f);
    }

    [Fact]
    public void Seeded_weights_keep_activations_alive()
    {
        var weights = WeightsFile.Open("seed:1", _net.Graph);
        foreach (var (key, tensor) in weights)
        {
            tensor.ToDoubles().Should().NotContain(0, key);
            tensor.ToDoubles().Distinct().Should().HaveCountGreaterThan(1, key);
        }
        weights["seq.0.weight"].ToDoubles().Should().OnlyContain(w => Math.Abs(w) < Math.Sqrt(3 / 27.0));
        weights["seq.1.running_var"].ToDoubles().Should().OnlyContain(v => v >= 0.5 && v < 2);
        weights["seq.1.weight"].ToDoubles().Should().OnlyContain(v => v > 0.7 && v < 1.3);
        weights["fc.bias"].ToDoubles().Should().OnlyContain(v => Math.Abs(v) < 0.13);
    }

    [Fact]
    public void A_key_s_stream_depends_on_seed_and_key_alone()
    {
        var one = new GraphBuilder();
        one.Parameter("a.weight", [3, 5]);
        var two = new GraphBuilder();
        two.Parameter("z.weight", [3, 5]);
        two.Parameter("a.weight", [3, 5]);
        byte[] first = WeightsFile.Open("seed:1", one.Build())["a.weight"].Bytes.ToArray();
        WeightsFile.Open("seed:1", two.Build())["a.weight"].Bytes.ToArray().Should().Equal(first);
        WeightsFile.Open("seed:1", two.Build())["z.weight"].Bytes.ToArray().Should().NotEqual(first);
        WeightsFile.Open("seed:2", one.Build())["a.weight"].Bytes.ToArray().Should().NotEqual(first);
    }

    [Theory]
    [InlineData("seed:")]
    [InlineData("seed:-1")]
    [InlineData("seed:1.5")]
    public void A_seed_is_a_whole_number(string spec)
    {
        var open = () => WeightsFile.Open(spec, _net.Graph);
        open.Should().Throw<ModelFormatException>().Which.Code.Should().Be(Codes.BadUsage);
    }

    [Fact]
    public void Damaged_state_dicts_give_weights_or_a_finding() =>
        HostileBytes.Demand(Fixtures.Bytes("net.pth"), 97, 600, bytes =>
        {
            File.WriteAllBytes(_folder["x"], bytes);
            WeightsFile.Open(_folder["x"], _net.Graph);
        });
}
