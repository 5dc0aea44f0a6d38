using System.Collections.Immutable;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Parity.Golden;

namespace Harness.Reference.Recording;

/// <summary>Chooses what a case feeds: the user's shapes, else the file's, else inferred ones; seeded values in
/// them.</summary>
static class InputChoice
{
    // What integers stay below where no embedding says better.
    const long DefaultLimit = 8;

    /// <summary>Seeded inputs for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="shapes">The user's shapes in the order of the inputs; empty for none.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="ModelException">PAR9003: shapes do not fit the number of inputs, or cannot be found
    /// out.</exception>
    public static ImmutableArray<Tensor> Seeded(TorchModel model, string path, ImmutableArray<Shape> shapes, long seed)
    {
        var ports = model.Graph.Inputs;
        var chosen = shapes.IsEmpty ? OwnShapes(model, path) : shapes;
        if (chosen.Length != ports.Length)
            throw Bad(path, $"{chosen.Length} --input-shape given, the model has {Names(ports)}");
        var values = new SeededValues(seed);
        return [.. ports.Select((port, i) => values.Next(port.Type, chosen[i], Limit(model, port)))];
    }

    /// <summary>Floating-point inputs as float32, which is what goldens hold; others as they are.</summary>
    public static ImmutableArray<Tensor> Rounded(ImmutableArray<Tensor> inputs) =>
    [
        .. inputs.Select(tensor => tensor.Type is ElementType.Float32 || !tensor.Type.IsFloating()
            ? tensor
            : Tensor.Of(tensor.Shape, tensor.ToSingles())),
    ];

    // Inference of shapes is the one thing that is shared with the executor: it computes no value.
    static ImmutableArray<Shape> OwnShapes(TorchModel model, string path)
    {
        var ports = model.Graph.Inputs;
        if (ports.All(port => port.Shape is not null)) return [.. ports.Select(port => port.Shape!.Value)];
        try
        {
            return [.. InputShapes.Infer(model, square: false)];
        }
        catch (ModelException exception)
        {
            throw new ModelException(exception.Finding with { Place = path }, exception);
        }
    }

    // An index must stay inside every table that it reads from.
    static long Limit(TorchModel model, Port port)
    {
        var keys = model.Graph.Parameters.ToDictionary(parameter => parameter.Value, parameter => parameter.Key);
        var rows = from call in model.Graph.Calls
                   where call.Target == "aten::embedding" && call.Arguments is [ValueArgument, ValueArgument, ..]
                   where ((ValueArgument)call.Arguments[1]).Id == port.Value
                   where keys.ContainsKey(((ValueArgument)call.Arguments[0]).Id)
                   select (long)model.Weights[keys[((ValueArgument)call.Arguments[0]).Id]].Shape[0];
        return rows.DefaultIfEmpty(DefaultLimit).Min();
    }

    static string Names(ImmutableArray<Port> ports) =>
        $"{ports.Length} input{(ports.Length == 1 ? "" : "s")} ({string.Join(", ", ports.Select(port => port.Name))})";

    static ModelException Bad(string path, string message) => new(new Finding(Codes.BadUsage, path, message));
}
