namespace Harness.Executor.Ops;

/// <summary>Logical axes in a stated order. Source: torch.permute.</summary>
public sealed record Permute : Permuting
{
    /// <summary>For each axis of the result, the operand's.</summary>
    public required IntList Dims { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Permute { Dims = IntList.Create(call.Ints("dims").AsSpan()) }, "permute");

    /// <inheritdoc/>
    public override int[] Order(int rank) => Dims.Count == rank
        ? Axis.Of(Dims, rank)
        : throw new ShapeException($"permute has {Dims.Count} axes, input has {rank}");
}
