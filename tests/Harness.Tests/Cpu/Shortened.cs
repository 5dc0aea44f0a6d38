using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats.Architectures;

namespace Harness.Tests.Cpu;

/// <summary>The known architectures without what repeats: 124 of VGG's 138 million weights, which are its classifier's,
/// ten of ViT's twelve blocks, and most of ConvNeXt's. Whole, they would take gigabytes for each plan and show the
/// same.</summary>
static class Shortened
{
    /// <summary>The architecture of this name, or what is left of it.</summary>
    public static Graph Of(string name)
    {
        var graph = ArchitectureSet.Find($"arch:{name}").Build();
        return name switch
        {
            "vgg16" => Until(graph, "aten::flatten"),
            "vit_b_16" => Without(graph, [.. Enumerable.Range(2, 10).Select(i => $"encoder.layers.encoder_layer_{i}")]),
            "convnext_tiny" =>
                Without(graph,
                    [.. Enumerable.Range(2, 7).Select(i => $"features.5.{i}"), "features.7.1", "features.7.2"]),
            "swin_t" or "swin_v2_t" =>
                Without(graph,
                    [.. Enumerable.Range(2, 4).Select(i => $"features.5.{i}"), "features.7.0", "features.7.1"]),
            _ => graph,
        };
    }

    // What comes before the first call of an operator.
    static Graph Until(Graph graph, string target)
    {
        var calls = graph.Calls.TakeWhile(call => call.Target != target).ToImmutableArray();
        calls.Length.Should().BeLessThan(graph.Calls.Length, $"there is a call of {target}");
        return Pruned(graph with { Calls = calls, Outputs = [graph.Outputs[0] with { Value = calls[^1].Results[0] }] });
    }

    // Modules that stand one behind another and keep their input's shape are stepped over.
    static Graph Without(Graph graph, string[] modules)
    {
        foreach (string module in modules)
        {
            bool Inside(Call call) =>
                call.Place.Module == module || call.Place.Module.StartsWith(module + ".", StringComparison.Ordinal);
            int first = graph.Calls.ToList().FindIndex(Inside);
            first.Should().BePositive($"there is a module {module}");
            int last = graph.Calls.ToList().FindLastIndex(Inside);
            graph.Calls[first..(last + 1)].All(Inside).Should().BeTrue($"{module} stands in one piece");
            int before = graph.Calls[first - 1].Results[0], after = graph.Calls[last].Results[0];
            graph = graph with
            {
                Calls = [.. graph.Calls.Where(call => !Inside(call)).Select(call => call with
                {
                    Arguments = [.. call.Arguments.Select(a =>
                        a is ValueArgument { Id: var id } && id == after ? Argument.Value(before) : a)],
                })],
            };
        }
        return Pruned(graph);
    }

    static Graph Pruned(Graph graph)
    {
        var read = graph.Calls.SelectMany(call => Values(call.Arguments)).ToHashSet();
        return graph with { Parameters = [.. graph.Parameters.Where(parameter => read.Contains(parameter.Value))] };
    }

    static IEnumerable<int> Values(IEnumerable<Argument> arguments) => arguments.SelectMany(argument => argument switch
    {
        ValueArgument value => [value.Id],
        ListArgument list => Values(list.Items),
        _ => Enumerable.Empty<int>(),
    });
}
