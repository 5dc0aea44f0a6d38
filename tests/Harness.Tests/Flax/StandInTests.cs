namespace Harness.Tests.Flax;

/// <summary>The stand-in for jax and flax computes what they compute, and exports that were held to real ones by hand
/// hold on it; damaged ones do not.</summary>
public sealed class StandInTests
{
    /// <summary>An export, a file of it, what is written for what, and why the drift is red or the load refused.
    /// </summary>
    public static TheoryData<string, string, string, string> Damages => new()
    {
        // What Flax defaults otherwise, left out or changed.
        { "linen/cnn", "epsilon=1e-3, ", "", "FAIL Cnn float64" },
        { "nnx/cnn", "epsilon=1e-3, ", "", "FAIL Cnn float64" },
        { "linen/cnn", "padding=((1, 2), (1, 2))", "padding=((2, 1), (2, 1))", "FAIL Cnn float64" },
        {
            "linen/cnn", "padding=((1, 1 + ceil_extra(x.shape[1])), (1, 1 + ceil_extra(x.shape[2])))",
            "padding='SAME'", "FAIL Cnn float64"
        },
        { "nnx/cnn", "padding=((1, 1), (2, 2)),", "padding=((1, 1), (1, 3)),", "FAIL Cnn float64" },
        { "linen/cnn", ", count_include_pad=False", "", "FAIL Cnn float64" },
        { "linen/cnn", "use_running_average=True", "use_running_average=False", "batch_stats" },
        { "nnx/cnn", "use_running_average=True, ", "", "FAIL Cnn float64" },
        { "linen/transformer", "epsilon=1e-5", "epsilon=1e-6", "FAIL Transformer float64" },
        { "nnx/transformer", "epsilon=1e-5, ", "", "FAIL Transformer float64" },
        { "nnx/transformer", "attention_fn=attention, ", "", "FAIL Transformer float64" },
        { "nnx/transformer", "promote_dtype=follow, ", "", "FAIL Transformer float64" },
        { "linen/transformer", "approximate=self.gelu_tanh", "approximate=True", "FAIL Transformer float64" },
        // Parameters that the module does not have, lacks, or has in another shape.
        {
            "linen/cnn", "use_bias=False, name='0'", "use_bias=True, name='0'",
            "missing in the file: params/features/0/bias"
        },
        { "nnx/cnn", "288, 5, use_bias=True", "288, 5, use_bias=False", "not in the model: head.1.bias" },
        {
            "linen/cnn", "nn.Dense(5,", "nn.Dense(6,",
            "params/head/1/kernel: file float32[288, 5], model float32[288, 6]"
        },
        { "linen/transformer", "name='fc2'", "name='fc1'", "Name in use" },
    };

    [PythonFact]
    public void Every_recorded_call_that_is_offered_is_held()
    {
        var (exit, output) = FlaxPython.Run(Path.Combine(FlaxPython.Folder, "standin/check.py"));

        exit.Should().Be(0, output);
        output.Should().Contain("2425 held, 37 not offered, 0 wrong");
    }

    [PythonTheory]
    [InlineData("linen/cnn")]
    [InlineData("linen/transformer")]
    [InlineData("nnx/cnn")]
    [InlineData("nnx/transformer")]
    public void An_export_that_real_flax_has_run_holds(string export)
    {
        var (exit, output) = FlaxPython.Run(Path.Combine(FlaxPython.Folder, "reference", export, "check.py"));

        exit.Should().Be(0, output);
        output.Split('\n').Count(line => line.StartsWith("ok  ", StringComparison.Ordinal)).Should().Be(2, output);
    }

    [PythonTheory]
    [MemberData(nameof(Damages))]
    public void A_damaged_model_does_not_hold(string export, string said, string written, string complaint)
    {
        using var folder = Copy(export);
        string file = folder["model.py"];
        string source = File.ReadAllText(file);
        source.Should().Contain(said);
        File.WriteAllText(file, source.Replace(said, written));

        var (exit, output) = FlaxPython.Run(folder["check.py"]);

        exit.Should().Be(1, output);
        output.Should().Contain(complaint);
    }

    [PythonTheory]
    // Square kernels: no shape tells that height and width were swapped, and no name that mean and var were.
    [InlineData("nnx/cnn", "a['up.kernel'] = a['up.kernel'].swapaxes(0, 1)", "FAIL Cnn float64")]
    [InlineData("nnx/cnn", "a['features.1.mean'], a['features.1.var'] = a['features.1.var'], a['features.1.mean']",
        "FAIL Cnn float64")]
    [InlineData("nnx/transformer", "a['blocks.0.attn.out.kernel'] = a['blocks.0.attn.out.kernel'].transpose(1, 0, 2)",
        "FAIL Transformer float64")]
    [InlineData("nnx/transformer", "del a['ln_f.scale']", "missing in the file: ln_f.scale")]
    [InlineData("nnx/transformer", "a['head.kernel'] = a['pos']", "not in the model: head.kernel")]
    [InlineData("nnx/cnn", "a['up.kernel'] = a['up.kernel'].astype('float64')", "up.kernel: file float64")]
    [InlineData("linen/cnn", "a['params']['up']['kernel'] = a['params']['up']['kernel'].swapaxes(0, 1)",
        "FAIL Cnn float64")]
    [InlineData("linen/cnn", "b = a['batch_stats']['features']['1']; b['mean'], b['var'] = b['var'], b['mean']",
        "FAIL Cnn float64")]
    [InlineData("linen/transformer", "a['params']['blocks']['0']['attn']['query'].pop('bias')",
        "missing in the file: params/blocks/0/attn/query/bias")]
    [InlineData("linen/transformer", "a['params']['pos'] = a['params']['pos'][:, :5]",
        "params/pos: file float32[1, 5, 16]")]
    public void Damaged_parameters_do_not_hold(string export, string damage, string complaint)
    {
        using var folder = Copy(export);
        bool linen = export.StartsWith("linen", StringComparison.Ordinal);
        File.WriteAllLines(folder["damage.py"],
        [
            "from pathlib import Path",
            linen ? "from flax import serialization" : "from safetensors.numpy import load_file, save_file",
            linen ? "file = Path(__file__).with_name('params.msgpack')"
                : "file = Path(__file__).with_name('params.safetensors')",
            linen ? "a = serialization.msgpack_restore(file.read_bytes())" : "a = load_file(file)",
            damage,
            linen ? "file.write_bytes(serialization.msgpack_serialize(a))" : "save_file(a, file)",
        ]);
        var (damaged, why) = FlaxPython.Run(folder["damage.py"]);
        damaged.Should().Be(0, why);

        var (exit, output) = FlaxPython.Run(folder["check.py"]);

        exit.Should().Be(1, output);
        output.Should().Contain(complaint);
    }

    static TemporaryFolder Copy(string export)
    {
        var folder = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(FlaxPython.Folder, "reference", export)))
            File.Copy(file, folder[Path.GetFileName(file)]);
        return folder;
    }
}
