using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>Turns state-dict entries into Flax leaves, each key once and each leaf once. Moves no element.</summary>
sealed class LeafStore
{
    // A parameter as the graph sees it: possibly through permutes, view axis j being stored axis Axes[j].
    sealed record Source(string Key, Tensor Tensor, string Collection, Permutation Axes);

    readonly TorchModel _model;
    readonly Dictionary<int, Source> _sources = [];
    readonly Dictionary<string, Leaf> _byKey = [];
    readonly HashSet<string> _paths = [];
    readonly List<Leaf> _leaves = [];

    public LeafStore(TorchModel model)
    {
        _model = model;
        foreach (var parameter in model.Graph.Parameters)
        {
            var tensor = model.Weights[parameter.Key];
            _sources[parameter.Value] = new Source(parameter.Key, tensor, "params", Permutation.Identity(tensor.Shape.Rank));
        }
        foreach (var constant in model.Graph.Constants)
        {
            _sources[constant.Value] = new Source(constant.Name, constant.Tensor, "constants",
                Permutation.Identity(constant.Tensor.Shape.Rank));
        }
    }

    /// <summary>Makes <paramref name="result"/> stand for a permuted parameter; false when the operand is no parameter.</summary>
    public bool TryPermute(int operand, int result, Permuting move)
    {
        if (!_sources.TryGetValue(operand, out var source)) return false;
        _sources[result] = source with { Axes = new Permutation([.. move.Order(source.Axes.Rank).Select(axis => source.Axes[axis])]) };
        return true;
    }

    /// <summary>The leaf of a parameter under an op's rule.</summary>
    /// <exception cref="ModelException">The parameter is already stored in another layout.</exception>
    public Leaf Take(int operand, WeightRule rule, Call call)
    {
        var source = _sources[operand];
        var rearrangement = source.Axes.IsIdentity ? rule.Rearrangement : Through(source.Axes, rule.Rearrangement);
        string collection = source.Collection == "params" ? rule.Collection : source.Collection;
        return Add(source, collection, [.. ModulePath(source.Key), rule.Leaf], rearrangement, call.Place);
    }

    /// <summary>The leaf of a parameter that an op reads as an ordinary tensor, in this layout.</summary>
    public Leaf TakeRaw(int operand, Permutation layout)
    {
        var source = _sources[operand];
        string letters = Letters(layout.Rank);
        // Stored axis Axes[j] is view axis j; the target's physical axis p is view axis layout[p].
        var stored = new char[layout.Rank];
        for (int j = 0; j < stored.Length; j++) stored[source.Axes[j]] = letters[j];
        string from = new(stored), to = string.Concat(layout.AsSpan().ToArray().Select(axis => letters[axis]));
        return Add(source, source.Collection, [.. source.Key.Split('.')],
            from == to ? Rearrangement.None : new Rearrangement(from, to), SourcePlace.Unknown);
    }

    /// <summary>All leaves, and the keys that no call reads.</summary>
    public Variables Finish() => new([.. _leaves], [.. _model.Weights.Keys.Where(key => !_byKey.ContainsKey(key))]);

    Leaf Add(Source source, string collection, ImmutableArray<string> path, Rearrangement rearrangement, SourcePlace place)
    {
        if (_byKey.TryGetValue(source.Key, out var known))
        {
            if (known.Rearrangement.Equals(rearrangement) || Same(known.Rearrangement, rearrangement)) return known;
            throw new ModelException(new Finding(Codes.UnsupportedOp, place.ToString(),
                $"weight '{source.Key}' is used in two layouts, {known.Rearrangement} and {rearrangement}; duplicate it before exporting the model"));
        }
        var leaf = new Leaf(collection, path, source.Key, rearrangement, source.Tensor);
        if (!_paths.Add(leaf.FullPath))
        {
            throw new ModelException(new Finding(Codes.WeightsRoundTrip, source.Key,
                $"'{source.Key}' and another key both become the Flax leaf {leaf.FullPath}"));
        }
        _byKey[source.Key] = leaf;
        _leaves.Add(leaf);
        return leaf;
    }

    static bool Same(Rearrangement left, Rearrangement right) => left.IsIdentity == right.IsIdentity
        && (left.IsIdentity || (left.From == right.From && left.To == right.To && left.Flip == right.Flip
            && left.Sizes.SequenceEqual(right.Sizes)));

    // Writes a rule's source axes in the order the state dict stores them.
    static Rearrangement Through(Permutation axes, Rearrangement rule)
    {
        string view = rule.IsIdentity ? Letters(axes.Rank) : rule.From;
        string to = rule.IsIdentity ? view : rule.To;
        var groups = Rearrangement.Groups(view);
        var stored = new string[groups.Count];
        for (int j = 0; j < stored.Length; j++) stored[axes[j]] = groups[j].Length == 1 ? groups[j] : $"({groups[j]})";
        return rule with { From = string.Concat(stored), To = to };
    }

    static string Letters(int rank) => "abcdefgh"[..rank];

    static string[] ModulePath(string key)
    {
        int dot = key.LastIndexOf('.');
        return dot < 0 ? [] : key[..dot].Split('.');
    }
}
