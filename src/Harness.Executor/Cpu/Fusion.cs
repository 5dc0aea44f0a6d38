using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>A node and what its step does besides: batch norm, addition, activation, in this order.</summary>
sealed record FusedNode(NhwcNode Main, ImmutableArray<NhwcNode> Tail)
{
    /// <summary>The convolution that takes the result band by band, so that it is never stored as a whole; or null.</summary>
    public FusedNode? Then { get; init; }

    /// <summary>The means of the result's rows, taken while these are near; or null. The step then has two results.</summary>
    public NhwcNode? RowMeans { get; init; }

    /// <summary>All nodes, in order.</summary>
    public IEnumerable<NhwcNode> Nodes
    {
        get
        {
            var nodes = Tail.Prepend(Main).Concat(Then?.Nodes ?? []);
            return RowMeans is null ? nodes : nodes.Append(RowMeans);
        }
    }

    /// <summary>The nodes that are more than a tail.</summary>
    public IEnumerable<NhwcNode> Mains => Then is null ? [Main] : [Main, Then.Main];

    /// <summary>The nodes of all tails.</summary>
    public IEnumerable<NhwcNode> Tails => Nodes.Except(Mains);

    /// <summary>The values the step reads while it runs, parameters included.</summary>
    public IEnumerable<int> Reads => Nodes.SelectMany(node => node.Inputs).Where(value => !Inner.Contains(value));

    /// <summary>The values the step defines for others.</summary>
    public ImmutableArray<int> Defines => Then?.Defines ?? (RowMeans is null ? Result : Result.AddRange(RowMeans.Outputs));

    /// <summary>The values it defines, those of <see cref="RowMeans"/> left out.</summary>
    public ImmutableArray<int> Result => Then?.Result ?? Last.Outputs;

    /// <summary>What a node may be in a tail.</summary>
    internal static TailRole RoleOf(NhwcNode node) => Lowerings.Find(node.Op)?.Tail(node.Op) ?? TailRole.None;

    NhwcNode Last => Tail.Length > 0 ? Tail[^1] : Main;

    /// <summary>The values whose memory the result may take where they lie like it: see <see cref="Lowering.Overwritable"/>. The
    /// epilogue adds a residual element where it stores the sum.</summary>
    /// <remarks>Of a chain no operand may be: a band's rows are read again for the next.</remarks>
    public IEnumerable<int> Overwritable => Then is not null ? [] : Lowerings.Of(Main.Op).Overwritable(Main.Op).Select(operand => Main.Inputs[operand])
        .Concat(Tail.Where(node => RoleOf(node) == TailRole.Residual).SelectMany(node => node.Inputs).Where(value => !Inner.Contains(value)));

    IEnumerable<int> Inner => Nodes.SelectMany(node => node.Outputs).Except(Defines);
}

/// <summary>Lets convolutions, linears and norms take what follows them, so that their results are stored once.</summary>
static class Fusion
{
    const int GateShare = 3;

    /// <summary>The nodes in an order that defines values before their use, each with its tail.</summary>
    public static ImmutableArray<FusedNode> Apply(NhwcProgram model, bool fuse)
    {
        if (!fuse) return [.. model.Nodes.Select(node => new FusedNode(node, []))];
        var readers = new Dictionary<int, List<int>>();
        for (int i = 0; i < model.Nodes.Length; i++)
        {
            foreach (int value in model.Nodes[i].Inputs)
            {
                if (!readers.TryGetValue(value, out var list)) readers[value] = list = [];
                list.Add(i);
            }
        }
        var outputs = model.Outputs.Select(port => port.Value).ToHashSet();
        var taken = new HashSet<int>();
        // A fused step runs where its last node stood: all that the tail reads is defined by then.
        var at = new FusedNode?[model.Nodes.Length];
        for (int i = 0; i < model.Nodes.Length; i++)
        {
            if (taken.Contains(i)) continue;
            var tail = ImmutableArray.CreateBuilder<NhwcNode>();
            int last = i;
            // A norm that stands alone takes what may follow a norm.
            var role = FusedNode.RoleOf(model.Nodes[i]);
            bool takes = Lowerings.Find(model.Nodes[i].Op) is { TakesTail: true };
            while (takes && Next(model, readers, outputs, taken, last, role) is { } next)
            {
                role = FusedNode.RoleOf(model.Nodes[next]);
                tail.Add(model.Nodes[next]);
                taken.Add(next);
                last = next;
            }
            at[last] = new FusedNode(model.Nodes[i], tail.ToImmutable());
        }
        return [.. at.OfType<FusedNode>()];
    }

    /// <summary>Joins convolutions to the depthwise ones that alone read them, and gated feature maps to the 1 × 1 convolutions
    /// that do, where the value between them is large.</summary>
    /// <param name="model">The model.</param>
    /// <param name="nodes">Its fused nodes.</param>
    /// <param name="least">Elements of one image from which a value is large.</param>
    public static ImmutableArray<FusedNode> Chain(NhwcProgram model, ImmutableArray<FusedNode> nodes, long least)
    {
        var readers = new Dictionary<int, int>();
        foreach (int value in nodes.SelectMany(node => node.Reads).Concat(model.Outputs.Select(port => port.Value)))
            readers[value] = readers.GetValueOrDefault(value) + 1;
        var result = new List<FusedNode>(nodes.Length);
        var waiting = new Dictionary<int, FusedNode>();
        foreach (var node in nodes)
        {
            // The chain stands where its last node stood: all that it reads is defined by then.
            if (node.Main.Op is Conv && waiting.TryGetValue(node.Main.Inputs[0], out var first)
                && (first.Main.Op is Mul ? ConvLowering.IsPointwise(model, node.Main) : ConvLowering.IsDepthwise(model, node.Main)))
            {
                result.Remove(first);
                result.Add(first with { Then = node });
                continue;
            }
            result.Add(node);
            if (node.Defines is not [var value] || readers.GetValueOrDefault(value) != 1) continue;
            bool gate = IsGate(model, node.Main);
            if (!gate && !ConvLowering.FillsBands(model, node.Main)) continue;
            if (node.Tail.Any(part => FusedNode.RoleOf(part) == TailRole.Residual)) continue;
            var shape = model.Values[value].Shape;
            // A gate computes next to nothing: to store it and read it again is all that it costs.
            if (shape.Elements / Math.Max(1, shape[0]) >= (gate ? least / GateShare : least)) waiting[value] = node;
        }
        return [.. result];
    }

    /// <summary>Lets depthwise convolutions take the means of their rows where a pool wants their planes', which then is the mean
    /// of those: the same bits as <see cref="PlaneMeanStep{E}"/> finds by itself.</summary>
    /// <param name="model">The model.</param>
    /// <param name="nodes">Its fused nodes.</param>
    /// <returns>The model with the values that this adds, and its nodes.</returns>
    public static (NhwcProgram Model, ImmutableArray<FusedNode> Nodes) TakeRowMeans(NhwcProgram model, ImmutableArray<FusedNode> nodes)
    {
        var result = nodes.ToBuilder();
        var makers = new Dictionary<int, int>();
        for (int i = 0; i < result.Count; i++)
        {
            var node = result[i];
            if (ConvLowering.IsDepthwise(model, (node.Then ?? node).Main)) makers[node.Result[0]] = i;
            var pool = node.Main;
            if (pool.Op is not AdaptiveAvgPool { Sizes.Count: 2 } || !makers.Remove(pool.Inputs[0], out int maker)) continue;
            if (model.Values[pool.Outputs[0]].Shape is var mean && mean[2] * mean[3] != 1) continue;
            var x = model.Values[pool.Inputs[0]];
            var rows = new NhwcValue(
                model.Values.Length, $"{pool.Name}.rows", Fact.Float([x.Shape[0], x.Shape[1], x.Shape[2], 1]), x.Layout,
                Leaf: null);
            model = model with { Values = model.Values.Add(rows) };
            var means = new NhwcNode(rows.Name, new Mean { Dims = [3], KeepDims = true }, [x.Id], [rows.Id], pool.Place);
            result[maker] = result[maker].Then is { } then
                ? result[maker] with { Then = then with { RowMeans = means } }
                : result[maker] with { RowMeans = means };
            result[i] = node with { Main = pool with { Op = new Mean { Dims = [2], KeepDims = true }, Inputs = [rows.Id] } };
        }
        return (model, result.ToImmutable());
    }

    // True for a feature map times one number for each of its channels, both computed: what squeeze and excitation does.
    static bool IsGate(NhwcProgram model, NhwcNode node)
    {
        if (node.Op is not Mul { Other: null } || node.Inputs.Any(input => model.Values[input].Leaf is not null))
            return false;
        var result = model.Values[node.Outputs[0]];
        bool IsWhole(int value) => model.Values[value].Shape == result.Shape;
        bool IsChannels(int value) => model.Values[value].Shape is { Rank: 4 } shape
            && shape[1] == result.Shape[1] && shape[2] == 1 && shape[3] == 1;
        return result.Shape.Rank == 4 && result.Layout == Permutation.ChannelsLast(4) && node.Inputs is [var a, var b]
            && ((IsWhole(a) && IsChannels(b)) || (IsChannels(a) && IsWhole(b)));
    }

    static int? Next(
        NhwcProgram model, Dictionary<int, List<int>> readers, HashSet<int> outputs, HashSet<int> taken, int node, TailRole after)
    {
        int value = model.Nodes[node].Outputs[0];
        if (outputs.Contains(value) || !readers.TryGetValue(value, out var list) || list is not [int next] || taken.Contains(next)) return null;
        var candidate = model.Nodes[next];
        var role = FusedNode.RoleOf(candidate);
        if (role <= after || candidate.Outputs.Length != 1) return null;
        var result = model.Values[candidate.Outputs[0]];
        if (result.Physical != model.Values[value].Physical || result.Layout != model.Values[value].Layout) return null;
        // Both operands must be whole values that lie alike, and the other one must be computed, not stored.
        if (role == TailRole.Residual)
        {
            foreach (int operand in candidate.Inputs)
            {
                var other = model.Values[operand];
                if (other.Leaf is not null || other.Shape != result.Shape || other.Layout != result.Layout) return null;
            }
        }
        return next;
    }
}
