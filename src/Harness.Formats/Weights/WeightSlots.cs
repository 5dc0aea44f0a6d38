using Harness.Executor.Model;
using Harness.Formats.Architectures;

namespace Harness.Formats.Weights;

/// <summary>What a model needs under one state-dict key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Shape">Its shape; null when the model does not state it.</param>
/// <param name="Type">Its element type.</param>
sealed record WeightSlot(string Key, Shape? Shape, ElementType Type)
{
    /// <summary>What stands there when weights are made up; null where they are.</summary>
    public Tensor? Initial { get; init; }
}

/// <summary>Fits weights to a model: PAR1003 for whatever does not.</summary>
static class WeightSlots
{
    const int Shown = 3;

    /// <summary>The slots that a graph alone states.</summary>
    public static IReadOnlyList<WeightSlot> Of(Graph graph) =>
        [.. graph.Parameters.Select(p => new WeightSlot(p.Key, p.Shape, p.Type) { Initial = p.Initial })];

    /// <summary>The slots of a model that has weights already: every one of them, used or not.</summary>
    public static IReadOnlyList<WeightSlot> Of(StateDict weights) =>
        [.. weights.Select(w => new WeightSlot(w.Key, w.Value.Shape, w.Value.Type))];

    /// <summary>The weights that the slots ask for out of what a file holds: of several state dicts the one that fits,
    /// of names that all begin alike what follows.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="candidates">Its state dicts.</param>
    /// <param name="key">The one that is meant, or how all names begin; null where the slots decide.</param>
    /// <param name="slots">What the model needs.</param>
    /// <param name="note">Told what was chosen, taken off and left out.</param>
    /// <param name="published">How the model's published files differ from the slots; null where they do not.</param>
    /// <exception cref="ModelFormatException">PAR1003: none fits, or more than one.</exception>
    public static StateDict Choose(
        string source, IReadOnlyList<WeightsCandidate> candidates, string? key, IReadOnlyList<WeightSlot> slots,
        Action<string>? note, PublishedKeys? published = null)
    {
        published ??= PublishedKeys.Same;
        candidates = [.. candidates.Select(one => Renamed(one, published))];
        var meant = key is null ? candidates : [.. candidates.Where(one => one.Key == key)];
        string? prefix = null;
        // The key may be that of a module around the model, whose name the tensors' begin with.
        if (meant.Count == 0 && candidates.Where(one => one.Names.Any(
            name => name.StartsWith($"{key}.", StringComparison.Ordinal))).ToArray() is { Length: > 0 } around)
            (meant, prefix) = (around, $"{key}.");
        if (meant.Count == 0)
        {
            string keys = string.Join(", ", candidates.Where(one => one.Key.Length > 0).Take(8).Select(one => one.Key));
            throw new ModelFormatException(source, -1, Codes.WeightsDoNotFit, $"there is no state dict '{key}' in it; "
                + (keys.Length > 0 ? $"there are {keys}" : "it is one itself, without a key"));
        }
        var fitting = new List<(WeightsCandidate Candidate, string Prefix, StateDict Weights, int Unread)>();
        foreach (var one in meant)
        {
            foreach (string begin in prefix is null ? Prefixes(one.Names, slots) : [prefix])
            {
                if (!Holds(one.Names, begin, slots)) continue;
                var (weights, unread, why) = Fit(one.Read(), begin, slots, published);
                if (why is null) fitting.Add((one, begin, weights, unread));
            }
        }
        // What several names stand for may be one state dict.
        if (fitting.Count > 1 && fitting.Skip(1).All(other => Same(other.Weights, fitting[0].Weights)))
            fitting.RemoveRange(1, fitting.Count - 1);
        if (fitting.Count > 1)
        {
            throw new ModelFormatException(source, -1, Codes.WeightsDoNotFit,
                $"{fitting.Count} state dicts in it fit the graph "
                + $"({string.Join(", ", fitting.Select(Named).Take(8))}), "
                + "and their numbers differ; say which as FILE#KEY");
        }
        if (fitting.Count == 0) throw Misfit(source, meant, prefix, slots, published);
        var (chosen, taken, found, left) = fitting[0];
        if (chosen.Key.Length > 0)
            note?.Invoke($"{source}: weights are those under '{chosen.Key}'; nothing else in it is read");
        if (taken.Length > 0) note?.Invoke($"{source}: '{taken}' is taken off the names of its tensors");
        if (left > 0)
        {
            note?.Invoke($"{source}: {left} tensors of {string.Join(", ", published.Unread)} are not read: the "
                + "architecture does not call them");
        }
        return found;

        static string Named((WeightsCandidate Candidate, string Prefix, StateDict Weights, int Unread) one) =>
            one.Candidate.Key.Length > 0 ? one.Candidate.Key
            : one.Prefix.Length > 0 ? one.Prefix.TrimEnd('.') : "the file itself";
    }

    // With the names of today, where no tensor has them already.
    static WeightsCandidate Renamed(WeightsCandidate candidate, PublishedKeys published)
    {
        var names = candidate.Names.ToHashSet(StringComparer.Ordinal);
        if (candidate.Names.All(name => Today(name) == name)) return candidate;
        return candidate with { Names = [.. candidate.Names.Select(Today)], Read = Read };

        string Today(string name)
        {
            string today = published.Rename(name);
            return names.Contains(today) ? name : today;
        }

        StateDict Read()
        {
            var weights = new StateDict();
            foreach (var (name, tensor) in candidate.Read()) weights.Add(Today(name), tensor);
            return weights;
        }
    }

    static bool Same(StateDict a, StateDict b) => a.All(entry => b.TryGetValue(entry.Key, out var other)
        && entry.Value.Type == other.Type && entry.Value.Bytes.Span.SequenceEqual(other.Bytes.Span));

    // What names may begin with for one of them to be the first that is needed: nothing at all first.
    static IEnumerable<string> Prefixes(IReadOnlyList<string> names, IReadOnlyList<WeightSlot> slots)
    {
        string? first = slots.FirstOrDefault(slot => !IsCounter(slot.Key))?.Key;
        if (first is null || names.Contains(first)) return [""];
        return names.Where(name => name.EndsWith($".{first}", StringComparison.Ordinal))
            .Select(name => name[..^first.Length]);
    }

    // True where every name that is needed is there, and none else.
    static bool Holds(IReadOnlyList<string> names, string prefix, IReadOnlyList<WeightSlot> slots)
    {
        var there = names.ToHashSet(StringComparer.Ordinal);
        return slots.All(slot => IsCounter(slot.Key) || there.Contains(prefix + slot.Key));
    }

    static ModelFormatException Misfit(
        string source, IReadOnlyList<WeightsCandidate> candidates, string? prefix, IReadOnlyList<WeightSlot> slots,
        PublishedKeys published)
    {
        // Of several the nearest: the one that has most of the names.
        var needed = slots.Select(slot => slot.Key).ToHashSet(StringComparer.Ordinal);
        var (nearest, begin, _) = candidates
            .SelectMany(one => (prefix is null ? Prefixes(one.Names, slots).Prepend("").Distinct() : [prefix])
                .Select(start => (one, start, Count: one.Names.Count(name =>
                    name.StartsWith(start, StringComparison.Ordinal) && needed.Contains(name[start.Length..])))))
            .MaxBy(pair => pair.Count);
        var (_, _, why) = Fit(nearest.Read(), begin, slots, published);
        string where = (nearest.Key.Length > 0 ? $" under '{nearest.Key}'" : "")
            + (begin.Length > 0 ? $" whose names begin with '{begin}'" : "");
        return new ModelFormatException(source, -1, Codes.WeightsDoNotFit,
            $"weights{where} do not fit the graph: {why ?? "their names"}; are these the weights of this model?");
    }

    // The weights that the slots ask for, in their order; how many the architecture does not read; and what is missing,
    // unexpected or of another shape.
    static (StateDict Weights, int Unread, string? Why) Fit(
        StateDict held, string prefix, IReadOnlyList<WeightSlot> slots, PublishedKeys published)
    {
        var weights = held;
        if (prefix.Length > 0)
        {
            weights = new StateDict();
            foreach (var (name, tensor) in held)
                weights.Add(name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name, tensor);
        }
        var fitting = new StateDict();
        var missing = new List<string>();
        var different = new List<string>();
        foreach (var slot in slots)
        {
            if (!weights.TryGetValue(slot.Key, out var tensor))
            {
                if (!IsCounter(slot.Key)) missing.Add(slot.Key);
            }
            else if (slot.Shape is { } shape && shape != tensor.Shape)
                different.Add($"{slot.Key}: {tensor.Shape}, expected {shape}");
            else if (slot.Type.IsFloating() != tensor.Type.IsFloating())
                different.Add($"{slot.Key}: {tensor.Type.NumPyName()}, expected {slot.Type.NumPyName()}");
            else
                fitting.Add(slot.Key, tensor);
        }
        var known = slots.Select(s => s.Key).ToHashSet(StringComparer.Ordinal);
        var unexpected = weights.Keys.Where(k => !known.Contains(k) && !IsCounter(k)).ToList();
        int unread = unexpected.RemoveAll(published.IsUnread);
        if (missing.Count + different.Count + unexpected.Count == 0) return (fitting, unread, null);
        string[] parts =
            [.. new[] { Part("missing", [.. missing.Select(name => Near(name, unexpected))]),
            Part("unexpected", unexpected), Part("of another shape or type", different) }
            .Where(part => part.Length > 0)];
        return (fitting, unread, string.Join("; ", parts));
    }

    // BatchNorm counts its training batches, an averaged model its steps; no inference reads the numbers.
    static bool IsCounter(string key) =>
        key.EndsWith("num_batches_tracked", StringComparison.Ordinal) || key == "n_averaged";

    // A name that is missing beside the one that may stand for it: the one with most of its words.
    static string Near(string name, List<string> unexpected)
    {
        string[] words = name.Split('.', '_');
        var (nearest, shared) = unexpected.Select(other => (other, other.Split('.', '_').Intersect(words).Count()))
            .OrderByDescending(pair => pair.Item2).ThenBy(pair => Math.Abs(pair.other.Length - name.Length))
            .FirstOrDefault();
        return nearest is not null && shared * 2 >= words.Length ? $"{name} (there is {nearest})" : name;
    }

    static string Part(string what, List<string> keys) => keys.Count == 0 ? ""
        : $"{keys.Count} {what} ({string.Join(", ", keys.Take(Shown))}{(keys.Count > Shown ? ", …" : "")})";
}
