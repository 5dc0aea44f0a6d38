using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>a · sigmoid(b)</c>, a and b the two halves of a logical axis. Source: torch.nn.GLU.</summary>
public sealed record GLU : Op
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public int Dim { get; init; } = -1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new GLU { Dim = call.Int("dim") }, "glu");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank == 0) return $"input is {x}, expected at least 1 axis";
        if (Axis.Misfit(Dim, x.Rank) is { } why) return why;
        int extent = x[Axis.Of(Dim, x.Rank)];
        return extent % 2 == 0 ? null : $"axis {Dim} has the extent {extent}, expected an even one";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int[] extents = inputs[0].AsSpan().ToArray();
        extents[Axis.Of(Dim, extents.Length)] /= 2;
        return [Shape.Create(extents)];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 4 * output.Elements;
}
