using System.Text;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity;
using Harness.Parity.Golden;

namespace Harness.Tests.Parity.Golden;

public sealed class GoldenStoreTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_reads_back()
    {
        var (document, tensors) = Sample();
        GoldenStore.Write(_folder["case"], document, tensors);

        var golden = GoldenStore.Read(_folder["case"]);

        golden.Document.Should().BeEquivalentTo(document, options => options
            .ComparingByValue<Shape>().ComparingByValue<Statistics>());
        golden.Tensors.Keys.Should().BeEquivalentTo(tensors.Keys);
        foreach (var (name, tensor) in tensors)
            golden.Tensors[name].Bytes.ToArray().Should().Equal(tensor.Bytes.ToArray(), name);
        golden.Output(document.Outputs[1]).As<double>()[0].Should().Be(double.NaN);
    }

    [Fact]
    public void Writing_the_same_golden_again_changes_no_byte_and_touches_no_file()
    {
        var (document, tensors) = Sample();
        GoldenStore.Write(_folder["case"], document, tensors);
        var before = Files();
        var past = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        foreach (string file in before.Keys) File.SetLastWriteTimeUtc(file, past);

        GoldenStore.Write(_folder["case"], document, tensors);
        var read = GoldenStore.Read(_folder["case"]);
        GoldenStore.Write(_folder["copy"], read.Document, read.Tensors);

        Files().Should().BeEquivalentTo(before);
        before.Keys.Should().OnlyContain(file => File.GetLastWriteTimeUtc(file) == past);
        File.ReadAllBytes(_folder["copy/golden.json"]).Should().Equal(before[_folder["case/golden.json"]]);
        File.ReadAllBytes(_folder["copy/golden.safetensors"]).Should()
            .Equal(before[_folder["case/golden.safetensors"]]);
    }

    [Fact]
    public void The_document_has_LF_a_final_newline_two_spaces_and_no_absolute_path()
    {
        Written();

        string text = File.ReadAllText(_folder["case/golden.json"]);

        text.Should().StartWith("{\n  \"schema\": 2,\n  \"model\": {\n    \"path\": \"../m/model.pt\",\n")
            .And.EndWith("}\n");
        text.Should().NotContain("\r").And.NotContain(_folder.Path);
        text.Should().Contain("\"shape\": [1, 2, 3, 7],");
    }

    // Doubles have no 2^60 + 1.
    [Theory]
    [InlineData(ElementType.Int64, "int64")]
    [InlineData(ElementType.Bool, "bool")]
    public void Probes_of_integers_keep_their_type_and_their_last_bit(ElementType type, string name)
    {
        var (document, tensors) = Sample();
        var result = type == ElementType.Bool
            ? new Tensor(type, [5, 10], (byte[])[.. Enumerable.Range(0, 50).Select(i => (byte)(i % 3 == 0 ? 1 : 0))])
            : Tensor.Of([5, 10], (long[])[.. Enumerable.Range(0, 50).Select(i => (1L << 60) + i)]);
        var (probe, values) = GoldenProbe.Sample("ids", result);
        tensors["probe.ids"] = values;
        document = document with { Probes = document.Probes.Add(probe) };
        GoldenStore.Write(_folder["case"], document, tensors);

        var golden = GoldenStore.Read(_folder["case"]);

        var read = golden.Probe(golden.Document.Probes[1]);
        golden.Document.Probes.Select(p => p.Type).Should().Equal(ElementType.Float64, type);
        read.Type.Should().Be(type);
        probe.Positions.Should().HaveCount(GoldenProbe.MaxPositions).And.BeInAscendingOrder();
        for (int i = 0; i < probe.Positions.Length; i++)
        {
            int at = (int)probe.Positions[i];
            if (type == ElementType.Int64) read.As<long>()[i].Should().Be((1L << 60) + at);
            else read.Bytes.Span[i].Should().Be((byte)(at % 3 == 0 ? 1 : 0));
        }
        string text = File.ReadAllText(_folder["case/golden.json"]);
        text.Split($"\"dtype\": \"{name}\",\n      \"absmax\"").Should().HaveCount(2);
        text.Should().NotContain("\"dtype\": \"float64\",\n      \"absmax\"");

        var act = () => GoldenStore.Write(
            _folder["case"], document with { Probes = [document.Probes[0], probe with { Type = ElementType.Int32 }] },
            tensors);
        act.Should().Throw<ArgumentException>().WithMessage($"*{name} (32), expected int32 (32)*");
    }

    [Fact]
    public void Casts_that_were_lifted_stand_in_the_document_where_there_were_some()
    {
        var (document, tensors) = Sample();
        GoldenStore.Write(_folder["without"], document, tensors);
        GoldenStore.Write(_folder["case"], document with { CastsLifted = 3 }, tensors);

        GoldenStore.Read(_folder["case"]).Document.CastsLifted.Should().Be(3);
        string text = File.ReadAllText(_folder["case/golden.json"]);
        text.Should().Contain("\n  \"castsLifted\": 3,\n");
        File.ReadAllText(_folder["without/golden.json"])
            .Should().Be(text.Replace("  \"castsLifted\": 3,\n", "", StringComparison.Ordinal));
        File.WriteAllText(
            _folder["case/golden.json"], text.Replace("Lifted\": 3", "Lifted\": -3", StringComparison.Ordinal));
        Refusal(_folder["case"]).Message.Should().Contain("castsLifted should be a positive number");
    }

    [Fact]
    public void A_missing_golden_is_PAR3001_and_says_how_to_record_it()
    {
        var finding = Refusal(_folder["nowhere"]);

        finding.Code.Should().Be(Codes.GoldenMissing);
        finding.Place.Should().Be(_folder["nowhere/golden.json"]);
        finding.Message.Should().EndWith($": harness record MODEL --golden {ShellWord.Of(_folder["nowhere"])}");
    }

    [Fact]
    public void What_to_record_a_missing_golden_from_is_named_where_somebody_knows()
    {
        string folder = _folder["no where"];
        var read = () => GoldenStore.Read(folder, "m/a b.pt", "seed:7");

        read.Should().Throw<ModelException>().Which.Finding.Message.Should().EndWith(
            $": harness record \"m/a b.pt\" --weights seed:7 --golden {ShellWord.Of(folder)}");
    }

    [Fact]
    public void Missing_tensors_are_PAR3001()
    {
        Written();
        File.Delete(_folder["case/golden.safetensors"]);

        var finding = Refusal(_folder["case"]);

        finding.Should().Match<Finding>(f => f.Code == Codes.GoldenMissing && f.Place.EndsWith(".safetensors"));
        finding.Message.Should().Contain($"harness record {ShellWord.Of(_folder["m/model.pt"])} ", "golden.json knows");
    }

    public static readonly TheoryData<string, string, string> Damages = new()
    {
        { "\"schema\": 2", "\"schema\": 3", "(2)*schema version 3 is unknown" },
        { "\"l2\": ", "\"l2\": 1", "*changed by hand*" },
        { "\"device\": \"cpu\"", "\"device\": \"cuda\"", "*changed by hand*" },
        { "\"samples\": 1", "\"samples\": 2", "*changed by hand*" },
        { "\"inputs\": [0.5, 0.5]", "\"inputs\": [0.5, 0.25]", "*changed by hand*" },
        { "\"path\": \"../m/model.pt\"", "\"path\": \"/m/model.pt\"", "(4)*relative to golden.json" },
        { "\"path\": \"../m/model.pt\"", "\"path\": \"..\\\\m\\\\model.pt\"", "(4)*forward slashes" },
        { "\"path\": \"../m/model.pt\",", "", "(3)*'model.path' is missing" },
        { "\"tf32\": false", "\"tf32\": true", "*TF32" },
        { "\"name\": \"x\",\n      \"shape\": [1, 2, 3, 7]", "\"name\": \"x\",\n      \"shape\": [1, 2, 7, 3]",
            "(12)*golden.json says float32 (1, 2, 7, 3)" },
        { "\"name\": \"x\"", "\"name\": \"y\"", "(12)*'input.y' is missing" },
        { "\"layout\": \"nchw\"", "\"layout\": \"nhwc\"", "(12)*expected PyTorch's 'nchw'" },
        { "\"overall\": 3E-07", "\"overall\": 1E-07", "*not the largest" },
        { "\"value\": 1E-06", "\"value\": 1E-05", "*gives no reason" },
        { "\"value\": 1E-06", "\"value\": -1", "*tolerance is -1, expected" },
        { "\"policy\": \"default\"", "\"policy\": \"generous\"", "*policy 'generous' is unknown" },
        { "\"positions\": [0, ", "\"positions\": [1, ", "*probe" },
        { "\"node\": \"conv\"", "\"node\": \"conf\"", "*'probe.conf' is missing" },
        { "{\n  \"schema\"", "{{\n  \"schema\"", "(1)*no JSON" },
        { "\"float64\"", "\"\\ud800\"", "(*no JSON: this text is no UTF-8, or half of a letter" },
        { "\"schema\": 2,", "\"schema\": 2, \"schema\": 2,", "(2)*stands twice" },
        { "\"dtype\": \"float64\",\n      \"sha", "\"dtype\": \"float32\",\n      \"sha", "*expected float64" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damage_to_the_document_is_PAR3003_with_its_line(string good, string bad, string expected)
    {
        Written();
        string file = _folder["case/golden.json"], text = File.ReadAllText(file);
        text.Should().Contain(good, "the damage must be one");
        int at = text.IndexOf(good, StringComparison.Ordinal);
        File.WriteAllText(file, text[..at] + bad + text[(at + good.Length)..]);

        var finding = Refusal(_folder["case"]);

        finding.Code.Should().Be(Codes.GoldenCorrupt);
        finding.ToString().Should().Match($"{file}{expected}*".Replace("**", "*"));
        finding.Message.Should().NotContain("\n");
    }

    [Fact]
    public void Every_single_flipped_byte_of_the_tensors_is_noticed()
    {
        Written();
        string file = _folder["case/golden.safetensors"];
        byte[] good = File.ReadAllBytes(file);
        for (int at = 0; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= 0x10;
            File.WriteAllBytes(file, bad);
            // Another input is a stale golden, everything else a corrupt one.
            Refusal(_folder["case"]).Code.Should().Match(
                code => code == Codes.GoldenCorrupt || code == Codes.GoldenStale, $"byte {at} is damaged");
        }
    }

    [Fact]
    public void Another_input_than_the_recorded_one_makes_the_golden_stale()
    {
        Written();
        var read = SafetensorsFile.Read(_folder["case/golden.safetensors"]);
        var input = read["input.x"].As<float>().ToArray();
        input[7] += 1;
        SafetensorsFile.Write(_folder["case/golden.safetensors"], read.Select(entry => entry.Key == "input.x"
            ? KeyValuePair.Create(entry.Key, Tensor.Of([1, 2, 3, 7], input)) : entry));

        Refusal(_folder["case"]).Code.Should().Be(Codes.GoldenStale);
    }

    [Fact]
    public void Every_truncation_of_the_tensors_is_noticed()
    {
        Written();
        string file = _folder["case/golden.safetensors"];
        byte[] good = File.ReadAllBytes(file);
        for (int length = 0; length < good.Length; length++)
        {
            File.WriteAllBytes(file, good[..length]);
            Refusal(_folder["case"]).Code.Should()
                .Be(Codes.GoldenCorrupt, $"{length} of {good.Length} bytes are there");
        }
    }

    [Fact]
    public void Line_endings_and_a_byte_order_mark_of_an_editor_do_no_harm()
    {
        Written();
        string file = _folder["case/golden.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("\n", "\r\n"), new UTF8Encoding(true));

        GoldenStore.Read(_folder["case"]).PlaceOf("probe.conv").Should().MatchRegex(@"golden\.json\(\d\d\)$");
    }

    [Fact]
    public void A_place_is_the_line_that_names_the_fact()
    {
        Written();
        var golden = GoldenStore.Read(_folder["case"]);
        string[] lines = File.ReadAllLines(golden.File);

        foreach (var (fact, text) in (List<(string, string)>)[
            ("probe.conv", "\"node\": \"conv\""), ("output.1", "\"name\": \"1\""), ("input.x", "\"name\": \"x\""),
            ("model", "\"sha256\": \"aa"), ("weights", "\"sha256\": \"bb"), ("tolerance", "\"tolerance\": {")])
        {
            string place = golden.PlaceOf(fact);
            int line = int.Parse(place[(place.LastIndexOf('(') + 1)..^1]);
            lines[line - 1].Should().Contain(text);
        }
    }

    [Fact]
    public void Outputs_without_elements_are_refused_before_they_are_written()
    {
        var (document, tensors) = Sample();
        var empty = Tensor.Of([0, 4], ReadOnlySpan<double>.Empty);
        var contents = new Dictionary<string, Tensor>(tensors) { ["output.0"] = empty };
        contents.Remove("output.1");

        var write = () => GoldenStore.Write(_folder["case"], document with
        {
            Outputs = [GoldenPort.Of("0", empty)],
            Float32Noise = GoldenNoise.Of([0]),
        }, contents);

        write.Should().Throw<ArgumentException>().WithMessage("*no element*");
        Directory.Exists(_folder["case"]).Should().BeFalse();
    }

    [Fact]
    public void Recording_again_keeps_the_accepted_tolerance_and_forgets_one_that_cannot_be_read()
    {
        var (document, tensors) = Sample();
        var accepted = new Tolerance(TolerancePolicy.Default, 3e-6, "ill-conditioned by design");
        GoldenStore.ToleranceOf(_folder["case"]).Should().Be(Tolerance.Default);
        GoldenStore.Write(_folder["case"], document with { Tolerance = accepted }, tensors);
        GoldenStore.ToleranceOf(_folder["case"]).Should().Be(accepted);
        File.WriteAllText(_folder["case/golden.json"], "{");
        GoldenStore.ToleranceOf(_folder["case"]).Should().Be(Tolerance.Default);
    }

    static Finding Refusal(string directory)
    {
        var read = () => GoldenStore.Read(directory);
        return read.Should().Throw<ModelException>().Which.Finding;
    }

    Dictionary<string, byte[]> Files() =>
        Directory.GetFiles(_folder["case"]).ToDictionary(file => file, File.ReadAllBytes);

    void Written()
    {
        var (document, tensors) = Sample();
        GoldenStore.Write(_folder["case"], document, tensors);
    }

    static (GoldenDocument Document, Dictionary<string, Tensor> Tensors) Sample()
    {
        float[] x = [.. Enumerable.Range(0, 42).Select(i => MathF.Sin(i))];
        double[] inner = [.. Enumerable.Range(0, 100).Select(i => Math.Cos(i * i) / 3)];
        var tensors = new Dictionary<string, Tensor>
        {
            ["input.x"] = Tensor.Of([1, 2, 3, 7], x),
            ["input.ids"] = Tensor.Of([3], (ReadOnlySpan<long>)[5, -1, 7]),
            ["output.0"] = Tensor.Of([2, 2], (ReadOnlySpan<double>)[0.1, -1.0 / 3, 1e300, 5e-324]),
            ["output.1"] = Tensor.Of([3], (ReadOnlySpan<double>)[double.NaN, double.NegativeInfinity, -0.0]),
        };
        var (probe, values) = GoldenProbe.Sample("conv", [1, 4, 5, 5], inner);
        tensors["probe.conv"] = values;
        return (new GoldenDocument(
            new GoldenModel("../m/model.pt", new string('a', 64)),
            new GoldenWeights(null, null, new string('b', 64)),
            [GoldenPort.Of("x", tensors["input.x"]), GoldenPort.Of("ids", tensors["input.ids"])],
            [GoldenPort.Of("0", tensors["output.0"]), GoldenPort.Of("1", tensors["output.1"])],
            new GoldenRecorder("2.10.0", "cpu"),
            GoldenNoise.Of([3e-7, 0]),
            Tolerance.Default,
            [probe])
        {
            DeclaresNonFinite = true,
            Sensitivity = Sensitivities.AllMoves(2, 2),
        }, tensors);
    }
}
