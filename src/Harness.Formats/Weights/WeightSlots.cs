using Harness.Executor.Model;

namespace Harness.Formats.Weights;

/// <summary>What a model needs under one state-dict key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Shape">Its shape; null when the model does not state it.</param>
/// <param name="Type">Its element type.</param>
sealed record WeightSlot(string Key, Shape? Shape, ElementType Type);

/// <summary>Fits weights to a model: PAR1003 for whatever does not.</summary>
static class WeightSlots
{
    const int Shown = 3;

    /// <summary>The slots that a graph alone states.</summary>
    public static IReadOnlyList<WeightSlot> Of(Graph graph) =>
        [.. graph.Parameters.Select(p => new WeightSlot(p.Key, p.Shape, p.Type))];

    /// <summary>The slots of a model that has weights already: every one of them, used or not.</summary>
    public static IReadOnlyList<WeightSlot> Of(StateDict weights) =>
        [.. weights.Select(w => new WeightSlot(w.Key, w.Value.Shape, w.Value.Type))];

    /// <summary>The weights that the slots ask for, in their order.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="weights">What it holds.</param>
    /// <param name="slots">What the model needs.</param>
    /// <exception cref="ModelFormatException">Keys are missing or unexpected, or shapes or kinds of number
    /// differ.</exception>
    public static StateDict Fit(string source, StateDict weights, IReadOnlyList<WeightSlot> slots)
    {
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
        if (missing.Count + different.Count + unexpected.Count == 0) return fitting;
        string[] parts =
            [.. new[] { Part("missing", missing), Part("unexpected", unexpected),
            Part("of another shape or type", different) }
            .Where(part => part.Length > 0)];
        string hint = missing.Count > 0 && unexpected.Count > 0
            && unexpected.All(k => k.StartsWith("module.", StringComparison.Ordinal))
            ? "; the keys begin with 'module.': save model.module.state_dict()"
            : "; are these the weights of this model?";
        throw new ModelFormatException(source, -1, Codes.WeightsDoNotFit,
            $"weights do not fit the graph: {string.Join("; ", parts)}{hint}");
    }

    // BatchNorm counts its training batches; no inference reads the number.
    static bool IsCounter(string key) => key.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    static string Part(string what, List<string> keys) => keys.Count == 0 ? ""
        : $"{keys.Count} {what} ({string.Join(", ", keys.Take(Shown))}{(keys.Count > Shown ? ", …" : "")})";
}
