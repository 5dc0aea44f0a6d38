using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Logical axes in a stated order. Source: torch.permute.</summary>
public sealed record Permute : Permuting
{
    /// <summary>For each axis of the result, the operand's.</summary>
    public required IntList Dims { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Permute { Dims = IntList.Create(call.Ints("dims").AsSpan()) }, "permute");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Dims.Count == inputs[0].Rank
            ? Axis.Misfit(Dims, inputs[0].Rank)
            : $"permute has {Dims.Count} axes, input has {inputs[0].Rank}";

    /// <inheritdoc/>
    public override int[] Order(int rank) => Axis.Of(Dims, rank);
}
