using System.Runtime.CompilerServices;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Tests.Cli;

namespace Harness.Tests.Formats.Export;

/// <summary>Files that torch.export of five releases wrote, and what PyTorch computes in float64; and files that are no
/// model for us, each by its reason. The files are those of real PyTorch; those called edited were changed by
/// hand.</summary>
public sealed class ExportFileTests : IDisposable
{
    static readonly string s_fixtures = Path.Combine(Path.GetDirectoryName(Here())!, "fixtures");

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static readonly TheoryData<string> Running =
    [
        .. Directory.GetDirectories(s_fixtures).Where(folder => Directory.GetFiles(folder, "*.npy").Length > 0)
            .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal),
    ];

    // What PyTorch computes, to rounding: 1e-10 of the largest element.
    [Theory]
    [MemberData(nameof(Running))]
    public void It_computes_what_PyTorch_computes(string name)
    {
        string folder = Path.Combine(s_fixtures, name), output = _folder["y.npz"];
        string[] inputs = [.. Numbered(folder, "input.").SelectMany(file => (string[])["--input", file])];

        var run = CommandLine.Run([
            "run", File(name), .. inputs, "--precision", "float64", "--output", output]);

        run.ExitCode.Should().Be(0, run.Error);
        Tensor[] computed = [.. NpzFile.Read(output).Values];
        string[] files = [.. Numbered(folder, "output.")];
        computed.Should().HaveCount(files.Length);
        foreach (var (actual, file) in computed.Zip(files))
        {
            var expected = NpyFile.Read(file);
            (actual.Shape == expected.Shape).Should().BeTrue($"{actual.Shape} is no {expected.Shape}");
            double[] truth = expected.ToDoubles();
            double scale = truth.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
            foreach (var (a, e) in actual.ToDoubles().Zip(truth))
                (a.Equals(e) || Math.Abs(a - e) <= 1e-10 * Math.Max(1, scale)).Should().BeTrue($"{a} is no {e}");
        }
    }

    public static readonly TheoryData<string, string, string> Refused = new()
    {
        { "2.14.1-train_mode", "PAR1002", "aten::add_: the program changes the buffer 'b.num_batches_tracked'" },
        { "2.8.0-train_mode", "PAR1002", "aten::add_: the program changes the buffer 'b.num_batches_tracked'" },
        { "2.7.1-train_mode", "PAR1002", "aten::add_: the program changes the buffer 'b.num_batches_tracked'" },
        { "2.7.1-hostile_weights", "PAR1001", "pickle asks for '__builtin__.print', which is refused" },
        { "aotinductor_stub", "PAR1002", "a package of AOTInductor" },
        { "cache_mutation", "PAR1002", "aten::copy_: the program changes the buffer 'cache'" },
        { "complex_argument", "PAR1002", "complex numbers are not supported" },
        { "complex_buffer", "PAR1002", "elements of complex64" },
        { "custom_op", "PAR1002", "op lab::scaled_add is not supported" },
        { "edited_archive_version_1", "PAR1002", "archive version '1'; 0 is read" },
        { "edited_bad_crc", "PAR1001", "is damaged: CRC-32" },
        { "edited_deep_json", "PAR1001", "is no valid JSON" },
        { "edited_dtype_disagrees", "PAR1001", "'f.bias' is int32 (3), and the graph says float32 (3)" },
        { "edited_empty_weight", "PAR1001", "exported with fake weights" },
        { "edited_major_9", "PAR1002", "schema 9.0 of torch.export; 7 and 8 are read" },
        { "edited_negative_stride", "PAR1001", "reaches outside its storage" },
        { "edited_path_climbs", "PAR1001", "which the archive lacks" },
        { "edited_reversed_nodes", "PAR1001", "is used before anything defines it" },
        { "edited_stride_bomb", "PAR1001", "4611686018427387904 is no extent" },
        { "edited_union_two_keys", "PAR1001", "a union has the keys" },
        { "edited_unknown_op", "PAR1002", "op aten::frobnicate is not supported" },
        { "edited_unknown_union", "PAR1002", "arguments of the kind 'as_quaternion'" },
        { "hop_cond", "PAR1002", "the higher-order operator 'cond' is not supported" },
        { "input_mutation", "PAR1002", "aten::mul_: the program changes the input 'x'" },
        { "no_model", "PAR1001", "has no exported program" },
        { "train_dropout_only", "PAR1001", "runs in training mode" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_model_is_one_line_with_the_reason(string name, string code, string says)
    {
        // No input is needed to tell.
        var run = CommandLine.Run("convert", File(name), "--output", _folder["tree.msgpack"]);

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Should().Contain($" error {code}: ").And.Contain(says);
        System.IO.File.Exists(_folder["tree.msgpack"]).Should().BeFalse();
    }

    [Fact]
    public void Every_fixture_runs_or_is_refused()
    {
        Directory.GetDirectories(s_fixtures).Select(folder => Path.GetFileName(folder)).Should()
            .BeEquivalentTo(Running.Concat(Refused.Select(row => (string)row[0])));
    }

    [Theory]
    [InlineData("2.7.1")]
    [InlineData("2.8.0")]
    [InlineData("2.14.1")]
    public void A_call_knows_its_module_and_its_line_of_Python(string release)
    {
        using var model = ModelFile.Open(File($"{release}-cnn_bn"));

        model.Format.Should().Be("torch.export");
        model.Graph.Inputs.Should().ContainSingle().Which.Name.Should().Be("x");
        var call = model.Graph.Calls.First(one => one.Target == "aten::conv2d");
        model.Weights.Keys.Should().Contain($"{call.Place.Module}.weight");
        call.Name.Should().Be(call.Place.Module);
        call.Place.File.Should().NotContain("/py");
    }

    [Fact]
    public void Outputs_are_named_by_keys_and_positions_and_what_is_no_tensor_is_left_out()
    {
        Outputs("nested_outputs").Should().Equal("0", "1.0", "1.1.0", "1.1.1.k");
        Outputs("constant_outputs").Should().Equal("0");
        Outputs("unicode_names").Should().Equal("выход", "é");

        static IEnumerable<string> Outputs(string name)
        {
            using var model = ModelFile.Open(File(name));
            return [.. model.Graph.Outputs.Select(output => output.Name)];
        }
    }

    // Whatever is cut off: one line, and no crash.
    [Theory]
    [InlineData("2.14.1-cnn_bn")]
    [InlineData("2.8.0-views")]
    [InlineData("2.7.1-views")]
    public void A_file_cut_anywhere_is_refused(string name)
    {
        byte[] whole = System.IO.File.ReadAllBytes(File(name));
        for (int length = 1; length < whole.Length; length += whole.Length / 97)
        {
            System.IO.File.WriteAllBytes(_folder["cut.pt2"], whole[..length]);
            FluentActions.Invoking(() => ModelFile.Open(_folder["cut.pt2"])).Should().Throw<ModelException>()
                .Which.Finding.Code.Should().Be(Codes.ModelUnreadable);
        }
    }

    // A bit that is another: a model that reads the same, or one line.
    [Theory]
    [InlineData("2.14.1-views")]
    [InlineData("2.8.0-views")]
    [InlineData("2.7.1-views")]
    public void A_bit_that_flipped_is_noticed_or_means_nothing(string name)
    {
        byte[] whole = System.IO.File.ReadAllBytes(File(name));
        using var good = ModelFile.Open(File(name));
        string text = GraphJson.Text(good.Graph);
        for (int at = 0; at < whole.Length; at += 61)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= 16;
            System.IO.File.WriteAllBytes(_folder["flipped.pt2"], flipped);
            try
            {
                using var model = ModelFile.Open(_folder["flipped.pt2"]);
                GraphJson.Text(model.Graph).Should().Be(text);
                foreach (var (key, tensor) in model.Weights)
                    tensor.Bytes.Span.SequenceEqual(good.Weights[key].Bytes.Span).Should().BeTrue(key);
            }
            catch (ModelException e)
            {
                e.Finding.Message.Should().NotContain("\n");
            }
        }
    }

    static string File(string name) => Path.Combine(s_fixtures, name, "model.pt2");

    static IEnumerable<string> Numbered(string folder, string prefix) => Directory.GetFiles(folder, prefix + "*.npy")
        .OrderBy(file => int.Parse(Path.GetFileName(file)[prefix.Length..].Split('.', '_')[0]));

    static string Here([CallerFilePath] string file = "") => file;
}
