using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>What the integers of a model's inputs stay below where they are indices: rows of a table, places along an
/// axis.</summary>
public static class InputLimits
{
    /// <summary>For each input the least extent that it, or what is moved or cast of it, is an index of; null where it
    /// is none, and where the model's ops are not all known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">The shapes of its inputs.</param>
    public static long?[] Of(TorchModel model, IReadOnlyList<Shape> shapes)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(shapes);
        var limits = new long?[model.Graph.Inputs.Length];
        ShapedGraph graph;
        try
        {
            graph = ShapedGraph.Of(model, shapes);
        }
        catch (ModelException)
        {
            return limits;
        }
        var inputs = new Dictionary<int, int>();
        for (int i = 0; i < limits.Length; i++) inputs[model.Graph.Inputs[i].Value] = i;
        foreach (var call in graph.Calls)
        {
            Shape[] operands = [.. call.Operands.Select(graph.ShapeOf)];
            for (int i = 0; i < operands.Length; i++)
            {
                if (inputs.TryGetValue(call.Operands[i], out int input)
                    && call.Op.EndOfIndex(i, operands) is { } end && !(limits[input] <= end))
                    limits[input] = end;
            }
            bool moves = call.Op is { IsView: true } or { IsMove: true } or Permuting or Part;
            if (!moves || !inputs.TryGetValue(call.Operands[0], out int moved)) continue;
            foreach (int result in call.Results) inputs[result] = moved;
        }
        return limits;
    }
}
