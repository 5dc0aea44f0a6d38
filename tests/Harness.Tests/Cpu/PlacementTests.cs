using System.Diagnostics;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats.Architectures;
using Harness.Tests.Formats.Architectures;

namespace Harness.Tests.Cpu;

/// <summary>The memory of activations, over one known architecture of each kind at its native size.</summary>
public sealed class PlacementTests
{
    public static TheoryData<string, int, ElementType> Rows
    {
        get
        {
            var rows = new TheoryData<string, int, ElementType>();
            foreach (string name in Families.Names)
                foreach (int batch in new[] { 1, 4 })
                    foreach (ElementType precision in new[] { ElementType.Float32, ElementType.Float64 })
                        rows.Add(name, batch, precision);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_arena_is_within_a_tenth_of_what_is_alive_at_once(string name, int batch, ElementType precision)
    {
        var (model, nodes) = Model(name, batch);

        var placement = Placement.Of(model, nodes, precision, keepAll: false, slice: true);
        var apart = Placement.Of(model, nodes, precision, keepAll: false, slice: false);

        placement.ArenaLowerBound.Should().BeLessThanOrEqualTo(
            LowerBound(model, placement, precision), "sharing in place only ever saves");
        ((double)placement.ArenaBytes / apart.ArenaLowerBound).Should()
            .BeLessThanOrEqualTo(1.1, "slices may add little");
        placement.ArenaBytes.Should().BeGreaterThanOrEqualTo(placement.ArenaLowerBound);
        ((double)placement.ArenaBytes / placement.ArenaLowerBound).Should().BeLessThanOrEqualTo(1.1);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Values_alive_together_overlap_only_where_a_result_takes_over_from_an_operand(
        string name, int batch, ElementType precision)
    {
        var (model, nodes) = Model(name, batch);
        var placement = Placement.Of(model, nodes, precision, keepAll: false, slice: true);
        var lives = Lives(model, placement);
        int[] roots = [.. lives.Keys];
        int inPlace = 0;
        for (int i = 0; i < roots.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                var (a, b) = (lives[roots[i]], lives[roots[j]]);
                long at = placement.OffsetOf(roots[i]), to = placement.OffsetOf(roots[j]);
                bool apart = at + Bytes(roots[i]) <= to || to + Bytes(roots[j]) <= at;
                if (a.Last < b.First || b.Last < a.First || apart) continue;
                // The same place and size, and one step at which the one ends and the other begins.
                at.Should().Be(to);
                Bytes(roots[i]).Should().Be(Bytes(roots[j]));
                (a.Last == b.First || b.Last == a.First).Should()
                    .BeTrue($"{model.Values[roots[i]].Name}, {model.Values[roots[j]].Name}");
                inPlace++;
            }
        }
        foreach (int root in roots)
            (placement.OffsetOf(root) + Bytes(root)).Should().BeLessThanOrEqualTo(placement.ArenaBytes);
        if (name.StartsWith("resnet", StringComparison.Ordinal)) inPlace.Should().BeGreaterThan(0);

        // Integers and Booleans keep their own size, in either precision.
        long Bytes(int root) => placement.BufferOf(root).Elements
            * (model.Values[root].Type is var type && type.IsFloating() ? precision : type).Size();
    }

    [Fact]
    public void Keeping_all_values_shares_nothing()
    {
        var (model, nodes) = Model("resnet18", 1);
        var placement = Placement.Of(model, nodes, ElementType.Float32, keepAll: true, slice: true);
        Lives(model, placement).Keys.Select(placement.OffsetOf).Should().OnlyHaveUniqueItems();
        placement.ArenaBytes.Should().Be(placement.ArenaLowerBound);
    }

    [Fact]
    public void Placing_the_largest_model_takes_milliseconds()
    {
        var (model, nodes) = Model("densenet121", 1);
        _ = Placement.Of(model, nodes, ElementType.Float32, keepAll: false, slice: true);
        long start = Stopwatch.GetTimestamp();
        _ = Placement.Of(model, nodes, ElementType.Float32, keepAll: false, slice: true);
        // Ten on an idle machine; a busy one may take its time.
        Stopwatch.GetElapsedTime(start).TotalMilliseconds.Should().BeLessThan(1000);
    }

    static (NhwcProgram, System.Collections.Immutable.ImmutableArray<FusedNode>) Model(string name, int batch)
    {
        var known = ArchitectureSet.Find($"arch:{name}");
        var graph = known.Build();
        // Shapes alone matter: elements nobody touches take no memory.
        var weights = new StateDict();
        foreach (var parameter in graph.Parameters)
        {
            var shape = parameter.Shape!.Value;
            weights.Add(parameter.Key,
                new Tensor(parameter.Type, shape, new byte[shape.Elements * parameter.Type.Size()]));
        }
        var model = NhwcPass.Apply(new TorchModel(graph, weights, "test"), [[batch, .. known.Input.AsSpan()[1..]]]);
        var (program, nodes) = Fusion.Apply(model, Fusion.Nothing(model), large: long.MaxValue);
        return (program, [.. nodes.Where(node => !node.Main.Op.IsView)]);
    }

    // First and last step of every value that has memory, by PyTorch's reading of the program: no sharing.
    static Dictionary<int, (int First, int Last)> Lives(NhwcProgram model, Placement placement)
    {
        var nodes = placement.Nodes;
        var lives = new Dictionary<int, (int First, int Last)>();
        void Touch(int value, int step)
        {
            int root = placement.BufferOf(placement.RootOf(value)).Home;
            if (model.Values[root].Leaf is not null) return;
            var (first, last) = lives.GetValueOrDefault(root, (step, step));
            lives[root] = (Math.Min(first, step), Math.Max(last, step));
        }
        foreach (var port in model.Inputs) Touch(port.Value, -1);
        for (int step = 0; step < nodes.Length; step++)
            foreach (int value in nodes[step].Reads.Concat(nodes[step].Defines)) Touch(value, step);
        foreach (var port in model.Inputs.Concat(model.Outputs)) Touch(port.Value, nodes.Length);
        return lives;
    }

    static long LowerBound(NhwcProgram model, Placement placement, ElementType precision)
    {
        var lives = Lives(model, placement);
        long most = 0;
        for (int step = -1; step <= placement.Nodes.Length; step++)
        {
            long live = 0;
            foreach (var (root, (first, last)) in lives)
                if (first <= step && step <= last)
                    live += (placement.BufferOf(root).Elements * precision.Size() + 63) / 64 * 64;
            most = Math.Max(most, live);
        }
        return most;
    }
}
