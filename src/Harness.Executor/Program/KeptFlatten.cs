using System.Collections.Immutable;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>An image, sequence or volume that is flattened, or a vector that becomes one, by moving its elements into
/// PyTorch's order: what <see cref="FlattenMode.Fold"/> is asked to do without, and leaves where the values are not all
/// treated alike.</summary>
/// <param name="Flatten">The reshape.</param>
/// <param name="Reader">Who reads what it gives; null where that is an output.</param>
public sealed record KeptFlatten(NhwcNode Flatten, NhwcNode? Reader)
{
    /// <summary>Those of a program.</summary>
    public static ImmutableArray<KeptFlatten> Of(NhwcProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var moved = program.Nodes.Where(node => node.Op is Relayout { Moves: true }).ToArray();
        var kept = ImmutableArray.CreateBuilder<KeptFlatten>();
        foreach (var node in program.Nodes.Where(node => node.Op is Reshaping))
        {
            int source = node.Inputs[0], result = node.Outputs[0];
            var (from, to) = (program.Values[source].Shape, program.Values[result].Shape);
            bool flattens = from.Rank > 2 && to.Rank == 2 && moved.Any(move => move.Outputs[0] == source);
            bool unfolds = from.Rank == 2 && to.Rank > 2
                && moved.Any(move => Reached(program, result).Contains(move.Inputs[0]));
            if (flattens || unfolds)
                kept.Add(new KeptFlatten(node, program.Nodes.FirstOrDefault(reader =>
                    reader.Inputs.Contains(result) && reader.Op is not Relayout)));
        }
        return kept.ToImmutable();
    }

    // The value itself, and what element-wise ops make of it without moving anything.
    static HashSet<int> Reached(NhwcProgram program, int value)
    {
        var reached = new HashSet<int> { value };
        foreach (var node in program.Nodes)
            if (node.Op.IsElementwise && node.Inputs is [var only] && reached.Contains(only))
                reached.Add(node.Outputs[0]);
        return reached;
    }

    /// <summary><c>'flat' before BatchNorm2d 'bn'</c>.</summary>
    public override string ToString() => Reader is { } reader
        ? $"'{Flatten.Name}' before {reader.Op.Name} '{reader.Name}'"
        : $"'{Flatten.Name}'";
}
