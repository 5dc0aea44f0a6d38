using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Golden;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Golden;

/// <summary>Probes of what the executor itself computes, for goldens of tests that ask about something else: a golden
/// without any is red.</summary>
static class OwnProbes
{
    /// <summary>The document with them; their values go among the tensors.</summary>
    public static GoldenDocument With(GoldenDocument document, TorchModel model, Dictionary<string, Tensor> tensors)
    {
        var golden = new GoldenCase("", document, tensors, ImmutableDictionary<string, int>.Empty);
        var probes = ImmutableArray.CreateBuilder<GoldenProbe>();
        var values = new Dictionary<string, Tensor>();
        using var runner = new CpuRunner(threads: 1);
        Float64Run.Outputs(
            golden, NhwcPass.Apply(model, CaseModel.Inputs(golden)), runner, RunMode.EachNode, default, session =>
            {
                foreach (var node in session.Program.Nodes.Where(node => node.Call is not null))
                {
                    foreach (int output in node.Outputs)
                    {
                        var (probe, sampled) = GoldenProbe.Sample(
                            session.Program.Values[output].Name, session.Read(output));
                        probes.Add(probe);
                        values[GoldenStore.ProbeName(probe.Node)] = sampled;
                    }
                }
            });
        foreach (var (name, sampled) in values) tensors.Add(name, sampled);
        return document with { Probes = probes.ToImmutable() };
    }
}
