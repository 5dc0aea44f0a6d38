using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Makes one step of several nodes where a rule of <see cref="Rules"/> says so: it knows who reads what, and
/// no op.</summary>
static class Fusion
{
    /// <summary>Each node as a step of its own.</summary>
    public static ImmutableArray<FusedNode> Nothing(NhwcProgram program) =>
        [.. program.Nodes.Select(node => new FusedNode(program, node))];

    /// <summary>The nodes with every rule applied, one after the other, in an order that defines values before their
    /// use.</summary>
    /// <param name="program">The program.</param>
    /// <param name="nodes">Its nodes.</param>
    /// <param name="large">Elements of one image from which a value is large.</param>
    /// <returns>The program with the values that rules add, and the nodes.</returns>
    public static (NhwcProgram Program, ImmutableArray<FusedNode> Nodes) Apply(
        NhwcProgram program, ImmutableArray<FusedNode> nodes, long large)
    {
        var scope = new FusionScope(program, large);
        foreach (var rule in Rules.All)
        {
            nodes = Apply(rule, scope, nodes);
            StepVerifier.After(rule.GetType().Name, scope.Program, nodes);
        }
        return (scope.Program, nodes);
    }

    static ImmutableArray<FusedNode> Apply(Rule rule, FusionScope scope, ImmutableArray<FusedNode> nodes)
    {
        var readers = new Dictionary<int, List<int>>();
        for (int i = 0; i < nodes.Length; i++)
        {
            foreach (int value in nodes[i].Reads)
            {
                if (!readers.TryGetValue(value, out var list)) readers[value] = list = [];
                list.Add(i);
            }
        }
        var outputs = scope.Program.Outputs.Select(port => port.Value).ToHashSet();
        FusedNode?[] at = [.. nodes];
        for (int i = 0; i < at.Length; i++)
        {
            int place = i;
            // A step stands where its last node stood: all that it reads is defined by then.
            while (at[place] is { } first && Join(first) is var (second, joined))
            {
                at[place] = joined.First;
                at[second] = joined.Second;
                if (joined.First is not null) break;
                place = second;
            }
        }
        return [.. at.OfType<FusedNode>()];

        (int, Joined)? Join(FusedNode first)
        {
            if (first.Result is not [var value]) return null;
            if (!rule.TakesValue)
            {
                foreach (int reader in readers.GetValueOrDefault(value, []))
                {
                    if (at[reader] is { } second
                        && rule.Join(new Neighbours(first, value, [], second), scope) is { } joined)
                        return (reader, joined);
                }
                return null;
            }
            if (first.Defines.Length != 1) return null;
            var views = ImmutableArray.CreateBuilder<int>();
            while (!outputs.Contains(value) && readers.GetValueOrDefault(value) is [var only] && at[only] is { } next)
            {
                if (rule.SeesThroughViews && next.Main is { Op.IsView: true, Outputs: [var seen] }
                    && scope.Program.Values[seen].Physical == scope.Program.Values[value].Physical)
                {
                    views.Add(only);
                    value = seen;
                    continue;
                }
                ImmutableArray<NhwcNode> between = [.. views.Select(view => at[view]!.Main)];
                if (rule.Join(new Neighbours(first, value, between, next), scope) is not { } joined) return null;
                foreach (int view in views) at[view] = null;
                return (only, joined);
            }
            return null;
        }
    }
}

/// <summary>The program that rules look at, and what they may ask and add.</summary>
sealed class FusionScope
{
    readonly List<int> _roots;

    /// <summary>That of a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="large">Elements of one image from which a value is large.</param>
    public FusionScope(NhwcProgram program, long large)
    {
        (Program, Large) = (program, large);
        _roots = [.. NhwcProgram.Roots(program.Values.Length, program.Nodes)];
    }

    /// <summary>The program, with the values that were added.</summary>
    public NhwcProgram Program { get; private set; }

    /// <summary>Elements of one image from which a value is so large that it should not be stored as a whole.</summary>
    public long Large { get; }

    /// <summary>The parameter whose memory a value is; null for computed ones.</summary>
    public int? LeafOf(int value) => Program.Values[_roots[value]].Leaf is null ? null : _roots[value];

    /// <summary>Elements of one image of a value; of a value without axes, its one.</summary>
    public long ElementsOfImage(int value) =>
        Program.Values[value].Shape is { Rank: > 0 } shape ? shape.Elements / Math.Max(1, shape[0]) : 1;

    /// <summary>Adds a value.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fact">Its type and shape.</param>
    /// <param name="of">The value that it is computed from, and lies as.</param>
    /// <returns>Its number.</returns>
    public int Add(string name, Fact fact, NhwcValue of)
    {
        int id = Program.Values.Length;
        _roots.Add(id);
        Program = Program with
        {
            Values = Program.Values.Add(
                new NhwcValue(id, name, fact, of.Layout, Leaf: null) { DependsOnInput = of.DependsOnInput }),
        };
        return id;
    }
}
