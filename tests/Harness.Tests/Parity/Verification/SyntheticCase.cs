using System.Collections.Immutable;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity;
using Harness.Parity.Cases;
using Harness.Parity.Golden;
using Harness.Parity.Verification;
using Harness.Tests.Naive;
using Harness.Tests.Parity.Golden;

namespace Harness.Tests.Parity.Verification;

/// <summary>A small model with a golden that the naive oracle computed: convolution, norm, GELU, pool, flatten, linear.
/// Every fault that the gate knows can happen to it.</summary>
sealed class SyntheticCase : IDisposable
{
    const string Calls = """
        [{"module": "conv", "target": "aten::conv2d", "arguments":
            [{"value": "x"}, {"value": "conv.weight"}, {"value": "conv.bias"}, [2, 2], [1, 1], [1, 1], 1],
            "results": ["v1"]},
         {"module": "bn", "target": "aten::batch_norm", "arguments":
            [{"value": "v1"}, {"value": "bn.weight"}, {"value": "bn.bias"}, {"value": "bn.running_mean"},
             {"value": "bn.running_var"}, false, 0.1, 1e-05, true], "results": ["v2"]},
         {"module": "act", "target": "aten::gelu", "arguments": [{"value": "v2"}], "results": ["v3"]},
         {"module": "pool", "target": "aten::avg_pool2d", "arguments":
            [{"value": "v3"}, [3, 3], [1, 1], [1, 1], false, true], "results": ["v4"]},
         {"module": "flat", "target": "aten::flatten", "arguments": [{"value": "v4"}, 1, -1], "results": ["v5"]},
         {"module": "fc", "target": "aten::linear", "arguments":
            [{"value": "v5"}, {"value": "fc.weight"}, {"value": "fc.bias"}], "results": ["v6"]}]
        """;

    readonly (string Name, int[] Shape)[] _parameters =
    [
        ("conv.weight", [3, 3, 3, 3]), ("conv.bias", [3]), ("bn.weight", [3]), ("bn.bias", [3]),
            ("bn.running_mean", [3]),
        ("bn.running_var", [3]), ("fc.weight", [6, 60]), ("fc.bias", [6]),
    ];

    static readonly (string Node, string Value)[] s_nodes =
        [("conv", "v1"), ("bn", "v2"), ("act", "v3"), ("pool", "v4"), ("flat", "v5"), ("fc", "v6")];

    readonly TemporaryFolder _folder = new();

    /// <param name="name">The case's folder.</param>
    /// <param name="noise">Torch's own float32 noise, as if it had been recorded.</param>
    /// <param name="window">The convolution's; 3 × 3 if null. Either must give the plane of a 3 × 3 one.</param>
    public SyntheticCase(string name = "net", double noise = 2e-7, (int H, int W)? window = null)
    {
        Directory = _folder[name];
        System.IO.Directory.CreateDirectory(Directory);
        if (window is { } extents) _parameters[0].Shape = [3, 3, extents.H, extents.W];
        File.WriteAllText(Model, Graph("v6"));
        var weights = _parameters.Select(
            (parameter, i) => KeyValuePair.Create(parameter.Name, Drawn(parameter.Name, i + 2, parameter.Shape)))
            .ToArray();
        SafetensorsFile.Write(Weights, weights.Select(entry => KeyValuePair.Create(entry.Key, ToTensor(entry.Value))));
        var x = Drawn("x", 1, [2, 3, 7, 9]);
        var inner = NaiveWalk.Run(
            JsonElement.Parse(Graph([.. s_nodes.Select(node => node.Value)])),
            new Dictionary<string, NaiveTensor>(weights) { ["x"] = x });
        Write(x, inner, noise);
        CaseSet.Add(Path.Combine(Root, CaseSet.FileName), [Directory]);
    }

    public string Root => _folder.Path;

    public string Directory { get; }

    public string Model => Path.Combine(Directory, "graph.json");

    public string Weights => Path.Combine(Directory, "weights.safetensors");

    public string GoldenFile => Path.Combine(Directory, GoldenStore.JsonName);

    public string Received => Path.Combine(Directory, "received", "received.safetensors");

    public Verdict Verify(VerifyOptions? options = null) =>
        Verifier.Verify(new VerifyRequest(Directory), options ?? new VerifyOptions { Threads = 1 });

    public Verdict VerifyWith(string fault) => Verify(new VerifyOptions { Threads = 1, Fault = fault });

    /// <summary>Writes the golden again after a change of its document or tensors.</summary>
    public void Change(
        Func<GoldenDocument, GoldenDocument> document, Action<Dictionary<string, Tensor>>? tensors = null)
    {
        var golden = GoldenStore.Read(Directory);
        var changed = new Dictionary<string, Tensor>(golden.Tensors);
        tensors?.Invoke(changed);
        GoldenStore.Write(Directory, document(golden.Document), changed);
    }

    /// <summary>A shift that is more than rounding explains, and less than the limit.</summary>
    public const double AboveRounding = 5e-10;

    /// <summary>Shifts one golden output element.</summary>
    public void Shift(double by) => Change(
        document =>
            document with { Outputs = [GoldenPort.Of(
            "0", Shifted(GoldenStore.Read(Directory).Tensors["output.0"], by))] },
        tensors => tensors["output.0"] = Shifted(tensors["output.0"], by));

    public void Dispose() => _folder.Dispose();

    static Tensor Shifted(Tensor tensor, double by)
    {
        double[] values = tensor.ToDoubles();
        values[4] += by;
        return Tensor.Of(tensor.Shape, values);
    }

    string Graph(params string[] outputs) => JsonSerializer.Serialize(new
    {
        format = "harness-graph",
        version = 1,
        inputs = new[] { new { name = "x", shape = new[] { 2, 3, 7, 9 }, type = "float32" } },
        parameters = _parameters.Select(parameter => new { name = parameter.Name, shape = parameter.Shape }),
        calls = JsonElement.Parse(Calls),
        outputs = outputs.Select((value, i) => new { name = $"{i}", value }),
    });

    void Write(NaiveTensor x, Dictionary<string, NaiveTensor> inner, double noise)
    {
        var output = Tensor.Of(Shape.Create(inner["5"].Shape), (ReadOnlySpan<double>)inner["5"].Data);
        var tensors = new Dictionary<string, Tensor> { ["input.x"] = ToTensor(x), ["output.0"] = output };
        var probes = ImmutableArray.CreateBuilder<GoldenProbe>();
        for (int i = 0; i < s_nodes.Length; i++)
        {
            var (probe, values) = GoldenProbe.Sample(
                s_nodes[i].Node, Shape.Create(inner[$"{i}"].Shape), inner[$"{i}"].Data);
            probes.Add(probe);
            tensors[GoldenStore.ProbeName(probe.Node)] = values;
        }
        using var model = ModelFile.Open(Model, Weights);
        GoldenStore.Write(Directory, new GoldenDocument(
            GoldenModel.OfFile(Directory, Model),
            new GoldenWeights("weights.safetensors", null, Sha256Hash.Of(model.Weights)),
            [GoldenPort.Of("x", tensors["input.x"])],
            [GoldenPort.Of("0", output)],
            new GoldenRecorder("oracle", "cpu"),
            GoldenNoise.Of([noise]),
            Tolerance.Default,
            probes.ToImmutable())
        {
            Sensitivity = Sensitivities.AllMoves(1, 1),
        }, tensors);
    }

    static NaiveTensor Drawn(string name, int seed, int[] shape)
    {
        var drawn = NaiveTensor.Random(seed, shape);
        return name == "bn.running_var" ? drawn.Map(value => Math.Abs(value) + 0.5) : drawn;
    }

    static Tensor ToTensor(NaiveTensor tensor) =>
        Tensor.Of(Shape.Create(tensor.Shape), (ReadOnlySpan<float>)Array.ConvertAll(tensor.Data, x => (float)x));
}
