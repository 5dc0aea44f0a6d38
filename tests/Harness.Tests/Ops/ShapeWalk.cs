using System.Collections.Immutable;
using System.Text.Json;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Tests.Ops;

/// <summary>A graph's shapes, one call after the other: numbers evaluated, calls parsed, shapes inferred, and each op
/// asked for its layouts and its parameters' places. Nothing is computed.</summary>
sealed class ShapeWalk
{
    readonly Dictionary<int, Shape> _shapes = [];
    readonly Dictionary<int, Argument> _numbers = [];
    readonly HashSet<int> _parameters = [];
    bool _computed;

    /// <summary>The output shapes of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">The shapes of its inputs.</param>
    /// <param name="parameter">The shape of a parameter.</param>
    /// <param name="computed">True where weights may be computed; elsewhere all must be parameters.</param>
    public static Shape[] Outputs(
        Graph graph, IEnumerable<Shape> inputs, Func<string, Shape> parameter, bool computed = false)
    {
        var walk = new ShapeWalk { _computed = computed };
        foreach (var (port, shape) in graph.Inputs.Zip(inputs)) walk._shapes[port.Value] = shape;
        foreach (var stored in graph.Parameters)
        {
            walk._shapes[stored.Value] = parameter(stored.Key);
            walk._parameters.Add(stored.Value);
        }
        foreach (var constant in graph.Constants) walk._shapes[constant.Value] = constant.Tensor.Shape;
        foreach (var constant in graph.Constants.Where(c => c.Tensor is { Type: ElementType.Int64, Shape.Rank: 0 }))
            walk._numbers[constant.Value] = Argument.Of(BitConverter.ToInt64(constant.Tensor.Bytes.Span));
        foreach (var call in graph.Calls) walk.Step(call);
        return [.. graph.Outputs.Select(port => walk._shapes[port.Value])];
    }

    void Step(Call call)
    {
        if (ScalarCalls.TryEvaluate(call, id => _shapes.TryGetValue(id, out var shape) ? shape : null,
            id => _numbers.GetValueOrDefault(id), out var number, out _))
        {
            _numbers[call.Results.Single()] = number;
            return;
        }
        var known = call with { Arguments = [.. call.Arguments.Select(Known)] };
        // A number where the operator has a tensor is one without axes.
        if (OpSet.ParseBound(known) is null && OpSet.OfNumbers(known) is { } signature)
            known = signature.Replace(known, _ => Argument.Value(Scalar()));
        var (op, operands) = OpSet.Parse(known);
        if (call.Results.Length > 1) op = op.Giving(call.Results.Length);
        Shape[] inputs = [.. operands.Select(id => _shapes[id])];
        op = op.Settled([.. inputs.Select(shape => Fact.Of(ElementType.Float32, shape))]);
        // A window without a batch axis has one while it is computed.
        bool single = inputs.Length > 0 && op.BatchedRank == inputs[0].Rank + 1;
        if (single) inputs[0] = [1, .. inputs[0].AsSpan()];
        op.MisfitOfShapes(inputs).Should().BeNull(call.ToString());
        var outputs = op.InferShapes(inputs);
        // The weights of an attention and the places of regions are named, and no op gives them.
        int given = op is MultiheadAttention or RoIPool or PSRoIAlign or PSRoIPool ? 1 : call.Results.Length;
        outputs.Length.Should().Be(given, call.ToString());
        foreach (var (id, shape) in call.Results.Zip(outputs)) _shapes[id] = single ? [.. shape.AsSpan()[1..]] : shape;
        // The transpose of a parameter is one still: its move folds into the rule.
        if (op is Permuting && _parameters.Contains(operands[0])) _parameters.Add(call.Results[0]);
        CheckLayouts(op, inputs, outputs);
        foreach (var rule in op.Weights)
        {
            // A weight that is computed stays as it is.
            if (_computed && !_parameters.Contains(operands[rule.Operand])) continue;
            _parameters.Should().Contain(operands[rule.Operand], call.ToString());
            rule.Rearrangement.Inverse.Apply(rule.Rearrangement.Apply(inputs[rule.Operand]))
                .Should().Equal(inputs[rule.Operand]);
        }
    }

    int Scalar()
    {
        int id = -1 - _shapes.Count;
        _shapes[id] = [];
        return id;
    }

    // From every starting layout, what an op asks for and gives must fit the ranks; and what it asks for, it keeps.
    static void CheckLayouts(Op op, Shape[] inputs, ImmutableArray<Shape> outputs)
    {
        foreach (var start in new Func<int, Permutation>[] { Permutation.Identity, Permutation.ChannelsLast })
        {
            var arrangement = op.Arrange([.. inputs.Select(shape => new Placed(shape, start(shape.Rank)))]);
            arrangement.Inputs.Select(layout => layout.Rank).Should().Equal(inputs.Select(shape => shape.Rank));
            arrangement.Outputs.Select(layout => layout.Rank).Should().Equal(outputs.Select(shape => shape.Rank));
            Placed[] placed = [.. inputs.Zip(arrangement.Inputs, (shape, layout) => new Placed(shape, layout))];
            op.Arrange(placed).Inputs.Should().Equal(arrangement.Inputs);
            op.Arrange(placed).Outputs.Should().Equal(arrangement.Outputs);
        }
    }

    Argument Known(Argument argument) => argument switch
    {
        ValueArgument value => _numbers.GetValueOrDefault(value.Id, value),
        ListArgument list => Argument.Of([.. list.Items.Select(Known)]),
        _ => argument,
    };

    /// <summary>A case of golden/ops as a graph, with the shapes of its inputs and parameters by name.</summary>
    public static (Graph Graph, Dictionary<string, Shape> Shapes) Read(JsonElement json)
    {
        var builder = new GraphBuilder();
        var values = new Dictionary<string, int>();
        var shapes = new Dictionary<string, Shape>();
        foreach (string list in new[] { "inputs", "parameters" })
        {
            foreach (var port in json.GetProperty(list).EnumerateArray())
            {
                string name = port.GetProperty("name").GetString()!;
                shapes[name] = Shape.Create([.. port.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())]);
                values[name] = list == "inputs" ? builder.Input(name, shapes[name]) : builder.Parameter(name);
            }
        }
        foreach (var call in json.GetProperty("calls").EnumerateArray())
        {
            string[] results = [.. call.GetProperty("results").EnumerateArray().Select(e => e.GetString()!)];
            var keywords = call.TryGetProperty("keywords", out var given) ? given.EnumerateObject().ToArray() : [];
            var ids = builder.Call(
                call.GetProperty("target").GetString()!,
                [.. call.GetProperty("arguments").EnumerateArray().Select(e => Read(e, values))],
                [.. keywords.Select(k => new Keyword(k.Name, Read(k.Value, values)))],
                results.Length, SourcePlace.Unknown);
            foreach (var (name, id) in results.Zip(ids)) values[name] = id;
        }
        foreach (var port in json.GetProperty("outputs").EnumerateArray())
            builder.Output(port.GetProperty("name").GetString()!, values[port.GetProperty("value").GetString()!]);
        return (builder.Build(), shapes);
    }

    static Argument Read(JsonElement json, Dictionary<string, int> values) => json.ValueKind switch
    {
        JsonValueKind.Null => Argument.None,
        JsonValueKind.True or JsonValueKind.False => Argument.Of(json.GetBoolean()),
        JsonValueKind.String => Argument.Of(json.GetString()!),
        JsonValueKind.Array => Argument.Of([.. json.EnumerateArray().Select(item => Read(item, values))]),
        // What JSON has no number for.
        JsonValueKind.Object when json.TryGetProperty("float", out var number) =>
            Argument.Of(number.GetString() == "-inf" ? double.NegativeInfinity
                : number.GetString() == "inf" ? double.PositiveInfinity : double.NaN),
        JsonValueKind.Object => Argument.Value(values[json.GetProperty("value").GetString()!]),
        _ when json.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0 => Argument.Of(json.GetInt64()),
        _ => Argument.Of(json.GetDouble()),
    };
}
