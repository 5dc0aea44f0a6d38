using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Parity.Verification;

/// <summary>Check 1: every converted parameter, permuted back, is the source bit for bit; every state-dict key is used
/// once or dropped by name; every Flax leaf is produced once.</summary>
static class WeightCheck
{
    /// <summary>What is wrong, one sentence each; empty when all survives.</summary>
    public static ImmutableArray<string> Faults(TorchModel source, Variables variables)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var constants = source.Graph.Constants.ToDictionary(constant => constant.Name, constant => constant.Tensor);
        foreach (var twice in variables.Leaves.GroupBy(leaf => leaf.FullPath).Where(group => group.Count() > 1))
            faults.Add($"leaf '{twice.Key}' is produced {twice.Count()} times");
        foreach (var leaf in variables.Leaves)
        {
            var tensor = source.Weights.TryGetValue(leaf.TorchKey, out var weight) ? weight
                : constants.GetValueOrDefault(leaf.TorchKey);
            string? fault = tensor is null ? "comes from no key of the state dict" : RoundTripFault(leaf, tensor);
            if (fault is not null) faults.Add($"leaf '{leaf.FullPath}' of '{leaf.TorchKey}' {fault}");
        }
        var uses = variables.Leaves.CountBy(leaf => leaf.TorchKey).ToDictionary();
        var dropped = variables.Dropped.CountBy(key => key).ToDictionary();
        foreach (string key in source.Weights.Keys)
        {
            int used = uses.GetValueOrDefault(key), left = dropped.GetValueOrDefault(key);
            if (used + left == 0) faults.Add($"'{key}' is neither used nor dropped by name");
            else if (used > 0 && left > 0) faults.Add($"'{key}' is used and dropped");
            else if (used + left > 1) faults.Add($"'{key}' is {(used > 0 ? "used" : "dropped")} {used + left} times");
        }
        var needed = Needed(source.Graph);
        foreach (string key in variables.Dropped)
        {
            if (!source.Weights.ContainsKey(key))
                faults.Add($"'{key}' is dropped, and the state dict does not hold it");
            else if (needed.Contains(key)) faults.Add($"'{key}' is dropped, and the outputs depend on it");
        }
        return faults.ToImmutable();
    }

    // Keys whose elements reach an output. Who only asks for a parameter's size does not read it.
    static HashSet<string> Needed(Graph graph)
    {
        var live = graph.Outputs.Select(port => port.Value).ToHashSet();
        foreach (var call in graph.Calls.Reverse())
        {
            if (!call.Results.Any(live.Contains) || ScalarCalls.AsksForShape(call.Target)) continue;
            foreach (var argument in call.Arguments.Concat(call.Keywords.Select(keyword => keyword.Value)))
                Collect(argument, live);
        }
        return [.. graph.Parameters.Where(parameter => live.Contains(parameter.Value))
            .Select(parameter => parameter.Key)];
    }

    static void Collect(Argument argument, HashSet<int> live)
    {
        if (argument is ValueArgument value) live.Add(value.Id);
        else if (argument is ListArgument list) foreach (var item in list.Items) Collect(item, live);
    }

    static string? RoundTripFault(Leaf leaf, Tensor source)
    {
        Tensor back;
        try
        {
            back = leaf.Rearrangement.Inverse.Apply(leaf.Materialize());
        }
        catch (ArgumentException e)
        {
            return $"cannot be moved back by {leaf.Rearrangement}: {e.Message}";
        }
        if (back.Type != source.Type || back.Shape != source.Shape) return $"comes back as {back}, expected {source}";
        int at = back.Bytes.Span.CommonPrefixLength(source.Bytes.Span);
        return at == source.Bytes.Length ? null
            : $"comes back with other bits at element {at / source.Type.Size()} of {source}";
    }
}
