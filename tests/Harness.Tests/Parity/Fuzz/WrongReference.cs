using System.Collections.Immutable;
using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity;
using Harness.Parity.Fuzz;
using Harness.Parity.Golden;
using Harness.Tests.Parity.Golden;

namespace Harness.Tests.Parity.Fuzz;

/// <summary>A reference for tests without libtorch: the executor itself, which is right about every graph that it takes
/// unless it is told to mistake one operator for another.</summary>
sealed class WrongReference(string target = "", string mistaken = "")
{
    public int Recordings { get; private set; }

    public FuzzJudge Judge => new(Record);

    public GoldenCase Record(FuzzCase trial)
    {
        Recordings++;
        var graph = trial.Graph with
        {
            Calls = [.. trial.Graph.Calls.Select(call =>
                call.Target == target ? call with { Target = mistaken } : call)],
        };
        using var model = new TorchModel(graph, trial.Weights(), "graph");
        var program = NhwcPass.Apply(
            model, [.. graph.Inputs.Select(port => Fact.Of(port.Type, port.Shape!.Value))]);
        using var session = Session.Open<double>(program, new PlanOptions { Threads = 1, Fuse = false });
        var inputs = trial.Inputs();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (port, (name, tensor)) in program.Inputs.Zip(inputs))
        {
            session.Write(port.Value, tensor);
            tensors[GoldenStore.InputName(name)] = tensor;
        }
        session.Run();
        foreach (var port in program.Outputs) tensors[GoldenStore.OutputName(port.Name)] = session.Read(port.Value);
        int outputs = program.Outputs.Length;
        var document = OwnProbes.With(new GoldenDocument(
            new GoldenModel(FuzzCase.FileName, "0"), new GoldenWeights(null, null, Sha256Hash.Of(model.Weights)),
            [.. inputs.Select(pair => GoldenPort.Of(pair.Key, pair.Value))],
            [.. program.Outputs.Select(port => GoldenPort.Of(port.Name, tensors[GoldenStore.OutputName(port.Name)]))],
            // What float32 gives end to end is no question here.
            new GoldenRecorder("oracle", "cpu"), GoldenNoise.Of([.. Enumerable.Repeat(1e30, outputs)]),
            Tolerance.Default, [])
        {
            DeclaresNonFinite = true,
            Sensitivity = new GoldenSensitivity(
                [.. inputs.Select(_ => 1.0)], [.. Enumerable.Repeat(1.0, outputs)], [])
            {
                Rounding = [.. Enumerable.Repeat(0.0, outputs)],
            },
        }, model, tensors);
        return new GoldenCase(trial.Name, document, tensors, ImmutableDictionary<string, int>.Empty);
    }
}
