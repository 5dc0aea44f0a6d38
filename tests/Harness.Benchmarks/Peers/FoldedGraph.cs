using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Benchmarks.Peers;

/// <summary>What hangs on parameters, constants and shapes alone is computed once, as <c>torch.jit.freeze</c> and ONNX
/// Runtime do: masks of moved windows, biases gathered from a table.</summary>
static class FoldedGraph
{
    /// <summary>The same model with such calls replaced by their results, in float64; the very model where there are
    /// none.</summary>
    public static TorchModel Of(TorchModel model, IReadOnlyList<Shape> shapes)
    {
        var shaped = ShapedGraph.Of(model, shapes);
        var graph = model.Graph;
        var known = graph.Parameters.Select(parameter => parameter.Value)
            .Concat(graph.Constants.Select(constant => constant.Value)).ToHashSet();
        List<Call> before = [], after = [];
        foreach (var call in shaped.Calls)
        {
            bool folds = call.Operands.All(known.Contains);
            if (folds) known.UnionWith(call.Results);
            (folds ? before : after).Add(call.Call);
        }
        if (before.Count == 0) return model;
        var made = before.SelectMany(call => call.Results).ToHashSet();
        Port[] wanted =
        [
            .. after.SelectMany(GraphWalk.Used).Concat(shaped.Outputs.Select(port => port.Value))
                .Where(made.Contains).Distinct().Select(value => new Port($"folded{value}", value)),
        ];
        var first = graph with
        {
            Inputs = [], Calls = [.. before], Outputs = [.. wanted], ValueCount = shaped.ValueCount,
        };
        using var scope = NewDisposeScope();
        var results = new GraphWalk(first, model.Weights, "fold", ScalarType.Float64, CPU).Run([]);
        var folded = wanted.Zip(results, (port, result) =>
            new ConstantValue(port.Value, port.Name, Read(result.Tensor, shaped.FactOf(port.Value))));
        var rest = graph with
        {
            Calls = [.. after], Constants = [.. graph.Constants, .. folded], Outputs = shaped.Outputs,
            ValueCount = shaped.ValueCount,
        };
        return new TorchModel(rest, model.Weights, model.Format);
    }

    static Stored Read(TorchTensor tensor, Fact fact)
    {
        double[] elements = TorchContestant.Doubles(tensor);
        return fact.Type.IsFloating() ? Stored.Of(fact.Shape, elements)
            : fact.Type == ElementType.Int64
                ? Stored.Of(fact.Shape, Array.ConvertAll(elements, x => (long)x))
            : throw new NotSupportedException($"a folded tensor of {fact} has no place in the benchmark");
    }
}
