using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Parity.Golden;
using Harness.Reference.Modules;
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
    HashSet<int>? _read;
    readonly Dictionary<string, Stored> _tensors = new(StringComparer.Ordinal);

    // An architecture's golden is to stay small beside no model at all.
    readonly int _positions = model.IsArchitecture ? GoldenProbe.FewestPositions : GoldenProbe.MaxPositions;

    // One sample of the noise may be small by luck, seven are not (three of the likenesses are wide); a large model's
    // outputs have many elements each.
    const int Likely = 9, LikelyOfLarge = 2;
    const long Large = 1 << 22;

    /// <summary>False where only outputs and probes are asked for: what moves what is not measured, nor noise on other
    /// inputs.</summary>
    public bool MeasuresSensitivity { get; init; } = true;

    /// <summary>The module of TorchSharp's that the graph was read from; null for all other models.</summary>
    public UserModule? Module { get; init; }

    // A TorchScript file can be run by libtorch itself, and a module of TorchSharp's runs itself, which is the better
    // truth.
    bool RunsItself => model.IsScript || Module is not null;

    /// <summary>Computes a golden for these inputs.</summary>
    /// <param name="source">The model as the golden names it.</param>
    /// <param name="weights">The weights as the golden names them.</param>
    /// <param name="inputs">One tensor an input.</param>
    /// <exception cref="ModelException">The model cannot be run, or its two readings disagree.</exception>
    public (GoldenDocument Document, IReadOnlyDictionary<string, Stored> Tensors) Record(
        GoldenModel source, GoldenWeights weights, ImmutableArray<Stored> inputs)
    {
        var graph = model.Graph;
        var exact = new GraphWalk(graph, model.Weights, path, ScalarType.Float64, device)
        {
            Repeats = new SingleNodes(path, device).Demand,
        };
        var walked = Walked(exact, inputs, ScalarType.Float64, Probe);
        var outputs = walked.Select(output => output.Tensor).ToImmutableArray();
        ImmutableArray<Stored>[] rough;
        if (model.IsScript && exact.RoundsInFile)
        {
            // The file cannot be run in float64: it rounds where it casts, or libtorch refuses the mixture of types.
            // Run as it is it may be more precise than float32, where it casts to float64.
            var own = Scripted(inputs, null);
            var single = Rough(inputs);
            Agreement.DemandWithinNoise(path, graph, walked, single, own);
            rough = [own, [.. single.Select(output => output.Tensor)]];
        }
        else if (RunsItself)
        {
            outputs = Scripted(inputs, ScalarType.Float64);
            Agreement.Demand(path, graph, walked, outputs);
            rough = [Scripted(inputs, ScalarType.Float32)];
        }
        else rough = [[.. Rough(inputs).Select(output => output.Tensor)]];
        double[] noise = [.. outputs.Select((output, i) => rough.Max(run => Noise(run[i], output)))];
        double[] moves = new double[outputs.Length];
        int samples = 1, others = !MeasuresSensitivity ? 0
            : _probes.Sum(probe => probe.Shape.Elements) > Large ? LikelyOfLarge : Likely;
        for (int number = 1; number <= others; number++)
        {
            var likeness = Likenesses.Of(inputs, number);
            var moved = Outputs(likeness, ScalarType.Float64);
            for (int i = 0; i < moves.Length; i++) moves[i] = Math.Max(moves[i], Moved(moved[i], walked[i].Tensor));
            if (Likenesses.IsWide(number)) continue;
            var single = Outputs(likeness, ScalarType.Float32);
            for (int i = 0; i < moves.Length; i++)
                if (single[i].Shape == moved[i].Shape) noise[i] = Math.Max(noise[i], Noise(single[i], moved[i]));
            samples++;
        }
        var sensitivity = MeasuresSensitivity ? new GoldenSensitivity(
            [.. inputs.Select((_, i) => inputs.Length == 1 ? moves.Max() : MovedBy(i, inputs, walked))], [.. moves],
            new BlindWeights(model, path, device).Find(inputs))
        {
            Rounding = Rounding(inputs, walked),
            IsSquare = InputChoice.OblongOf(model, inputs) is not null,
        } : new GoldenSensitivity([.. inputs.Select(_ => 0.0)], [.. moves], []) { Rounding = [.. moves] };

        var document = new GoldenDocument(
            source, weights,
            [.. graph.Inputs.Select((port, i) => Described(GoldenStore.InputName, port.Name, inputs[i]))],
            [.. walked.Select((output, i) => Described(GoldenStore.OutputName, output.Name, outputs[i]))],
            new GoldenRecorder(Torch.Version, device.type == TorchSharp.DeviceType.CUDA ? "cuda" : "cpu"),
            GoldenNoise.Of([.. noise]) with { Samples = samples }, Parity.Tolerance.Default, [.. _probes])
        {
            CastsLifted = exact.CastsLifted,
            Sensitivity = sensitivity,
        };
        return (document, _tensors);
    }

    GoldenPort Described(Func<string, string> name, string port, Stored tensor)
    {
        _tensors[name(port)] = tensor;
        return GoldenPort.Of(port, tensor);
    }

    // How far an output moves, scaled, when one input alone is another; NaN for an input that nothing reads.
    double MovedBy(int input, ImmutableArray<Stored> inputs, ImmutableArray<(string Name, Stored Tensor)> walked)
    {
        int value = model.Graph.Inputs[input].Value;
        if (!model.Graph.Calls.Any(call => GraphWalk.Used(call).Contains(value))
            && model.Graph.Outputs.All(port => port.Value != value)) return double.NaN;
        double most = 0;
        for (int number = 1; number <= Likely && most == 0; number++)
        {
            var moved = Outputs(inputs.SetItem(input, Likenesses.Of(inputs[input], number, Likenesses.IsWide(number))),
                ScalarType.Float64);
            for (int i = 0; i < moved.Length; i++) most = Math.Max(most, Moved(moved[i], walked[i].Tensor));
        }
        return most;
    }

    ImmutableArray<Stored> Outputs(ImmutableArray<Stored> inputs, ScalarType type) =>
        [.. Walked(new GraphWalk(model.Graph, model.Weights, path, type, device), inputs, type, null)
            .Select(output => output.Tensor)];

    // Another shape is a move as well: sizes may follow from what an input holds.
    static double Moved(Stored now, Stored before)
    {
        if (now.Shape != before.Shape || now.Type != before.Type) return double.PositiveInfinity;
        double difference = Agreement.Difference(now, before);
        double largest = before.ToDoubles().Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        return difference == 0 ? 0 : difference / largest;
    }

    // A walk that an ulp moves at every node: how far rounding alone takes each of them, and the outputs.
    ImmutableArray<double> Rounding(
        ImmutableArray<Stored> inputs, ImmutableArray<(string Name, Stored Tensor)> walked)
    {
        using var generator = new Generator(2, device);
        var probes = _probes.Select((probe, i) => (probe, i)).ToDictionary(pair => pair.probe.Node, pair => pair.i);
        var exact = new GraphWalk(model.Graph, model.Weights, path, ScalarType.Float64, device);
        var outputs = Walked(exact, inputs, ScalarType.Float64, (call, index, result) =>
        {
            if (!result.is_floating_point()) return;
            if (probes.TryGetValue(NodeOf(call, index), out int at))
                _probes[at] = WithRounding(_probes[at], TorchTensors.Doubles(result));
            using var scope = NewDisposeScope();
            // Elements that are one and the same in memory cannot be moved apart.
            if (result.numel() < 2 || result.stride().Zip(result.shape).Any(axis => axis is (0, > 1))) return;
            var ulps = rand(result.shape, dtype: result.dtype, device: device, generator: generator) * 4 - 2;
            result.mul_(1 + ulps * (1.0 / (1L << 52)));
        });
        return [.. outputs.Select((output, i) => Noise(output.Tensor, walked[i].Tensor))];
    }

    GoldenProbe WithRounding(GoldenProbe probe, double[] moved)
    {
        if (moved.Length != probe.Shape.Elements) return probe;
        double[] values = _tensors[GoldenStore.ProbeName(probe.Node)].ToDoubles();
        var sums = ProbeSums.Of(probe.Node, moved);
        double off = Math.Max(Math.Abs(sums.L2 - probe.L2), Math.Abs(sums.Projection - probe.Projection))
            / Math.Sqrt(moved.Length);
        for (int i = 0; i < values.Length; i++)
        {
            double difference = Math.Abs(moved[(int)probe.Positions[i]] - values[i]);
            if (double.IsFinite(difference)) off = Math.Max(off, difference);
        }
        // What the limit forgives anyway is not worth a line.
        return double.IsFinite(off) && Parity.Tolerance.OfRounding(off) > Parity.Drift.RoundingLimit * probe.AbsMax
            ? probe with { Rounding = off } : probe;
    }

    // A call with several results lends its name to the first; the others add their position.
    static string NodeOf(Call call, int index) => index == 0 ? call.Name : $"{call.Name}:{index}";

    void Probe(Call call, int index, TorchTensor result)
    {
        // The sizes that a trace computes with are integers without axes; no node of a program computes them.
        if (result.ndim == 0 && (!result.is_floating_point() || IsSizes(call))) return;
        string node = NodeOf(call, index);
        var (probe, values) = GoldenProbe.Sample(node, Held(result), _positions);
        _probes.Add(probe);
        _tensors[GoldenStore.ProbeName(node)] = values;
    }

    // Nothing but sizes are made of what it gives.
    bool IsSizes(Call call)
    {
        _read ??= GraphWalk.Read(model.Graph);
        return !call.Results.Any(_read.Contains);
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
        if (Module is not null) return [Taken(Module.Run(model.Weights, type!.Value, device, fed[0]))];
        return [.. ScriptedModel.Run(
            path, model, ownWeights ? null : model.Weights, type, device, fed).Select(Taken)];
    }

    // Floats as float64, whatever they were computed in; integers and Booleans in their own type, since doubles do not
    // tell all int64 apart.
    static Stored Held(TorchTensor result)
    {
        using var scope = NewDisposeScope();
        return TorchTensors.Store(result.is_floating_point() ? result.to_type(ScalarType.Float64) : result);
    }

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
