namespace Harness.Executor.Ops;

/// <summary>A matrix transposed; vectors and scalars stay. Source: torch.t.</summary>
public sealed record T : Permuting
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new T(), "t");

    /// <inheritdoc/>
    public override int[] Order(int rank) => rank switch
    {
        0 => [],
        1 => [0],
        2 => [1, 0],
        _ => throw new ShapeException($"input has {rank} axes, expected at most 2"),
    };
}
