using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The first operand with the second one in place of some indices, or of one index, of a logical axis. Source:
/// torch.slice_scatter and torch.select_scatter.</summary>
public sealed record WriteInto : Op
{
    /// <inheritdoc/>
    public override string Name => Index is null ? "SliceScatter" : "SelectScatter";

    /// <summary>The indices that are replaced; of one of them alone, its axis.</summary>
    public required Slice Place { get; init; }

    /// <summary>The one index, of an axis that the second operand lacks; negative counts from the end. Null for a
    /// slice.</summary>
    public int? Index { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "select_scatter", "slice_scatter");

    static WriteInto Parse(Bound call)
    {
        if (call.Has("index"))
            return new WriteInto { Place = new Slice { Dim = call.Int("dim") }, Index = call.Int("index") };
        return new WriteInto
        {
            Place = new Slice
            {
                Dim = call.Int("dim"),
                Start = call.IsNone("start") ? 0 : call.Clamped("start"),
                End = call.IsNone("end") ? int.MaxValue : call.Clamped("end"),
                Step = call.Int("step"),
            },
        };
    }

    /// <summary>The first of the indices along an axis of this extent.</summary>
    internal int First(int extent) =>
        Index is not { } index ? Place.Range(extent).First : index < 0 ? index + extent : index;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Place.Step < 1) return $"step is {Place.Step}, expected a positive number; PyTorch refuses it too";
        if (x.Rank == 0) return "operand 0 has 0 axes, expected at least 1";
        if (Axis.Misfit(Place.Dim, x.Rank) is { } why) return why;
        int axis = Axis.Of(Place.Dim, x.Rank), extent = x[axis];
        if (Index is { } index && (index < -extent || index >= extent))
            return $"index {index} is out of range, expected {-extent} to {extent - 1}";
        Shape wanted = Index is null ? [.. x.AsSpan()[..axis], Place.Range(extent).Count, .. x.AsSpan()[(axis + 1)..]]
            : [.. x.AsSpan()[..axis], .. x.AsSpan()[(axis + 1)..]];
        return inputs[1] == wanted ? null : $"src is {inputs[1]}, expected {wanted}";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
