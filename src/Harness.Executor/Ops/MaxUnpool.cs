using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Each element at the place of its plane that an integer names, 0 elsewhere: what undoes a pool, by its
/// indices. Source: torch.nn.MaxUnpool2d, MaxUnpool3d.</summary>
/// <remarks>Of two elements with one place the last one stays. An integer that names no place ends the run.</remarks>
public sealed record MaxUnpool : Op
{
    /// <inheritdoc/>
    public override string Name => $"MaxUnpool{Sizes.Count}d";

    /// <summary>The output's extents by axis.</summary>
    public required IntList Sizes { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        // Strides and padding of the pool decide nothing: the sizes are stated.
        call => new MaxUnpool { Sizes = [.. call.Ints("output_size", Window.AxesOf(call)!.Value)] },
        "max_unpool2d", "max_unpool3d");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Promotion.MisfitOfFloats(this, inputs[..1]) ?? Picking.MisfitOfIndex(1, inputs[1], narrow: false);

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand == 1 ? ElementType.Int64 : ElementType.Float32;

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand == 1 ? Window.Elements(Sizes.AsSpan()) : null;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0];
        if (x.Rank != Sizes.Count + 1 && Window.MisfitOfRank(x, Sizes.Count) is { } rank) return rank;
        if (inputs[1] != x) return $"indices are {inputs[1]}, expected {x} as the input";
        foreach (int size in Sizes) if (size < 1) return $"output_size is {Sizes}, expected positive numbers";
        return x.AsSpan()[1..].Contains(0) ? $"input is {x}, expected elements; PyTorch refuses it too" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[.. inputs[0].AsSpan()[..^Sizes.Count], .. Sizes]];

    /// <summary>All of them as the input lies.</summary>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) =>
        new([inputs[0].Layout, inputs[0].Layout], [inputs[0].Layout]);
}
