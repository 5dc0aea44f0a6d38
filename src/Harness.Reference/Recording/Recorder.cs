using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Recording;

/// <summary>Computes what a golden holds: outputs in float64, probes of every node, torch's own float32 noise.</summary>
/// <param name="model">The graph and its weights.</param>
/// <param name="path">The model's file.</param>
/// <param name="device">Where to compute.</param>
sealed class Recorder(TorchModel model, string path, Device device)
{
    readonly List<GoldenProbe> _probes = [];
    readonly Dictionary<string, Stored> _tensors = new(StringComparer.Ordinal);

    // A TorchScript file with its own weights can be run by libtorch itself, which is the better truth.
    readonly bool _scripted = model.Format == "TorchScript";

    /// <summary>Computes a golden for these inputs.</summary>
    /// <param name="source">The model as the golden names it.</param>
    /// <param name="weights">The weights as the golden names them.</param>
    /// <param name="inputs">One tensor an input.</param>
    /// <param name="cancel">Stops between two nodes.</param>
    /// <exception cref="ModelException">The model cannot be run, or its two readings disagree.</exception>
    public (GoldenDocument Document, IReadOnlyDictionary<string, Stored> Tensors) Record(
        GoldenModel source, GoldenWeights weights, ImmutableArray<Stored> inputs, CancellationToken cancel)
    {
        var graph = model.Graph;
        var walked = Walked(inputs, ScalarType.Float64, Probe, cancel);
        var outputs = walked;
        if (_scripted)
        {
            cancel.ThrowIfCancellationRequested();
            outputs = Scripted(inputs, ScalarType.Float64);
            Agreement.Demand(path, graph, walked, outputs);
        }
        cancel.ThrowIfCancellationRequested();
        var rough = _scripted ? Scripted(inputs, ScalarType.Float32) : Walked(inputs, ScalarType.Float32, null, cancel);
        var noise = outputs.Select((output, i) => Noise(rough[i].ToDoubles(), output.ToDoubles())).ToImmutableArray();

        var inputPorts = graph.Inputs.Select((port, i) => Described(GoldenStore.InputName, port, inputs[i])).ToImmutableArray();
        var outputPorts = graph.Outputs.Select((port, i) => Described(GoldenStore.OutputName, port, outputs[i])).ToImmutableArray();
        var document = new GoldenDocument(
            source, weights, inputPorts, outputPorts,
            new GoldenRecorder(__version__, device.type == TorchSharp.DeviceType.CUDA ? "cuda" : "cpu"),
            GoldenNoise.Of(noise), Parity.Tolerance.Default, [.. _probes]);
        return (document, _tensors);
    }

    GoldenPort Described(Func<string, string> name, Port port, Stored tensor)
    {
        _tensors[name(port.Name)] = tensor;
        return GoldenPort.Of(port.Name, tensor);
    }

    void Probe(Call call, int index, TorchTensor result)
    {
        // A call with several results lends its name to the first; the others add their position.
        string node = index == 0 ? call.Name : $"{call.Name}:{index}";
        var (probe, values) = GoldenProbe.Sample(node, TorchTensors.ShapeOf(result), TorchTensors.Doubles(result));
        _probes.Add(probe);
        _tensors[GoldenStore.ProbeName(node)] = values;
    }

    ImmutableArray<Stored> Walked(ImmutableArray<Stored> inputs, ScalarType type, GraphWalk.Probe? probe, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var fed = inputs.Select(input => TorchTensors.Widen(input, type, device)).ToList();
        return Stored64(new GraphWalk(model.Graph, model.Weights, path, type, device).Run(fed, probe, cancel));
    }

    ImmutableArray<Stored> Scripted(ImmutableArray<Stored> inputs, ScalarType type)
    {
        using var scope = NewDisposeScope();
        return Stored64(ScriptedModel.Run(path, type, device, [.. inputs.Select(input => TorchTensors.Widen(input, type, device))]));
    }

    // Outputs are stored as float64 whatever they are: exact for float32 and for integers below 2^53.
    static ImmutableArray<Stored> Stored64(IReadOnlyList<TorchTensor> outputs)
    {
        var stored = outputs.Select(output => Stored.Of(TorchTensors.ShapeOf(output), TorchTensors.Doubles(output))).ToImmutableArray();
        foreach (var output in outputs) output.Dispose();
        return stored;
    }

    // The largest difference of elements that are finite in both: where float32 overflows there is no noise to speak of.
    static double Noise(double[] rough, double[] exact)
    {
        double worst = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double difference = Math.Abs(rough[i] - exact[i]);
            if (double.IsFinite(difference)) worst = Math.Max(worst, difference);
        }
        return worst;
    }
}
