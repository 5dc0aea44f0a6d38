using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Executor.Schema;

namespace Harness.Parity.Fuzz;

/// <summary>Ways to make a graph smaller. None knows what an operator means: whether what comes out is still a model
/// and still fails, the judge says.</summary>
static class GraphEdits
{
    /// <summary>The values that a call reads.</summary>
    public static IEnumerable<int> Read(Call call) =>
        call.Arguments.Concat(call.Keywords.Select(keyword => keyword.Value)).SelectMany(Ids);

    /// <summary>Without calls, inputs and parameters that no output hangs on; one input stays.</summary>
    public static Graph Pruned(Graph graph)
    {
        var needed = graph.Outputs.Select(port => port.Value).ToHashSet();
        var calls = new List<Call>();
        foreach (var call in graph.Calls.Reverse())
        {
            // A write in place changes what others read, whether anybody reads its result or not.
            if (!call.Results.Any(needed.Contains) && !call.Target.EndsWith('_')) continue;
            calls.Insert(0, call);
            needed.UnionWith(Read(call));
        }
        var inputs = graph.Inputs.Where(port => needed.Contains(port.Value)).ToImmutableArray();
        return graph with
        {
            Inputs = inputs.IsEmpty ? [.. graph.Inputs.Take(1)] : inputs,
            Parameters = [.. graph.Parameters.Where(parameter => needed.Contains(parameter.Value))],
            Constants = [.. graph.Constants.Where(constant => needed.Contains(constant.Value))],
            Calls = [.. calls],
        };
    }

    /// <summary>Smaller graphs, the boldest steps first.</summary>
    public static IEnumerable<Graph> Smaller(Graph graph) =>
        FewerOutputs(graph).Concat(FewerCalls(graph)).Select(Pruned)
            .Concat(SmallerShapes(graph)).Concat(PlainerArguments(graph).Select(Pruned));

    static IEnumerable<Graph> FewerOutputs(Graph graph)
    {
        if (graph.Outputs.Length > 1)
        {
            foreach (var port in graph.Outputs) yield return graph with { Outputs = [port] };
            foreach (var port in graph.Outputs) yield return graph with { Outputs = graph.Outputs.Remove(port) };
        }
        // What a call in the middle gives, and nothing after it.
        for (int i = 0; i < graph.Calls.Length - 1; i++)
        {
            yield return graph with
            {
                Calls = graph.Calls[..(i + 1)],
                Outputs = [.. graph.Calls[i].Results.Select((id, n) => new Port($"{n}", id))],
            };
        }
    }

    static IEnumerable<Graph> FewerCalls(Graph graph)
    {
        var facts = FactsOf(graph);
        for (int i = graph.Calls.Length - 1; i >= 0; i--)
        {
            var call = graph.Calls[i];
            var rest = graph with { Calls = graph.Calls.RemoveAt(i) };
            // The call gives way to one of its operands, wherever it is read.
            if (call.Results is [var only])
                foreach (int operand in Read(call).Distinct()) yield return Replaced(rest, only, operand);
            // Or to inputs like its results.
            var ports = call.Results.Select((id, n) => facts.TryGetValue(NodeOf(call, n), out var fact)
                ? new Port($"{call.Name.Replace('.', '_')}_{n}", id, fact.Shape, fact.Type) : null).ToList();
            if (ports.TrueForAll(port => port is not null))
                yield return rest with { Inputs = [.. graph.Inputs, .. ports.OfType<Port>()] };
        }
        // A parameter or constant gives way to an input: whatever fails has then nothing to do with the tree.
        foreach (var parameter in graph.Parameters)
        {
            yield return graph with
            {
                Inputs = graph.Inputs.Add(new Port(
                    parameter.Key.Replace('.', '_'), parameter.Value, parameter.Shape, parameter.Type)),
                Parameters = graph.Parameters.Remove(parameter),
            };
        }
    }

    /// <summary>A result as nodes and probes are called.</summary>
    public static string NodeOf(Call call, int result) => result == 0 ? call.Name : $"{call.Name}:{result}";

    // What the executor says of values by the names of their nodes; nothing where it refuses the graph.
    static Dictionary<string, Fact> FactsOf(Graph graph)
    {
        var weights = new StateDict();
        foreach (var (_, key, shape, type) in graph.Parameters.Select(p => (p.Value, p.Key, p.Shape!.Value, p.Type)))
            weights.Add(key, new Tensor(type, shape, new byte[shape.Elements * type.Size()]));
        using var model = new TorchModel(graph, weights, "graph");
        try
        {
            var program = NhwcPass.Apply(
                model, [.. graph.Inputs.Select(port => Fact.Of(port.Type, port.Shape!.Value))]);
            return program.Values.DistinctBy(value => value.Name).ToDictionary(
                value => value.Name, value => value.Fact, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is ModelException || FuzzJudge.IsOurs(e))
        {
            return [];
        }
    }

    static Graph Replaced(Graph graph, int value, int by)
    {
        var calls = graph.Calls.Select(call => call with
        {
            Arguments = [.. call.Arguments.Select(Other)],
            Keywords = [.. call.Keywords.Select(keyword => keyword with { Value = Other(keyword.Value) })],
        });
        return graph with
        {
            Calls = [.. calls],
            Outputs = [.. graph.Outputs.Select(port => port.Value == value ? port with { Value = by } : port)],
        };

        Argument Other(Argument argument) => argument switch
        {
            ValueArgument { Id: var id } when id == value => Argument.Value(by),
            ListArgument list => Argument.Of([.. list.Items.Select(Other)]),
            _ => argument,
        };
    }

    // One extent stands in many places: channels in an input, a kernel and a view's sizes. All that are equal first,
    // then those of shapes alone, then one by one.
    static IEnumerable<Graph> SmallerShapes(Graph graph)
    {
        var places = graph.Inputs.Select(port => (Shape: port.Shape!.Value, Of: port.Value))
            .Concat(graph.Parameters.Select(parameter => (Shape: parameter.Shape!.Value, Of: parameter.Value)))
            .ToList();
        var extents = places.SelectMany(place => place.Shape).Where(extent => extent > 1).Distinct().OrderDescending();
        foreach (int extent in extents.ToList())
        {
            foreach (int smaller in Less(extent))
            {
                yield return Resized(graph, (_, _, now) => now == extent ? smaller : now,
                    number => number == extent ? smaller : number);
                yield return Resized(graph, (_, _, now) => now == extent ? smaller : now, null);
            }
        }
        foreach (var (shape, of) in places)
        {
            for (int axis = 0; axis < shape.Rank; axis++)
            {
                foreach (int smaller in shape[axis] > 1 ? Less(shape[axis]) : [])
                {
                    int at = axis;
                    yield return Resized(graph, (value, n, now) => value == of && n == at ? smaller : now, null);
                }
            }
        }
    }

    static IEnumerable<int> Less(int number) => new[] { 1, 2, number / 2, number - 1 }.Distinct()
        .Where(less => less >= 1 && less < number);

    static Graph Resized(Graph graph, Func<int, int, int, int> extent, Func<long, long>? number)
    {
        var resized = Reshaped(graph, (value, shape) =>
            Shape.Create([.. shape.Select((now, axis) => extent(value, axis, now))]));
        return number is null ? resized : resized with
        {
            Calls = [.. resized.Calls.Select(call => call with
            {
                Arguments = [.. call.Arguments.Select(argument => Renumbered(argument, number))],
                Keywords = [.. call.Keywords.Select(keyword =>
                    keyword with { Value = Renumbered(keyword.Value, number) })],
            })],
        };
    }

    static Graph Reshaped(Graph graph, Func<int, Shape, Shape> shape) => graph with
    {
        Inputs = [.. graph.Inputs.Select(port => port with { Shape = shape(port.Value, port.Shape!.Value) })],
        Parameters = [.. graph.Parameters.Select(parameter =>
            parameter with { Shape = shape(parameter.Value, parameter.Shape!.Value) })],
    };

    static Argument Renumbered(Argument argument, Func<long, long> number) => argument switch
    {
        IntArgument integer => Argument.Of(number(integer.Number)),
        ListArgument list => Argument.Of([.. list.Items.Select(item => Renumbered(item, number))]),
        _ => argument,
    };

    static IEnumerable<Graph> PlainerArguments(Graph graph)
    {
        for (int i = 0; i < graph.Calls.Length; i++)
        {
            var call = graph.Calls[i];
            foreach (var plainer in Plainer(call))
                yield return graph with { Calls = graph.Calls.SetItem(i, plainer) };
        }
    }

    static IEnumerable<Call> Plainer(Call call)
    {
        // An operator in place means what it means otherwise, but for the memory.
        if (call.Target.EndsWith('_') && SchemaTable.Overloads(call.Target[..^1]).Length > 0)
            yield return call with { Target = call.Target[..^1] };
        if (call.Arguments.Length > 1) yield return call with { Arguments = call.Arguments[..^1] };
        for (int k = 0; k < call.Keywords.Length; k++) yield return call with { Keywords = call.Keywords.RemoveAt(k) };
        var signature = SchemaTable.Overloads(call.Target).FirstOrDefault(s => s.Bind(call) is not null)
            ?? SchemaTable.Overloads(call.Target).FirstOrDefault();
        for (int n = 0; n < call.Arguments.Length; n++)
        {
            var usual = signature is not null && n < signature.Parameters.Length ? signature.Parameters[n] : null;
            foreach (var plainer in Plainer(call.Arguments[n], usual?.Default, usual?.Type.IsOptional ?? false))
                yield return call with { Arguments = call.Arguments.SetItem(n, plainer) };
        }
        for (int k = 0; k < call.Keywords.Length; k++)
        {
            foreach (var plainer in Plainer(call.Keywords[k].Value, null, true))
            {
                yield return call with
                {
                    Keywords = call.Keywords.SetItem(k, call.Keywords[k] with { Value = plainer }),
                };
            }
        }
    }

    static IEnumerable<Argument> Plainer(Argument argument, Argument? usual, bool optional)
    {
        if (usual is not null && !usual.Equals(argument)) yield return usual;
        if (optional && argument is not NoneArgument) yield return Argument.None;
        switch (argument)
        {
            case IntArgument { Number: var number }:
                foreach (long plainer in new[] { 0, 1, number / 2, number - Math.Sign(number) }.Distinct())
                    if (Math.Abs(plainer) < Math.Abs(number)) yield return Argument.Of(plainer);
                break;
            case FloatArgument { Number: var number } when number is not (0 or 1):
                yield return Argument.Of(1.0);
                yield return Argument.Of(0.0);
                break;
            case BoolArgument { Flag: true }:
                yield return Argument.Of(false);
                break;
            case ListArgument { Items: var items }:
                for (int i = 0; i < items.Length; i++)
                {
                    yield return Argument.Of(items.RemoveAt(i));
                    foreach (var plainer in Plainer(items[i], null, false))
                        yield return Argument.Of(items.SetItem(i, plainer));
                }
                break;
        }
    }

    static IEnumerable<int> Ids(Argument argument) => argument switch
    {
        ValueArgument value => [value.Id],
        ListArgument list => list.Items.SelectMany(Ids),
        _ => [],
    };
}
