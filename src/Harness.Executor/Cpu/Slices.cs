using System.Collections.Immutable;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Values that are written where a concatenation by channel wants them: each is a slice of the result's
/// channels, so that nothing is copied. Slices nest: one concatenation's result may be part of the next
/// one's.</summary>
sealed class Slices
{
    readonly Dictionary<int, (int Into, int Channel)> _parents = [];

    /// <summary>No value is a slice.</summary>
    public static readonly Slices None = new();

    /// <summary>The values that are slices, in the order of the concatenations that take them.</summary>
    public IReadOnlyCollection<int> Values => _parents.Keys;

    /// <summary>The value whose buffer a root value lies in, itself where it is no slice, and the first of its channels
    /// there.</summary>
    public (int Home, int Channel) HomeOf(int root)
    {
        int channel = 0;
        while (_parents.TryGetValue(root, out var parent))
        {
            channel += parent.Channel;
            root = parent.Into;
        }
        return (root, channel);
    }

    /// <summary>Finds slices.</summary>
    /// <param name="model">The model.</param>
    /// <param name="nodes">The nodes as they run.</param>
    /// <param name="roots">The value whose memory each value is.</param>
    /// <param name="allowed">Those that may become slices; null allows all.</param>
    public static Slices Find(NhwcProgram model, ImmutableArray<FusedNode> nodes, int[] roots,
        IReadOnlySet<int>? allowed = null)
    {
        var able = Able(model, nodes, roots);
        // The zeros around a slice lie around the whole result, which has none where it is read under another shape.
        var rigid = Room.Rigid(model, roots);
        HashSet<int> wantHalo = [.. model.Nodes.SelectMany(node => node.Inputs.Where(
            (_, i) => Room.WantsHalo(model, node, i))).Select(value => roots[value])];
        var slices = new Slices();
        var operands = new Dictionary<int, ImmutableArray<int>>();
        foreach (var node in nodes)
        {
            if (!JoinsChannels(model, node.Main)) continue;
            int result = node.Main.Outputs[0], channel = 0;
            operands[result] = node.Main.Inputs;
            foreach (int value in node.Main.Inputs)
            {
                int at = channel;
                channel += model.Values[value].Shape[1];
                // An operand that lies in an earlier result comes along with all of that.
                int part = value;
                while (slices._parents.TryGetValue(part, out var parent))
                {
                    part = parent.Into;
                    at -= parent.Channel;
                }
                if (part == result || !able.Contains(part) || (allowed is not null && !allowed.Contains(part))
                    || (rigid.Contains(result) && wantHalo.Contains(part))
                    || !Holds(model, node.Main.Inputs, at, part, part == value ? [value] : operands[part]))
                    continue;
                slices._parents[part] = (result, at);
                if (wantHalo.Contains(part)) wantHalo.Add(result);
            }
        }
        return slices;
    }

    static bool TakesSlices(Op op) => Lowerings.Find(op) is { TakesSlices: true };

    // True for a concatenation along the channels of sequences, images or volumes in Flax's layout.
    static bool JoinsChannels(NhwcProgram model, NhwcNode node) =>
        model.Values[node.Outputs[0]] is var result && HasChannelsLast(result)
        && JoinedAxis(node, result.Shape.Rank) == 1;

    static bool HasChannelsLast(NhwcValue value) =>
        BufferLayout.Holds(value.Shape.Rank) && value.Layout[value.Shape.Rank - 1] == 1;

    static int? JoinedAxis(NhwcNode node, int rank) => Lowerings.Find(node.Op)?.JoinedAxis(node.Op, rank);

    // True where a concatenation's operands, from a channel on, are just these, and the part is among them once.
    static bool Holds(NhwcProgram model, ImmutableArray<int> all, int channel, int part, ImmutableArray<int> operands)
    {
        int first = 0, at = 0;
        while (first < all.Length && at < channel) at += model.Values[all[first++]].Shape[1];
        return at == channel && first + operands.Length <= all.Length
            && all.AsSpan(first, operands.Length).SequenceEqual(operands.AsSpan())
            && all.Count(value => value == part || operands.Contains(value)) == operands.Length;
    }

    // Values with memory of their own that nobody sees under another shape or name, written and read by steps that can
    // work on slices.
    static HashSet<int> Able(NhwcProgram model, ImmutableArray<FusedNode> nodes, int[] roots)
    {
        var able = new HashSet<int>();
        foreach (var node in nodes)
            if (JoinsChannels(model, node.Main) || TakesSlices((node.Then ?? node).Main.Op))
                able.UnionWith(node.Result);
        foreach (var node in nodes)
        {
            // Means of rows are taken by the step that writes these.
            foreach (var part in node.Nodes)
            {
                if (part != (node.Then ?? node).RowMeans && !TakesSlices(part.Op)
                    && JoinedAxis(part, model.Values[part.Outputs[0]].Shape.Rank) is null)
                    able.ExceptWith(part.Inputs);
            }
        }
        foreach (var port in model.Inputs.Concat(model.Outputs)) able.Remove(roots[port.Value]);
        for (int value = 0; value < roots.Length; value++)
        {
            if (roots[value] == value) continue;
            able.Remove(roots[value]);
            able.Remove(value);
        }
        // One channel alone lies side by side, and some reductions add in another order there than where it does not.
        able.RemoveWhere(value =>
            model.Values[value] is not { Leaf: null } x || !HasChannelsLast(x) || x.Shape[1] < 2);
        return able;
    }
}
