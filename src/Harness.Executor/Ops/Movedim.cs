using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Some logical axes taken to other places, the others in the order they have. Source:
/// torch.movedim.</summary>
public sealed record Movedim : Permuting
{
    /// <summary>The axes that move; negative counts from the last.</summary>
    public required IntList Sources { get; init; }

    /// <summary>Where each goes; negative counts from the last.</summary>
    public required IntList Destinations { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "moveaxis.int", "moveaxis.intlist", "movedim.int", "movedim.intlist");

    static Movedim Parse(Bound call)
    {
        var sources = IntList.Create(call.Ints("source").AsSpan());
        var destinations = IntList.Create(call.Ints("destination").AsSpan());
        return sources.Count == destinations.Count
            ? new Movedim { Sources = sources, Destinations = destinations }
            : throw call.Refuse($"source is {sources} and destination {destinations}, expected as many axes");
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Axis.Misfit(Sources, inputs[0].Rank) ?? Axis.Misfit(Destinations, inputs[0].Rank);

    /// <inheritdoc/>
    public override int[] Order(int rank)
    {
        int[] sources = Axis.Of(Sources, rank), destinations = Axis.Of(Destinations, rank);
        int[] order = [.. Enumerable.Repeat(-1, rank)];
        if (rank == 0) return order;
        for (int i = 0; i < sources.Length; i++) order[destinations[i]] = sources[i];
        int next = 0;
        foreach (int axis in Enumerable.Range(0, rank).Except(sources))
        {
            while (order[next] >= 0) next++;
            order[next] = axis;
        }
        return order;
    }
}
