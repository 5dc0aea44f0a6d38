using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Parity.Golden;

namespace Harness.Reference.Recording;

/// <summary>Which nodes a golden probes, and at how many positions. A model file is probed at every node. An
/// architecture's golden is to stay a few KB beside no model at all, so only what its weights enter is probed, and no
/// more than 64 nodes spread evenly.</summary>
sealed class ProbeChoice
{
    const int MostNodes = 64;
    const int FewPositions = 4;

    readonly HashSet<string>? _nodes;

    ProbeChoice(HashSet<string>? nodes) => _nodes = nodes;

    /// <summary>The choice for a model.</summary>
    public static ProbeChoice Of(TorchModel model)
    {
        if (!model.IsArchitecture) return new ProbeChoice(null);
        string[] names =
        [
            .. model.Graph.Calls.Where(call => OpSet.TryParse(call, out var op, out _) && op.IsContraction)
                .Select(call => call.Name),
        ];
        int count = Math.Min(names.Length, MostNodes);
        // The last of each equal part, so that the node before the output is among them.
        return new ProbeChoice(
            [.. Enumerable.Range(1, count).Select(part => names[(part * names.Length / count) - 1])]);
    }

    /// <summary>True when this call is probed.</summary>
    public bool Includes(Call call) => _nodes?.Contains(call.Name) ?? true;

    /// <summary>How many positions each probe samples.</summary>
    public int Positions => _nodes is null ? GoldenProbe.MaxPositions : FewPositions;
}
