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

    // The class of the module is in no program of ours: its attributes are read, nothing of it runs.
    [Theory]
    [InlineData("net_legacy.pth", null)]
    [InlineData("net_module_legacy.pth", null)]
    [InlineData("net_module.pth", "'net.' is taken off")]
    [InlineData("two_state_dicts.pth#state_dict", "weights are those under 'state_dict'")]
    public void What_PyTorch_saves_gives_the_tensors_whatever_is_around_them(string file, string? said)
    {
        var notes = new List<string>();
        ShouldEqualNet(WeightsFile.Open(Fixtures.Path(file), _net.Graph, notes.Add));
        if (said is null) notes.Should().BeEmpty();
        else notes.Should().Contain(note => note.Contains(said));
    }

    [Fact]
    public void Of_two_state_dicts_that_fit_neither_is_guessed()
    {
        var open = () => WeightsFile.Open(Fixtures.Path("two_state_dicts.pth"), _net.Graph);
        var thrown = open.Should().Throw<ModelFormatException>().Which;
        thrown.Code.Should().Be(Codes.WeightsDoNotFit);
        thrown.Message.Should().Contain("2 state dicts in it fit the graph (state_dict, ema.module)").And
            .EndWith("say which as FILE#KEY");
        var averaged = WeightsFile.Open(Fixtures.Path("two_state_dicts.pth#ema.module"), _net.Graph);
        averaged["fc.bias"].ToDoubles().Should()
            .Equal(_net.Weights["fc.bias"].ToDoubles().Select(value => value + 1));
        var absent = () => WeightsFile.Open(Fixtures.Path("two_state_dicts.pth#model"), _net.Graph);
        absent.Should().Throw<ModelFormatException>().Which.Message.Should()
            .Be("there is no state dict 'model' in it; there are state_dict, ema.module, optimizer.state.0");
    }

    [Fact]
    public void A_file_is_listed_with_all_that_it_holds()
    {
        WeightsFile.List(Fixtures.Path("two_state_dicts.pth")).Select(one => (one.Key, one.Tensors.Count)).Should()
            .Equal(("state_dict", 9), ("ema.module", 9), ("optimizer.state.0", 1));
        WeightsFile.Is(Fixtures.Path("net_legacy.pth")).Should().BeTrue();
        WeightsFile.Is(Fixtures.Path("net.pt")).Should().BeFalse("it is a model");
    }

    [Fact]
    public void Prefixes_go_where_that_makes_every_name_fit_and_only_there()
    {
        var notes = new List<string>();
        Write("module._orig_mod.", _net.Weights);
        ShouldEqualNet(WeightsFile.Open(_folder["x"], _net.Graph, notes.Add));
        notes.Should().ContainSingle().Which.Should().Contain("'module._orig_mod.' is taken off");

        Write("module.", _net.Weights.Where(entry => entry.Key != "fc.bias"));
        Misfit().Should().Be("weights whose names begin with 'module.' do not fit the graph: 1 missing (fc.bias); "
            + "are these the weights of this model?");

        SafetensorsFile.Write(_folder["x"], _net.Weights
            .Select(entry => KeyValuePair.Create(entry.Key == "fc.bias" ? "model.fc.bias" : entry.Key, entry.Value)));
        Misfit().Should().Contain("1 missing (fc.bias (there is model.fc.bias)); 1 unexpected (model.fc.bias)");

        // Two networks that both fit, as a student and its teacher.
        SafetensorsFile.Write(_folder["x"], Begin("a.", _net.Weights).Concat(Begin("b.", _net.Weights)));
        Misfit().Should().Contain("unexpected (b.");

        string Misfit() => FluentActions.Invoking(() => WeightsFile.Open(_folder["x"], _net.Graph)).Should()
            .Throw<ModelFormatException>().Which.Message;
        void Write(string prefix, IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
            SafetensorsFile.Write(_folder["x"], Begin(prefix, tensors));
        static IEnumerable<KeyValuePair<string, Tensor>> Begin(
            string prefix, IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
            tensors.Select(entry => KeyValuePair.Create(prefix + entry.Key, entry.Value));
    }

    [Fact]
    public void Weights_in_several_files_are_read_by_their_index()
    {
        var (first, second) = (_net.Weights.Take(4).ToArray(), _net.Weights.Skip(4).ToArray());
        SafetensorsFile.Write(_folder["a.safetensors"], first);
        SafetensorsFile.Write(_folder["b.safetensors"], second);
        string Index(params IEnumerable<(string Name, string File)> places) => "{\"metadata\": {}, \"weight_map\": {"
            + string.Join(", ", places.Select(place => $"\"{place.Name}\": \"{place.File}\"")) + "}}";
        var whole = first.Select(one => (one.Key, "a.safetensors"))
            .Concat(second.Select(one => (one.Key, "b.safetensors"))).ToArray();
        string path = _folder["model.safetensors.index.json"];

        File.WriteAllText(path, Index(whole));
        ShouldEqualNet(WeightsFile.Open(path, _net.Graph));

        File.WriteAllText(path, Index(whole.Select(place => (place.Key, "../a.safetensors"))));
        Refusal().Should().Contain("'../a.safetensors', which is no file name");
        File.WriteAllText(path, Index(whole.Append(("more", "\\ud800"))));
        Refusal().Should().Contain("a name that is not valid Unicode");
        File.WriteAllText(path, Index(whole.Append(("more", "b.safetensors"))));
        Refusal().Should().Contain("the index says that tensor 'more' lies here, and it does not");
        File.WriteAllText(path, Index(whole[..^1]));
        Refusal().Should().Contain("lies here, and the index does not name it");
        File.WriteAllText(path, Index(whole));
        File.Delete(_folder["b.safetensors"]);
        Refusal().Should().Contain("the shard 'b.safetensors'").And.Contain("no such file");

        string Refusal() => FluentActions.Invoking(() => WeightsFile.Open(path, _net.Graph)).Should()
            .Throw<ModelFormatException>().Which.Message;
    }

    // What a pickle names is refused where it would do something, and where it would be called.
    [Theory]
    [InlineData("cos\nsystem\n", "pickle asks for 'os.system', which is refused")]
    [InlineData("cbuiltins\neval\n", "pickle asks for 'builtins.eval', which is refused")]
    [InlineData("cmymodel\nbuild\n)R", "pickle calls 'mymodel.build', which is refused")]
    [InlineData("cmymodel\nNet\n)\u0081", "holds no dictionary and no module")]
    [InlineData("}(cmymodel\nNet\nX\u0001\0\0\0au", "holds no state dict")]
    public void No_pickle_calls_anything(string program, string reason)
    {
        byte[] pickle = [0x80, 2, .. System.Text.Encoding.Latin1.GetBytes(program), (byte)'.'];
        byte[] head = Fixtures.Bytes("net_legacy.pth")[..HeadOfLegacy], keys = [0x80, 2, (byte)']', (byte)'.'];
        File.WriteAllBytes(_folder["x"], [.. head, .. pickle, .. keys]);
        FluentActions.Invoking(() => WeightsFile.Open(_folder["x"], _net.Graph)).Should()
            .Throw<ModelFormatException>().WithMessage($"*{reason}*").Which.Code.Should().Be(Codes.ModelUnreadable);
    }

    // Magic number, version and facts of the machine, as PyTorch 1.13 wrote them.
    static int HeadOfLegacy
    {
        get
        {
            byte[] file = Fixtures.Bytes("net_legacy.pth");
            return file.AsSpan().IndexOf("ccollections"u8) - 2;
        }
    }

    [Theory]
    [InlineData("net_legacy.pth")]
    [InlineData("net_module.pth")]
    public void Damaged_checkpoints_give_weights_or_a_finding(string fixture) =>
        HostileBytes.Demand(Fixtures.Bytes(fixture), 97, 400, bytes =>
        {
            File.WriteAllBytes(_folder["x"], bytes);
            WeightsFile.Open(_folder["x"], _net.Graph);
        });

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

    [Theory]
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
