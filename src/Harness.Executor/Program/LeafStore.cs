using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>Turns state-dict entries into Flax leaves: collects who reads which entry in which layout, and when all
/// readers are known decides how each lies in the tree and what it is called. Moves no element.</summary>
/// <remarks>A weight with several readers is one leaf. The first that reads it as a layer's parameter decides how it
/// lies, else the first that reads it as an ordinary tensor; the others move it where they read it.</remarks>
sealed class LeafStore
{
    // A parameter as the graph sees it: possibly through permutes, view axis j being stored axis Axes[j].
    sealed record Source(string Key, Tensor Tensor, string Collection, Permutation Axes);

    // One way of reading an entry.
    sealed record Reading(Source Source, WeightRule? Rule, Rearrangement Wanted);

    readonly TorchModel _model;
    readonly Dictionary<int, Source> _sources = [];
    // The key that stands for all keys of one tensor.
    readonly Dictionary<string, string> _first;
    readonly List<Reading> _readings = [];
    // By key and move.
    readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public LeafStore(TorchModel model)
    {
        _model = model;
        _first = Ties(model.Weights);
        foreach (var parameter in model.Graph.Parameters)
        {
            var tensor = model.Weights[parameter.Key];
            _sources[parameter.Value] = new Source(
                parameter.Key, tensor, parameter.IsBuffer ? "constants" : "params",
                    Permutation.Identity(tensor.Shape.Rank));
        }
        foreach (var constant in model.Graph.Constants)
        {
            _sources[constant.Value] = new Source(constant.Name, constant.Tensor, "constants",
                Permutation.Identity(constant.Tensor.Shape.Rank));
        }
    }

    /// <summary>Makes <paramref name="result"/> stand for a permuted parameter; false when the operand is no
    /// parameter.</summary>
    public bool TryPermute(int operand, int result, Permuting move)
    {
        if (!_sources.TryGetValue(operand, out var source)) return false;
        _sources[result] =
            source with { Axes = new Permutation([.. move.Order(source.Axes.Rank).Select(axis => source.Axes[axis])]) };
        return true;
    }

    /// <summary>The number of a reading as a layer's parameter.</summary>
    public int Read(int operand, WeightRule rule)
    {
        var source = _sources[operand];
        return NumberOf(new Reading(
            source, rule, source.Axes.IsIdentity ? rule.Rearrangement : Through(source.Axes, rule.Rearrangement)));
    }

    /// <summary>The number of a reading as an ordinary tensor in this layout.</summary>
    public int ReadRaw(int operand, Permutation layout)
    {
        var source = _sources[operand];
        string letters = Letters(layout.Rank);
        // Stored axis Axes[j] is view axis j; the target's physical axis p is view axis layout[p].
        var stored = new char[layout.Rank];
        for (int j = 0; j < stored.Length; j++) stored[source.Axes[j]] = letters[j];
        string from = new(stored), to = string.Concat(layout.AsSpan().ToArray().Select(axis => letters[axis]));
        return NumberOf(new Reading(source, null, from == to ? Rearrangement.None : new Rearrangement(from, to)));
    }

    /// <summary>The leaves, and for each reading its leaf and how that is moved.</summary>
    public (Variables Variables, ImmutableArray<(Leaf Leaf, ImmutableArray<Rearrangement> Moves)> Readings) Settle()
    {
        var deciding = new Dictionary<string, Reading>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var reading in _readings)
        {
            string key = FirstOf(reading.Source.Key);
            if (!deciding.TryGetValue(key, out var other)) order.Add(key);
            if (other is null || Weight(reading) > Weight(other)) deciding[key] = reading;
        }
        Reading[] decided = [.. order.Select(key => deciding[key])];
        var paths = LeafNames.Of([.. decided.Select(reading => (reading.Source.Key, reading.Rule?.Leaf))]);
        var leaves = new Dictionary<string, Leaf>(StringComparer.Ordinal);
        for (int i = 0; i < decided.Length; i++) leaves[order[i]] = LeafOf(decided[i], paths[i]);
        var used = _model.Graph.Constants.Select(constant => constant.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var leaf in leaves.Values) used.UnionWith(leaf.Aliases.Prepend(leaf.TorchKey));
        return (
            new Variables([.. order.Select(key => leaves[key])],
                [.. _model.Weights.Keys.Where(key => !used.Contains(key))]),
            [.. _readings.Select(reading =>
            {
                var leaf = leaves[FirstOf(reading.Source.Key)];
                return (leaf, MovesOf(leaf.Rearrangement, reading.Wanted));
            })]);
    }

    // A layer's parameter before an ordinary tensor; one that is read through a permute says least about how it should
    // lie.
    static int Weight(Reading reading) => reading.Rule is not null ? 2 : reading.Source.Axes.IsIdentity ? 1 : 0;

    Leaf LeafOf(Reading reading, ImmutableArray<string> path)
    {
        var (source, rule, wanted) = reading;
        string first = FirstOf(source.Key);
        return new Leaf(
            // A buffer is no parameter, whatever layer reads it: an optimizer would train it.
            source.Collection == "constants" && rule?.Collection != "batch_stats" ? "constants" : rule?.Collection
                ?? source.Collection,
            path, source.Key, Weight(reading) == 0 ? Rearrangement.None : wanted, source.Tensor)
        {
            Form = rule?.Form ?? LeafForm.Array,
            Aliases = [.. _model.Weights.Keys
                .Where(key => key != source.Key && _first.GetValueOrDefault(key) == first)],
        };
    }

    int NumberOf(Reading reading)
    {
        string key = $"{Canonical(reading.Wanted)}\0{FirstOf(reading.Source.Key)}";
        if (_numbers.TryGetValue(key, out int known))
        {
            if (Weight(reading) > Weight(_readings[known])) _readings[known] = reading;
            return known;
        }
        _readings.Add(reading);
        return _numbers[key] = _readings.Count - 1;
    }

    string FirstOf(string key) => _first.GetValueOrDefault(key, key);

    // From the leaf as it lies to what a reader wants.
    static ImmutableArray<Rearrangement> MovesOf(Rearrangement leaf, Rearrangement wanted) =>
        Canonical(leaf) == Canonical(wanted) ? []
        : leaf.IsIdentity ? [wanted]
        : wanted.IsIdentity ? [leaf.Inverse]
        : leaf.Inverse.Then(wanted) is { } both ? (both.IsIdentity ? [] : [both])
        : [leaf.Inverse, wanted];

    // The same text for moves that differ in their letters alone.
    static string Canonical(Rearrangement move)
    {
        if (move.IsIdentity) return "";
        // Letters by the order in which the source has them.
        string letters = string.Concat(move.From.Where(char.IsLetter));
        char Of(char letter) => letters.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at
            ? (char)('a' + at)
            : letter;
        string All(string axes) => string.Create(axes.Length, axes, (text, all) =>
        {
            for (int i = 0; i < text.Length; i++) text[i] = Of(all[i]);
        });
        string from = All(move.From), to = All(move.To);
        if (from == to && move.Flip.Length == 0) return "";
        char[] flip = All(move.Flip).ToCharArray();
        Array.Sort(flip);
        // Only merged axes need sizes, and they do say what moves.
        string sizes = move.Sizes.IsEmpty ? ""
            : string.Join(',', move.Sizes.Select(size => $"{Of(size.Key)}{size.Value}").Order(StringComparer.Ordinal));
        return $"{from}>{to}>{new string(flip)}>{sizes}";
    }

    // Writes a rule's source axes in the order the state dict stores them.
    static Rearrangement Through(Permutation axes, Rearrangement rule)
    {
        string view = rule.From.Length == 0 ? Letters(axes.Rank) : rule.From;
        string to = rule.From.Length == 0 ? view : rule.To;
        var groups = Rearrangement.Groups(view);
        var stored = new string[groups.Count];
        for (int j = 0; j < stored.Length; j++) stored[axes[j]] = groups[j].Length == 1 ? groups[j] : $"({groups[j]})";
        return rule with { From = string.Concat(stored), To = to };
    }

    static string Letters(int rank) => "abcdefgh"[..rank];

    // Keys over the same memory, each with the first of them: what torch.save writes of a tied weight.
    static Dictionary<string, string> Ties(StateDict weights)
    {
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        var distinct = new Dictionary<int, List<string>>();
        foreach (var (key, tensor) in weights)
        {
            if (tensor.Bytes.IsEmpty) continue;
            int length = tensor.Bytes.Length;
            if (!distinct.TryGetValue(length, out var alike)) distinct[length] = alike = [];
            if (alike.Find(other => IsSame(weights[other], tensor)) is { } same) first[key] = same;
            else alike.Add(key);
        }
        foreach (string key in first.Values.Distinct().ToArray()) first[key] = key;
        return first;
    }

    // Of two that are as long.
    static bool IsSame(Tensor left, Tensor right) => Unsafe.AreSame(
        ref MemoryMarshal.GetReference(left.Bytes.Span), ref MemoryMarshal.GetReference(right.Bytes.Span))
        && left.Type == right.Type && left.Shape == right.Shape;
}
