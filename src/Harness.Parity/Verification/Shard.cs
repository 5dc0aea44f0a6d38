using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>One of several parts of all cases: each case is in exactly one, and all cost about the same.</summary>
/// <param name="Index">Which one, from 1.</param>
/// <param name="Count">Of how many.</param>
public sealed record Shard(int Index, int Count)
{
    /// <summary><c>2/4</c>; null where it is none.</summary>
    public static Shard? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.Split('/');
        return words.Length == 2
            && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && index >= 1 && index <= count
            ? new Shard(index, count)
            : null;
    }

    /// <summary>Its cases, in the order of all, and what a report of them is a part of.</summary>
    /// <param name="requests">All cases, in an order that every shard agrees on.</param>
    /// <param name="device">What runs the converted models.</param>
    public (ImmutableArray<VerifyRequest> Cases, ReportPart Part) Deal(
        IReadOnlyList<VerifyRequest> requests, string device)
    {
        ArgumentNullException.ThrowIfNull(requests);
        CaseCost[] costs = [.. requests.Select(CaseCost.Of)];
        var parts = Parts([.. costs.Select(cost => cost.Nanoseconds)], Count);
        ImmutableArray<VerifyRequest> cases = [.. requests.Where((_, i) => parts[i] == Index)];
        string set = string.Join('\n', costs.Select(cost => cost.Content).Order(StringComparer.Ordinal));
        return (cases, new ReportPart(
            this, device, cases.Length, requests.Count, Sha256Hash.Of(Encoding.UTF8.GetBytes(set))));
    }

    /// <summary>The shard of each case, from 1: the dearest first, each to the shard that has least.</summary>
    /// <param name="costs">What each case costs.</param>
    /// <param name="count">How many shards there are.</param>
    public static ImmutableArray<int> Parts(IReadOnlyList<long> costs, int count)
    {
        ArgumentNullException.ThrowIfNull(costs);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var parts = new int[costs.Count];
        var loads = new PriorityQueue<int, (long Load, int Index)>(
            Enumerable.Range(1, Math.Min(count, Math.Max(costs.Count, 1))).Select(index => (index, (0L, index))));
        // Ties by place: a sort that is not stable would deal them by chance.
        foreach (int i in Enumerable.Range(0, costs.Count).OrderByDescending(i => costs[i]).ThenBy(i => i))
        {
            loads.TryDequeue(out parts[i], out var least);
            loads.Enqueue(parts[i], (least.Load + costs[i], parts[i]));
        }
        return [.. parts];
    }

    /// <summary><c>2/4</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");
}

/// <summary>What a report is a part of.</summary>
/// <param name="Shard">Which part.</param>
/// <param name="Device">What ran the converted models.</param>
/// <param name="Cases">How many cases it has.</param>
/// <param name="Of">How many there are in all shards.</param>
/// <param name="Set">The hash of what all their goldens say, so that shards of different sets are not taken for those
/// of one.</param>
public sealed record ReportPart(Shard Shard, string Device, int Cases, int Of, string Set);
