using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>What a report shows of each node beside its drift, and where an output's drift sits. Nothing here
/// judges.</summary>
static class NodeSeries
{
    /// <summary>The nodes with their own errors in both precisions.</summary>
    public static ImmutableArray<NodeDrift> Joined(
        ImmutableArray<NodeDrift> probes, IReadOnlyDictionary<string, double> layers,
        IReadOnlyList<Float32Node> singles)
    {
        var byName = new Dictionary<string, Float32Node>(StringComparer.Ordinal);
        foreach (var single in singles) byName[single.Node] = single;
        return
        [
            .. probes.Select(node => node with
            {
                Isolated64 = layers.TryGetValue(node.Node, out double error) ? error : null,
                Isolated32 = byName.GetValueOrDefault(node.Node)?.Scaled,
                Isolated32Limit = byName.GetValueOrDefault(node.Node)?.Factor ?? 0,
            }),
        ];
    }

    /// <summary>The nodes with what became of float32's rounding at each: a run of its own, segment by segment, as the
    /// float64 one.</summary>
    public static ImmutableArray<NodeDrift> Followed(
        ImmutableArray<NodeDrift> probes, GoldenCase golden, NhwcProgram model, Runner runner, ValueReader values,
        CancellationToken cancellation)
    {
        var check = new ProbeCheck(golden);
        _ = Float64Run.Outputs(golden, model, runner, RunMode.EachNode, cancellation, session =>
        {
            foreach (var node in session.Program.Nodes) check.Observe(session, node, values);
            values.Forget();
        }, precision: ElementType.Float32);
        var single = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var node in check.Measured) single[node.Node] = node.Error;
        return
        [
            .. probes.Select(node => node with
            {
                Cumulative32 = single.TryGetValue(node.Node, out double error) ? error : null,
            }),
        ];
    }

    /// <summary>The map of the output that is furthest beyond its limit, or nearest to it; null where there is
    /// none.</summary>
    /// <param name="golden">The golden.</param>
    /// <param name="drifts">Those that come into question.</param>
    /// <param name="outputs">All of the golden's, in order.</param>
    public static DriftMap? MapOf(GoldenCase golden, ImmutableArray<Drift> drifts, ImmutableArray<Tensor> outputs)
    {
        if (drifts.MaxBy(drift => (!drift.Holds, drift.ShareOfLimit)) is not { } worst) return null;
        for (int i = 0; i < outputs.Length; i++)
        {
            var port = golden.Document.Outputs[i];
            if (port.Name == worst.Output)
                return DriftMap.Of(port.Name, worst.Limit.Value, outputs[i], golden.Output(port));
        }
        return null;
    }
}
