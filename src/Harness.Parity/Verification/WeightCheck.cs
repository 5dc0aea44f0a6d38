using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Parity.Verification;

/// <summary>Check 1: every converted parameter, permuted back, is the source bit for bit, and lies as the op that reads
/// it says Flax has it; every state-dict key is used once, the alias of one that is, or dropped by name; every Flax
/// leaf is produced once.</summary>
static class WeightCheck
{
    /// <summary>What is wrong, one sentence each; empty when all survives.</summary>
    public static ImmutableArray<string> Faults(TorchModel source, NhwcProgram program) =>
        [.. Faults(source, program.Variables), .. FormCheck.Faults(program)];

    /// <summary>The same of the variables alone.</summary>
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
            string? fault = tensor is null ? "comes from no key of the state dict"
                : RoundTripFault(leaf, leaf.Rows is null ? tensor : (leaf with { Source = tensor }).Part);
            if (fault is not null) faults.Add($"leaf '{leaf.FullPath}' of '{leaf.TorchKey}' {fault}");
            foreach (string alias in leaf.Aliases)
                if (AliasFault(source, tensor, alias) is { } other)
                    faults.Add($"leaf '{leaf.FullPath}' of '{leaf.TorchKey}' {other}");
        }
        foreach (var rows in variables.Leaves.Where(leaf => leaf.Rows is not null).GroupBy(leaf => leaf.TorchKey))
            if (RowFault([.. rows]) is { } fault) faults.Add($"'{rows.Key}' {fault}");
        // Leaves that share a key by rows use it once together.
        var uses = variables.Leaves.SelectMany(leaf => leaf.Aliases.Prepend(leaf.TorchKey)
            .Select(key => (key, leaf.Rows)))
            .DistinctBy(use => use.Rows is null ? (object)new object() : use.key)
                .CountBy(use => use.key).ToDictionary();
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

    // Keys whose elements reach an output. Who only asks for a parameter's size or type does not read it.
    static HashSet<string> Needed(Graph graph)
    {
        var live = graph.Outputs.Select(port => port.Value).ToHashSet();
        foreach (var call in graph.Calls.Reverse())
        {
            if (!call.Results.Any(live.Contains) || ScalarCalls.AsksForShape(call.Target)) continue;
            var read = Cast.AsksForType(call.Target) ? call.Arguments.Take(1)
                : call.Arguments.Concat(call.Keywords.Select(keyword => keyword.Value));
            foreach (var argument in read) Collect(argument, live);
        }
        return [.. graph.Parameters.Where(parameter => live.Contains(parameter.Value))
            .Select(parameter => parameter.Key)];
    }

    static void Collect(Argument argument, HashSet<int> live)
    {
        if (argument is ValueArgument value) live.Add(value.Id);
        else if (argument is ListArgument list) foreach (var item in list.Items) Collect(item, live);
    }

    static string? AliasFault(TorchModel source, Tensor? tensor, string alias) =>
        !source.Weights.TryGetValue(alias, out var other)
            ? $"has the alias '{alias}', which the state dict does not hold"
        : tensor is null || other.Type != tensor.Type || other.Shape != tensor.Shape
            || !other.Bytes.Span.SequenceEqual(tensor.Bytes.Span) ? $"has the alias '{alias}', which is another tensor"
        : null;

    static string? RowFault(Leaf[] leaves)
    {
        int next = 0;
        foreach (var rows in leaves.Select(leaf => leaf.Rows).OrderBy(rows => rows?.First ?? 0))
        {
            if (rows is not { } range) return "is used as a whole and by rows";
            var (least, most) = (Math.Min(next, range.First), Math.Max(next, range.First) - 1);
            if (most >= least) return $"has rows {least} to {most} twice or never";
            next = range.First + range.Count;
        }
        return next == leaves[0].Source.Shape[0] ? null
            : $"has {leaves[0].Source.Shape[0]} rows, its leaves hold {next}";
    }

    static string? RoundTripFault(Leaf leaf, Tensor source)
    {
        using var elements = leaf.Borrow();
        BorrowedTensor moved;
        try
        {
            moved = leaf.Rearrangement.Inverse.Borrow(elements.Tensor);
        }
        catch (ArgumentException e)
        {
            return $"cannot be moved back by {leaf.Rearrangement}: {e.Message}";
        }
        using (moved) return Difference(moved.Tensor, source);
    }

    static string? Difference(Tensor back, Tensor source)
    {
        if (back.Type != source.Type || back.Shape != source.Shape) return $"comes back as {back}, expected {source}";
        int at = back.Bytes.Span.CommonPrefixLength(source.Bytes.Span);
        return at == source.Bytes.Length ? null
            : $"comes back with other bits at element {at / source.Type.Size()} of {source}";
    }
}
