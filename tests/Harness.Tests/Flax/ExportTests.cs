using System.Text.RegularExpressions;
using Harness.Formats;
using Harness.Tests.Cli;
using Harness.Tests.Cpu;
using Harness.Tests.Naive;

namespace Harness.Tests.Flax;

/// <summary>What <c>harness export</c> writes runs, holds to PyTorch's outputs, and does not hold any more once it is
/// damaged.</summary>
public sealed class ExportTests
{
    const string Linen = "linen", Nnx = "nnx";

    static readonly string[] s_apis = [Linen, Nnx];

    // Made of what real networks have: grouped, dilated, transposed and depthwise convolutions, pools in every mode,
    // norms, gates, joins, resizing, and flattens.
    static readonly string[] s_models =
        ["guide_cnn", "se_silu_small", "decoder_small", "shuffle_small", "mobile_small", "resnet_small", "multi_out"];

    static string Golden(string name) => Path.Combine(NaiveWalkTests.Repository, "golden", name);

    static string Export(TemporaryFolder folder, string golden, string api)
    {
        string to = folder[$"{api}/{golden}"];
        var run = CommandLine.Run("export", "--golden", Golden(golden), "--api", api, "--output", to);
        run.ExitCode.Should().Be(0, run.Error);
        return to;
    }

    public static TheoryData<string, string> Models
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string model in s_models)
                foreach (string api in s_apis) data.Add(model, api);
            return data;
        }
    }

    [PythonTheory]
    [MemberData(nameof(Models))]
    public void A_folder_holds_to_PyTorchs_outputs_layer_by_layer(string model, string api)
    {
        using var folder = new TemporaryFolder();
        string at = Export(folder, "models/" + model, api);

        var (exit, output) = FlaxPython.Run(Path.Combine(at, "check.py"), "--taps");

        exit.Should().Be(0, output);
        output.Split('\n').Count(line => line.StartsWith("ok  ", StringComparison.Ordinal)).Should().Be(3, output);
        Directory.GetFiles(at).Select(Path.GetFileName).Order(StringComparer.Ordinal).Should().Equal(
            "README.md", "check.py", "conversion.json", "golden.npz", "load.py", "model.py",
            api == Nnx ? "params.safetensors" : "params.msgpack");
    }

    [PythonFact]
    public void Cases_of_every_op_compute_the_same_in_float64()
    {
        using var folder = new TemporaryFolder();
        string[] names = OpCases.All;
        var exported = new List<string>();
        for (int i = 0; i < names.Length; i++)
        {
            // By day each case once, for one of the two.
            foreach (string api in Sweeps.All ? s_apis : [s_apis[i % s_apis.Length]])
                exported.Add(Export(folder, "ops/" + names[i], api));
        }
        File.WriteAllLines(folder["list"], exported);

        var (exit, output) = FlaxPython.Run(Path.Combine(FlaxPython.Folder, "run_cases.py"), folder["list"]);

        exit.Should().Be(0, output);
        output.Should().Contain($"{exported.Count} held, 0 failed");
    }

    /// <summary>Mistakes that somebody could make in the source, or that Flax makes where an argument is left out: the
    /// model, the text, and what stands there instead.</summary>
    public static TheoryData<string, string, string> Damages => new()
    {
        { "resnet_small", @"strides=(\(2, 2\)|self.strides|strides),\s+padding=\(\(\d, \d\), \(\d, \d\)\)",
            "strides=(2, 2), padding=\"SAME\"" },
        { "se_silu_small", "epsilon=0.001", "epsilon=0.01" },
        { "se_silu_small", "epsilon=1e-5", "epsilon=1e-3" },
        { "se_silu_small", @"padding=\(\(1, 1\), \(2, 2\)\)", "padding=((2, 2), (1, 1))" },
        { "se_silu_small", @"padding=\(\(1, 1\), \(2, 2\)\)", "padding=((2, 0), (2, 2))" },
        { "se_silu_small", @"padding=\(\(1, 1\), \(2, 2\)\)", "padding=((1, 1), (1, 3))" },
        { "se_silu_small", @"kernel_size=\(3, 5\)", "kernel_size=(5, 3)" },
        { "se_silu_small", @"strides=\(2, 1\)", "strides=(1, 2)" },
        { "se_silu_small", "approximate=False", "approximate=True" },
        { "se_silu_small", "approximate=True", "approximate=False" },
        { "se_silu_small", "negative_slope=0.2", "negative_slope=0.01" },
        { "se_silu_small", "count_include_pad=True", "count_include_pad=False" },
        { "se_silu_small", "count_include_pad=False", "count_include_pad=True" },
        { "se_silu_small", @"jax\.nn\.sigmoid\(self\.fc2\(y\)\)", "jax.nn.hard_sigmoid(self.fc2(y))" },
        { "se_silu_small", "jax.nn.silu", "jax.nn.relu" },
        { "se_silu_small", "y \\* x", "y + x" },
        { "se_silu_small", @"\[y, z\]", "[z, y]" },
        { "se_silu_small", "use_running_average=True", "use_running_average=False" },
        { "shuffle_small", "feature_group_count=4", "feature_group_count=2" },
    };

    public static TheoryData<string, string, string, string> DamagesOfEach
    {
        get
        {
            var data = new TheoryData<string, string, string, string>();
            foreach (var row in Damages)
                foreach (string api in s_apis) data.Add(api, (string)row[0], (string)row[1], (string)row[2]);
            return data;
        }
    }

    [PythonTheory]
    [MemberData(nameof(DamagesOfEach))]
    public void A_mistake_in_the_source_does_not_hold(string api, string model, string said, string written)
    {
        using var folder = new TemporaryFolder();
        string at = Export(folder, "models/" + model, api), file = Path.Combine(at, "model.py");
        string source = File.ReadAllText(file), damaged = new Regex(said).Replace(source, written, count: 1);
        damaged.Should().NotBe(source);
        File.WriteAllText(file, damaged);

        var (exit, output) = FlaxPython.Run(Path.Combine(at, "check.py"));

        exit.Should().Be(1, output);
    }

    [PythonTheory]
    [InlineData("se_silu_small", "a['stem.kernel'] = a['stem.kernel'][::-1]")]
    [InlineData("se_silu_small", "a['stem.kernel'] = a['stem.kernel'][:, ::-1]")]
    [InlineData("se_silu_small", "a['gate.fc1.kernel'] = -a['gate.fc1.kernel']")]
    [InlineData("se_silu_small", "a['bn.mean'], a['bn.var'] = a['bn.var'], a['bn.mean']")]
    [InlineData("se_silu_small", "a['bn.scale'], a['bn.bias'] = a['bn.bias'], a['bn.scale']")]
    [InlineData("se_silu_small", "a['bn.var'] = a['bn.var'] ** 0.5")]
    [InlineData("se_silu_small", "a['fc.bias'] = a['fc.bias'] * 0")]
    [InlineData("se_silu_small", "a['fc.kernel'] = a['fc.kernel'][::-1]")]
    [InlineData("se_silu_small", "a['mix.kernel'] = a['mix.kernel'] * (1 + 1e-5)")]
    [InlineData("se_silu_small", "del a['fc.bias']")]
    [InlineData("se_silu_small", "a['fc.other'] = a['fc.bias']")]
    [InlineData("se_silu_small", "a['fc.bias'] = a['fc.bias'].astype('float64')")]
    [InlineData("resnet_small", "k = next(k for k in a if a[k].shape[:2] == (3, 3)); a[k] = a[k].swapaxes(0, 1)")]
    public void A_wrong_parameter_does_not_hold(string model, string damage)
    {
        using var folder = new TemporaryFolder();
        string at = Export(folder, "models/" + model, Nnx);
        File.WriteAllLines(Path.Combine(at, "damage.py"),
        [
            "from pathlib import Path",
            "import numpy as np",
            "from safetensors.numpy import load_file, save_file",
            "file = Path(__file__).with_name('params.safetensors')",
            "a = load_file(file)",
            damage,
            "save_file({k: np.ascontiguousarray(v) for k, v in a.items()}, file)",
        ]);
        var (damaged, why) = FlaxPython.Run(Path.Combine(at, "damage.py"));
        damaged.Should().Be(0, why);

        var (exit, output) = FlaxPython.Run(Path.Combine(at, "check.py"));

        exit.Should().Be(1, output);
    }

    [PythonTheory]
    [InlineData(Linen)]
    [InlineData(Nnx)]
    public void Taps_name_the_layer_that_is_wrong(string api)
    {
        using var folder = new TemporaryFolder();
        string at = Export(folder, "models/se_silu_small", api), file = Path.Combine(at, "model.py");
        File.WriteAllText(file, File.ReadAllText(file).Replace(
            "jax.nn.silu(self.fc1(", "jax.nn.relu(self.fc1(", StringComparison.Ordinal));

        var (exit, output) = FlaxPython.Run(Path.Combine(at, "check.py"), "--taps");

        exit.Should().Be(1);
        output.Should().Contain("the first bad layer is gate.fc2:");
    }

    /// <summary>Sources that people have read: what is written for these models is this text.</summary>
    [Theory]
    [InlineData("models/resnet18/2x3x97x75", Linen)]
    [InlineData("models/resnet18/2x3x97x75", Nnx)]
    [InlineData("models/se_silu_small", Linen)]
    [InlineData("models/vit_b_16/1x3x224x224", Nnx)]
    public void The_source_is_what_was_reviewed(string golden, string api)
    {
        using var folder = new TemporaryFolder();
        string source = File.ReadAllText(Path.Combine(Export(folder, golden, api), "model.py"));
        string kept = Path.Combine(FlaxPython.Folder, "reviewed", api, golden.Split('/')[1] + ".py");

        if (Environment.GetEnvironmentVariable("HARNESS_REVIEW") == "write")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            File.WriteAllText(kept, source);
        }

        source.Should().Be(File.ReadAllText(kept).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_folder_with_something_else_in_it_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["mine.txt"], "");

        var run = CommandLine.Run(
            "export", "--golden", Golden("models/guide_cnn"), "--output", Path.GetDirectoryName(folder["mine.txt"])!);

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain("is not empty and holds no model.py");
        Directory.GetFileSystemEntries(Path.GetDirectoryName(folder["mine.txt"])!).Should().ContainSingle();
    }

    [Fact]
    public void An_exports_parameters_become_the_state_dict_again()
    {
        using var folder = new TemporaryFolder();
        string at = Export(folder, "models/se_silu_small", Nnx);

        var run = CommandLine.Run(
            "convert", "--back", Path.Combine(at, "params.safetensors"), "--output", folder["back.safetensors"]);

        run.ExitCode.Should().Be(0, run.Error);
        using var model = ModelFile.Open(Path.Combine(Golden("models/se_silu_small"), "model.pt"));
        var (was, now) = (model.Weights, SafetensorsFile.Read(folder["back.safetensors"]));
        now.Keys.Should().BeSubsetOf(was.Keys);
        foreach (string key in now.Keys) now[key].Bytes.Span.SequenceEqual(was[key].Bytes.Span).Should().BeTrue(key);
        was.Keys.Except(now.Keys).Should().OnlyContain(key => key.EndsWith(".num_batches_tracked"));
    }
}
