using Harness.Executor.Model;
using Harness.Formats.Pickle;

namespace Harness.Formats.Weights;

/// <summary>The state dicts in what somebody pickled: a state dict, a checkpoint that holds some, a whole
/// module.</summary>
static class PickledWeights
{
    // As deep as anything that trains a network nests what it saves, and far deeper than modules nest.
    const int MaxDepth = 8, MaxModules = 256, MaxCandidates = 4096;

    // What is shared may stand in as many places as a file likes: so many are looked at, far more than any has.
    const int MaxSteps = 1 << 20;

    /// <summary>Every state dict, those further out first.</summary>
    /// <param name="root">What the pickle left behind.</param>
    /// <param name="reader">Gives the tensors.</param>
    /// <param name="bad">Makes the error.</param>
    /// <exception cref="ModelFormatException">There is none.</exception>
    public static IReadOnlyList<WeightsCandidate> In(object? root, StorageReader reader, Func<string, Exception> bad)
    {
        if (root is PickleTensor)
            throw bad("the file holds a single tensor, which has no name; save model.state_dict()");
        var found = new List<WeightsCandidate>();
        int steps = 0;
        Look(root, "", 0, []);
        if (found.Count > 0) return found;
        string entries = root is PickleDict top ? string.Join(", ", top.Items.Take(8).Select(item => item.Key)) : "";
        throw bad(root is PickleDict
            ? $"the file holds no state dict (its entries: {entries}); save model.state_dict()"
            : "the file holds no dictionary and no module; save model.state_dict()");

        void Look(object? value, string path, int depth, List<object> above)
        {
            // Python's containers may hold themselves.
            if (depth > MaxDepth || value is null || above.Any(outer => ReferenceEquals(outer, value))) return;
            Step();
            switch (value)
            {
                case PickleObject module when IsModule(module):
                    var state = new List<(string, PickleTensor)>();
                    Collect(module, "", 0, state, Step, bad);
                    Add(path, state);
                    break;
                case PickleDict dict:
                    Add(path, [.. dict.Items.Where(item => item is { Key: string, Value: PickleTensor })
                        .Select(item => ((string)item.Key, (PickleTensor)item.Value!))]);
                    above.Add(value);
                    foreach (var (key, inner) in dict.Items)
                        Look(inner, path.Length == 0 ? $"{key}" : $"{path}.{key}", depth + 1, above);
                    above.RemoveAt(above.Count - 1);
                    break;
            }
        }

        void Step()
        {
            if (++steps > MaxSteps) throw bad($"the file holds more than {MaxSteps} dictionaries and modules");
        }

        void Add(string path, List<(string Name, PickleTensor Tensor)> tensors)
        {
            if (tensors.Count == 0) return;
            if (found.Count == MaxCandidates)
                throw bad($"the file holds more than {MaxCandidates} dictionaries of tensors");
            found.Add(new WeightsCandidate(path, [.. tensors.Select(one => one.Name)], () =>
            {
                var weights = new StateDict();
                foreach (var (name, tensor) in tensors) weights.Add(name, reader.Read(tensor, name));
                return weights;
            }));
        }
    }

    static bool IsModule(PickleObject one) => one.TryGet("_modules", out var modules) && modules is PickleDict
        && one.TryGet("_parameters", out var parameters) && parameters is PickleDict;

    // As Module.state_dict does: parameters, buffers that are saved, and those of the modules inside.
    static void Collect(
        PickleObject module, string prefix, int depth, List<(string, PickleTensor)> state, Action step,
        Func<string, Exception> bad)
    {
        step();
        if (depth > MaxModules) throw bad($"modules are nested more than {MaxModules} deep, or hold themselves");
        var unsaved = new HashSet<string>(StringComparer.Ordinal);
        if (module.TryGet("_non_persistent_buffers_set", out var names) && names is PickleList list)
            unsaved.UnionWith(list.Items.OfType<string>());
        foreach (string kind in (string[])["_parameters", "_buffers"])
        {
            if (!module.TryGet(kind, out var held) || held is not PickleDict tensors) continue;
            foreach (var (key, value) in tensors.Items)
            {
                if (key is string name && value is PickleTensor tensor
                    && !(kind == "_buffers" && unsaved.Contains(name)))
                    state.Add((prefix + name, tensor));
            }
        }
        if (!module.TryGet("_modules", out var inner) || inner is not PickleDict modules) return;
        foreach (var (key, value) in modules.Items)
        {
            if (key is string name && value is PickleObject one && IsModule(one))
                Collect(one, $"{prefix}{name}.", depth + 1, state, step, bad);
        }
    }
}
