using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Recording;

/// <summary>Computes what a golden holds: outputs in float64, probes of every node, torch's own float32
/// noise.</summary>
/// <param name="model">The graph and its weights.</param>
/// <param name="path">The model's file.</param>
/// <param name="ownWeights">True where the weights are those of the file itself.</param>
/// <param name="device">Where to compute.</param>
sealed class Recorder(TorchModel model, string path, bool ownWeights, Device device)
{
    readonly List<GoldenProbe> _probes = [];
    readonly Dictionary<string, Stored> _tensors = new(StringComparer.Ordinal);

    readonly ProbeChoice _choice = ProbeChoice.Of(model);

    // A TorchScript file can be run by libtorch itself, which is the better truth.
    readonly bool _scripted = model.IsScript;

    /// <summary>Computes a golden for these inputs.</summary>
    /// <param name="source">The model as the golden names it.</param>
    /// <param name="weights">The weights as the golden names them.</param>
    /// <param name="inputs">One tensor an input.</param>
    /// <exception cref="ModelException">The model cannot be run, or its two readings disagree.</exception>
    public (GoldenDocument Document, IReadOnlyDictionary<string, Stored> Tensors) Record(
        GoldenModel source, GoldenWeights weights, ImmutableArray<Stored> inputs)
    {
        var graph = model.Graph;
        var exact = new GraphWalk(graph, model.Weights, path, ScalarType.Float64, device);
        var walked = Walked(exact, inputs, ScalarType.Float64, Probe);
        var outputs = walked.Select(output => output.Tensor).ToImmutableArray();
        ImmutableArray<Stored>[] rough;
        if (_scripted && exact.RoundsInFile)
        {
            // The file cannot be run in float64: it rounds where it casts, or libtorch refuses the mixture of types.
            // Run as it is it may be more precise than float32, where it casts to float64.
            var own = Scripted(inputs, null);
            var single = Rough(inputs);
            Agreement.DemandWithinNoise(path, graph, walked, single, own);
            rough = [own, [.. single.Select(output => output.Tensor)]];
        }
        else if (_scripted)
        {
            outputs = Scripted(inputs, ScalarType.Float64);
            Agreement.Demand(path, graph, walked, outputs);
            rough = [Scripted(inputs, ScalarType.Float32)];
        }
        else rough = [[.. Rough(inputs).Select(output => output.Tensor)]];
        var noise = outputs.Select((output, i) =>
            rough.Max(run => Noise(run[i], output))).ToImmutableArray();

        var document = new GoldenDocument(
            source, weights,
            [.. graph.Inputs.Select((port, i) => Described(GoldenStore.InputName, port.Name, inputs[i]))],
            [.. walked.Select((output, i) => Described(GoldenStore.OutputName, output.Name, outputs[i]))],
            new GoldenRecorder(Torch.Version, device.type == TorchSharp.DeviceType.CUDA ? "cuda" : "cpu"),
            GoldenNoise.Of(noise), Parity.Tolerance.Default, [.. _probes])
        {
            CastsLifted = exact.CastsLifted,
        };
        return (document, _tensors);
    }

    GoldenPort Described(Func<string, string> name, string port, Stored tensor)
    {
        _tensors[name(port)] = tensor;
        return GoldenPort.Of(port, tensor);
    }

    void Probe(Call call, int index, TorchTensor result)
    {
        if (!_choice.Includes(call)) return;
        // The sizes that a trace computes with are integers without axes; no node of a program computes them.
        if (result.ndim == 0 && !result.is_floating_point()) return;
        // A call with several results lends its name to the first; the others add their position.
        string node = index == 0 ? call.Name : $"{call.Name}:{index}";
        var (probe, values) = GoldenProbe.Sample(node, Held(result), _choice.Positions);
        _probes.Add(probe);
        _tensors[GoldenStore.ProbeName(node)] = values;
    }

    ImmutableArray<(string Name, Stored Tensor)> Rough(ImmutableArray<Stored> inputs) => Walked(
        new GraphWalk(model.Graph, model.Weights, path, ScalarType.Float32, device), inputs, ScalarType.Float32, null);

    ImmutableArray<(string Name, Stored Tensor)> Walked(
        GraphWalk walk, ImmutableArray<Stored> inputs, ScalarType type, GraphWalk.Probe? probe)
    {
        using var scope = NewDisposeScope();
        var outputs = walk.Run([.. inputs.Select(input => TorchTensors.Widen(input, type, device))], probe);
        return [.. outputs.Select(output => (output.Name, Taken(output.Tensor)))];
    }

    // Null: in the file's own types, on the inputs as they are.
    ImmutableArray<Stored> Scripted(ImmutableArray<Stored> inputs, ScalarType? type)
    {
        using var scope = NewDisposeScope();
        var fed = inputs.Select(input => type is { } wanted
            ? TorchTensors.Widen(input, wanted, device)
            : TorchTensors.Of(input).to(device)).ToList();
        return [.. ScriptedModel.Run(path, ownWeights ? null : model.Weights, type, device, fed).Select(Taken)];
    }

    // Floats as float64, whatever they were computed in; integers and Booleans in their own type, since doubles do not
    // tell all int64 apart.
    static Stored Held(TorchTensor result) => result.is_floating_point()
        ? Stored.Of(TorchTensors.ShapeOf(result), TorchTensors.Doubles(result))
        : TorchTensors.Store(result);

    static Stored Taken(TorchTensor output)
    {
        using (output) return Held(output);
    }

    // The largest difference of elements that are finite in both: where float32 overflows there is no noise to speak
    // of. Integers have none: what a cast truncates otherwise in float32 must widen no limit of the other outputs.
    static double Noise(Stored run, Stored output)
    {
        if (!output.Type.IsFloating()) return 0;
        double[] rough = run.ToDoubles(), exact = output.ToDoubles();
        double worst = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double difference = Math.Abs(rough[i] - exact[i]);
            if (double.IsFinite(difference)) worst = Math.Max(worst, difference);
        }
        return worst;
    }
}
