using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Tests.Cpu;
using Harness.Tests.Naive;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Cli;

public sealed class ConvertVerbTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static readonly TheoryData<string, string> Trips = new()
    {
        { "guide_cnn", ".msgpack" }, { "guide_cnn", ".npz" }, { "guide_cnn", ".safetensors" },
        { "decoder_small", ".msgpack" }, { "vgg_small", ".safetensors" }, { "shuffle_small", ".msgpack" },
        { "resnet_small", ".npz" }, { "mobile_small", ".safetensors" }, { "se_silu_small", ".msgpack" },
    };

    static string PathOf(string name) =>
        Path.Combine(NaiveWalkTests.Repository, "golden", "models", name, "model.pt");

    [Theory]
    [MemberData(nameof(Trips))]
    public void There_and_back_is_the_state_dict_bit_for_bit(string name, string ending)
    {
        string tree = _folder["params" + ending];
        using var model = ModelFile.Open(PathOf(name));

        Run("convert", PathOf(name), "--output", tree);
        Run("convert", "--back", tree, "--output", _folder["alone.safetensors"]);
        Run("convert", PathOf(name), "--back", tree, "--output", _folder["model.npz"]);

        var dropped = Document().GetProperty("dropped").EnumerateArray()
            .Select(one => one.GetProperty("key").GetString()!);
        Same(SafetensorsFile.Read(_folder["alone.safetensors"]), model.Weights,
            [.. model.Weights.Keys.Except(dropped)]);
        var whole = NpzFile.Read(_folder["model.npz"]);
        Same(whole, model.Weights, [.. model.Weights.Keys]);
        whole.Keys.Should().Equal(model.Weights.Keys, "with the model even the order is known");
    }

    [Fact]
    public void What_is_said_of_many_arrays_is_one_line_with_a_count()
    {
        string model = PathOf("resnet_small"), tree = _folder["p.npz"];
        int norms = ModelFile.Open(model).Weights.Keys.Count(key => key.EndsWith("num_batches_tracked"));
        norms.Should().BeGreaterThan(20);

        CommandLine.Run("convert", model, "--output", tree).ErrorLines.Should().Equal(
            $"note: 'bn1.num_batches_tracked' is not needed for inference and left out; and {norms - 1} more of this " +
            "kind");
        CommandLine.Run("convert", "--back", tree, "--output", _folder["back.npz"]).ErrorLines.Should().Equal(
            $"note: 'bn1.num_batches_tracked' is in no tree and left out; and {norms - 1} more of this kind");
        CommandLine.Run("convert", model, "--output", tree, "--dtype", "float16").ErrorLines.Should().HaveCount(2)
            .And.Contain(line => line.Contains("is rounded from float32 to float16, by up to"));
        Document().GetProperty("dropped").GetArrayLength().Should().Be(norms, "there each has its line");
    }

    [Fact]
    public void A_folded_tree_comes_back_too()
    {
        using var one = new SyntheticCase();
        Run("convert", one.Model, "--weights", one.Weights, "--output", _folder["p.msgpack"], "--flatten", "fold");
        Run("convert", "--back", _folder["p.msgpack"], "--output", _folder["back.safetensors"]);

        var source = SafetensorsFile.Read(one.Weights);
        Same(SafetensorsFile.Read(_folder["back.safetensors"]), source, [.. source.Keys]);
        var kernel = Document().GetProperty("leaves").EnumerateArray()
            .Single(leaf => leaf.GetProperty("key").GetString() == "fc.weight");
        (kernel.GetProperty("axes").GetString(), kernel.GetProperty("form").GetString(),
            kernel.GetProperty("move").GetProperty("sizes").GetProperty("h")
                .GetInt32()).Should().Be(("(hwc)o", "dense", 4));
    }

    [Theory]
    [InlineData("conv1d/flatten_linear", "conv", "wio", "(wc)o")]
    [InlineData("conv3d/flatten_linear", "conv", "dhwio", "(dhwc)o")]
    [InlineData("conv1d/depthwise", "conv", "wio", null)]
    [InlineData("conv3d/groups", "conv", "dhwio", null)]
    [InlineData("conv_transpose1d/dilation", "up", "woi", null)]
    [InlineData("conv_transpose1d/groups", "up", "wi(go)", null)]
    [InlineData("conv_transpose3d/per_axis", "up", "dhwoi", null)]
    [InlineData("conv_transpose3d/groups", "up", "dhwi(go)", null)]
    public void Windows_of_one_and_three_axes_have_Flaxs_kernels_and_come_back(
        string name, string module, string axes, string? dense)
    {
        string graph = OpCases.PathOf(name);
        Run("convert", graph, "--weights", "seed:3", "--output", _folder["p.msgpack"], "--flatten", "fold");
        Run("convert", "--back", _folder["p.msgpack"], "--output", _folder["back.safetensors"]);

        using var model = ModelFile.Open(graph, "seed:3");
        Same(SafetensorsFile.Read(_folder["back.safetensors"]), model.Weights, [.. model.Weights.Keys]);
        string AxesOf(string key) => Document().GetProperty("leaves").EnumerateArray()
            .Single(leaf => leaf.GetProperty("key").GetString() == key).GetProperty("axes").GetString()!;
        AxesOf($"{module}.weight").Should().Be(axes);
        if (dense is not null) AxesOf("fc.weight").Should().Be(dense);
    }

    [Fact]
    public void A_weight_that_is_computed_has_its_formula_and_its_parts_come_back()
    {
        string graph = OpCases.PathOf("_weight_norm/of_outputs");
        CommandLine.Run("convert", graph, "--weights", "seed:3", "--output", _folder["p.msgpack"]).ErrorLines.Should()
            .Contain("note: the kernel of 'conv' is computed from 'v' and 'g': conversion.json has the formula");
        Run("convert", "--back", _folder["p.msgpack"], "--output", _folder["back.safetensors"]);

        using var model = ModelFile.Open(graph, "seed:3");
        Same(SafetensorsFile.Read(_folder["back.safetensors"]), model.Weights, [.. model.Weights.Keys]);
        var computed = Document().GetProperty("computed").EnumerateArray().Single();
        string[] Texts(string name) => [.. computed.GetProperty(name).EnumerateArray().Select(one => one.ToString())];
        computed.GetProperty("leaf").GetString().Should().Be("kernel");
        computed.GetProperty("move").GetProperty("to").GetString().Should().Be("hwio");
        Texts("of").Should().Equal("v", "g");
        Texts("shape").Should().Equal("2", "3", "3", "4");
        Texts("torchShape").Should().Equal("4", "3", "2", "3");
        computed.GetProperty("formula").EnumerateArray().Select(call => call.GetProperty("call").GetString()).Should()
            .Equal("aten::linalg_vector_norm(v, 2, [1, 2, 3], True)", "aten::div(g, norm.norm)",
                "aten::mul(v, norm.factor)");
        Run("convert", PathOf("guide_cnn"), "--output", _folder["p.msgpack"]);
        Document().TryGetProperty("computed", out _).Should().BeFalse("nothing is computed there");
    }

    [Theory]
    [InlineData(".msgpack", '/')]
    [InlineData(".npz", '/')]
    [InlineData(".safetensors", '.')]
    public void Every_format_names_the_collection(string ending, char separator)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [2, 3]), w = builder.Parameter("fc.weight", [4, 3]);
        builder.Output("y", builder.Call(
            "aten::linear", [Argument.Value(x), Argument.Value(w), Argument.None], [], 1, SourcePlace.Unknown, "fc")[
                0]);
        GraphJson.Write(_folder["graph.json"], builder.Build());

        Run("convert", _folder["graph.json"], "--weights", "seed:1", "--output", _folder["p" + ending]);

        string[] names = ending switch
        {
            ".msgpack" => [.. FlaxMsgpack.Read(_folder["p.msgpack"]).Select(leaf => string.Join('/', leaf.Path))],
            ".npz" => [.. NpzFile.Read(_folder["p.npz"]).Keys],
            _ => [.. SafetensorsFile.Read(_folder["p.safetensors"]).Keys],
        };
        names.Should().Equal(string.Join(separator, "params", "fc", "kernel"));
        if (ending != ".safetensors") return;
        SafetensorsFile.Read(_folder["p.safetensors"], out var metadata);
        (metadata["format"], metadata["layout"], metadata["flatten"]).Should()
            .Be(("flax", "channels-last", "transpose"));
        metadata.Keys.Should().Contain("weights").And.Contain("harness");
    }

    [Fact]
    public void Wide_weights_stay_wide_and_are_told_unless_asked_to_be_rounded()
    {
        Adds("float64", Tensor.Of([2], [0.1, 1e-300]));

        Run("convert", _folder["graph.json"], "--weights", _folder["w.safetensors"], "--output", _folder["p.npz"])
            .Error.Should().Contain("note: 'm.w' is float64 that float32 does not hold");
        NpzFile.Read(_folder["p.npz"])["params/m/w"].As<double>().ToArray().Should().Equal(0.1, 1e-300);

        Run("convert", _folder["graph.json"], "--weights", _folder["w.safetensors"], "--output", _folder["p.npz"],
            "--dtype", "float32").Error.Should().Contain(
                "note: 'm.w' is rounded from float64 to float32, by up to 1.5e-8");
        NpzFile.Read(_folder["p.npz"])["params/m/w"].As<float>().ToArray().Should().Equal(0.1f, 0f);

        Adds("float64", Tensor.Of([2], [0.1, 1e300]));
        var refused = CommandLine.Run("convert", _folder["graph.json"], "--weights", _folder["w.safetensors"],
            "--output",
            _folder["q.npz"], "--dtype", "float32");
        refused.ErrorLines.Should().ContainSingle().Which.Should().Contain("'m.w' holds 1E+300");
        refused.ExitCode.Should().NotBe(0);
        File.Exists(_folder["q.npz"]).Should().BeFalse();
    }

    [Fact]
    public void Bfloat16_in_npz_is_told_and_comes_back_as_it_was()
    {
        Adds("bfloat16", new Tensor(ElementType.BFloat16, [2], new byte[] { 0x80, 0x3f, 0x01, 0xc0 }));

        Run("convert", _folder["graph.json"], "--weights", _folder["w.safetensors"], "--output", _folder["p.npz"])
            .Error.Should().Contain("note: 'm.w' is written as float32: npz has no bfloat16");
        Run("convert", "--back", _folder["p.npz"], "--output", _folder["back.safetensors"]);

        Same(SafetensorsFile.Read(_folder["back.safetensors"]), SafetensorsFile.Read(_folder["w.safetensors"]),
            ["m.w"]);
    }

    [Theory]
    [InlineData("norm", "'flat' before BatchNorm2d 'reader'")]
    [InlineData("layer", "'flat' before LayerNorm 'reader'")]
    [InlineData("unflatten", "'reader' before ReLU 'relu'")]
    public void A_fold_that_folds_nothing_is_refused_by_name(string kind, string told)
    {
        Flattens(kind);

        var run = CommandLine.Run("convert", _folder["graph.json"], "--weights", "seed:1", "--output", _folder["p.npz"],
            "--flatten", "fold");

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Should()
            .Contain("--flatten fold folds nothing").And.Contain(told);
        Run("convert", _folder["graph.json"], "--weights", "seed:1", "--output", _folder["p.npz"]);
    }

    [Fact]
    public void A_fold_where_nothing_is_flattened_is_told()
    {
        Adds("float32", Tensor.Of([2], [1f, 2f]));

        Run("convert", _folder["graph.json"], "--weights", _folder["w.safetensors"], "--output", _folder["p.npz"],
            "--flatten", "fold").Error.Should().Contain("nothing is flattened");
    }

    [Fact]
    public void A_trained_tree_of_another_type_keeps_it_and_a_tree_that_does_not_fit_is_one_line()
    {
        Adds("bfloat16", new Tensor(ElementType.BFloat16, [2], new byte[] { 0x80, 0x3f, 0x01, 0xc0 }));
        Run("convert", _folder["graph.json"], "--weights", _folder["w.safetensors"], "--output", _folder["p.msgpack"]);

        FlaxMsgpack.Write(_folder["t.msgpack"], [(["m", "w"], Tensor.Of([2], [0.1f, 2f]))]);
        Run("convert", "--back", _folder["t.msgpack"], "--output", _folder["t.npz"]).Error
            .Should().Contain("'m.w' was bfloat16 and stays float32");
        NpzFile.Read(_folder["t.npz"])["m.w"].As<float>().ToArray().Should().Equal(0.1f, 2f);

        Refused("1 missing (params/m/w), 1 unexpected (params/m/v)",
            (["params", "m", "v"], Tensor.Of([2], [0.1f, 2f])));
        Refused("'params/m/w' is (3), expected (2)", (["params", "m", "w"], Tensor.Of([3], [0.1f, 2f, 3f])));
        Refused("'params/m/w' is int64, expected bfloat16", (["params", "m", "w"], Tensor.Of([2], [1L, 2L])));
        void Refused(string told, (System.Collections.Immutable.ImmutableArray<string>, Tensor) leaf)
        {
            FlaxMsgpack.Write(_folder["t.msgpack"], [leaf]);
            var run = CommandLine.Run("convert", "--back", _folder["t.msgpack"], "--output", _folder["u.npz"]);
            run.ExitCode.Should().Be(2);
            run.ErrorLines.Should().ContainSingle().Which.Should().Contain("PAR1003").And.Contain(told);
        }
    }

    [Fact]
    public void Bad_lines_of_the_way_back_are_told()
    {
        FlaxMsgpack.Write(_folder["t.msgpack"], [(["params", "w"], Tensor.Of([1], [0.1f]))]);
        void Refused(string told, params string[] line)
        {
            var run = CommandLine.Run(["convert", .. line]);
            run.ExitCode.Should().Be(2);
            run.ErrorLines.Should().ContainSingle().Which.Should().Contain(told);
        }

        Refused("no conversion.json is beside", "--back", _folder["t.msgpack"], "--output", _folder["s.npz"]);
        Refused("expected .safetensors or .npz", "--back", _folder["t.msgpack"], "--output", _folder["s.msgpack"]);
        Refused("expected .msgpack, .npz, .safetensors", "--back", _folder["t.bin"], "--output", _folder["s.npz"]);
        Refused("MODEL is missing", "--output", _folder["s.npz"]);
    }

    [Fact]
    public void Every_truncation_and_many_changes_of_a_record_are_a_record_or_one_finding()
    {
        using var one = new SyntheticCase();
        Run("convert", one.Model, "--weights", one.Weights, "--output", _folder["p.msgpack"], "--flatten", "fold");
        Formats.HostileBytes.Demand(File.ReadAllBytes(_folder["conversion.json"]), 3, 500, bytes =>
        {
            File.WriteAllBytes(_folder["x.json"], bytes);
            var conversion = Conversion.Read(_folder["x.json"]);
            using var tree = FlaxTreeFile.Open(_folder["p.msgpack"], FlaxFormat.Msgpack);
            conversion.Restore(tree, _ => { });
        });
    }

    JsonElement Document() => JsonElement.Parse(File.ReadAllText(_folder["conversion.json"]));

    static CommandLine Run(params string[] line)
    {
        var run = CommandLine.Run(line);
        run.ExitCode.Should().Be(0, run.Error);
        return run;
    }

    static void Same(StateDict found, StateDict expected, string[] keys)
    {
        found.Keys.Should().BeEquivalentTo(keys);
        foreach (string key in keys)
        {
            (found[key].Type, found[key].Shape).Should().Be((expected[key].Type, expected[key].Shape), key);
            found[key].Bytes.ToArray().Should().Equal(expected[key].Bytes.ToArray(), key);
        }
    }

    void Adds(string type, Tensor weight)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [3, 2]);
        int w = builder.Parameter("m.w", [2], weight.Type);
        builder.Output("y", builder.Call(
            "aten::add", [Argument.Value(x), Argument.Value(w)], [], 1, SourcePlace.Unknown, "add")[0]);
        GraphJson.Write(_folder["graph.json"], builder.Build());
        weight.Type.NumPyName().Should().Be(type);
        SafetensorsFile.Write(_folder["w.safetensors"], [KeyValuePair.Create("m.w", weight)]);
    }

    void Flattens(string kind)
    {
        var builder = new GraphBuilder();
        Argument Of(int value) => Argument.Value(value);
        Argument Ints(params long[] numbers) => Argument.Of([.. numbers.Select(Argument.Of)]);
        int Conv(int x, string name) =>
            builder.Call("aten::conv2d", [Of(x), Of(builder.Parameter($"{name}.weight", [2, 2, 1, 1])),
            Argument.None, Ints(1, 1), Ints(0, 0), Ints(1, 1), Argument.Of(1L)], [], 1, SourcePlace.Unknown, name)[0];
        int x;
        if (kind == "unflatten")
        {
            x = builder.Input("x", [2, 24]);
            int y = builder.Call("aten::view", [Of(x), Ints(2, 2, 3, 4)], [], 1, SourcePlace.Unknown, "reader")[0];
            y = builder.Call("aten::relu", [Of(y)], [], 1, SourcePlace.Unknown, "relu")[0];
            builder.Output("y", Conv(y, "conv"));
        }
        else
        {
            x = builder.Input("x", [2, 2, 3, 4]);
            int flat = builder.Call("aten::flatten", [Of(Conv(x, "conv")), Argument.Of(1L), Argument.Of(-1L)], [], 1,
                SourcePlace.Unknown, "flat")[0];
            int weight = builder.Parameter("reader.weight", [24]), bias = builder.Parameter("reader.bias", [24]);
            builder.Output("y", kind == "layer"
                ? builder.Call("aten::layer_norm",
                    [Of(flat), Ints(24), Of(weight), Of(bias), Argument.Of(1e-5), Argument.Of(true)],
                    [], 1, SourcePlace.Unknown, "reader")[0]
                : builder.Call("aten::batch_norm", [Of(flat), Of(weight), Of(bias),
                    Of(builder.Parameter("reader.running_mean", [24])),
                    Of(builder.Parameter("reader.running_var", [24])),
                    Argument.Of(false), Argument.Of(0.1), Argument.Of(1e-5), Argument.Of(true)], [], 1,
                SourcePlace.Unknown, "reader")[0]);
        }
        GraphJson.Write(_folder["graph.json"], builder.Build());
    }
}
