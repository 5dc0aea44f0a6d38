using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A matrix transposed; vectors and scalars stay. Source: torch.t.</summary>
public sealed record T : Permuting
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new T(), "t");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        inputs[0].Rank > 2 ? $"input has {inputs[0].Rank} axes, expected at most 2" : null;

    /// <inheritdoc/>
    public override int[] Order(int rank) => rank == 2 ? [1, 0] : rank == 1 ? [0] : [];
}
