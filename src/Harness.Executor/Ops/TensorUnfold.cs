using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Windows of one logical axis, which may overlap: the axis counts them, and a new last axis the elements of
/// each. Source: torch.Tensor.unfold.</summary>
public sealed record TensorUnfold : Part
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>The elements of a window.</summary>
    public required int Size { get; init; }

    /// <summary>From one window to the next.</summary>
    public required int Step { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "unfold", "unfold_copy");

    static TensorUnfold Parse(Bound call)
    {
        var op = new TensorUnfold
        {
            Dim = call.Int("dimension"), Size = call.Int("size"), Step = call.Int("step"),
        };
        return op.Size >= 0 && op.Step > 0 ? op : throw call.Refuse(
            $"size is {op.Size} and step {op.Step}, expected no negative size and a positive step; "
            + "PyTorch refuses it too");
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Axis.Misfit(Dim, x.Rank) is { } why) return why;
        int extent = x.Rank == 0 ? 1 : x[Axis.Of(Dim, x.Rank)];
        return Size <= extent ? null : $"windows have {Size} elements, axis {Dim} of {x} {extent}";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        // A scalar has one window, and no axis that counts it.
        if (inputs[0].Rank == 0) return [[Size]];
        int[] extents = [.. inputs[0], Size];
        int axis = Axis.Of(Dim, inputs[0].Rank);
        extents[axis] = ((extents[axis] - Size) / Step) + 1;
        return [Shape.Create(extents)];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var layout = inputs[0].Layout;
        return new Arrangement([layout], [new Permutation([.. layout.AsSpan(), layout.Rank])]);
    }
}
