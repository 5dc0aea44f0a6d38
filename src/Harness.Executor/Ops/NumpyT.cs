namespace Harness.Executor.Ops;

/// <summary>All logical axes in the opposite order. Source: torch.Tensor.T.</summary>
public sealed record NumpyT : Permuting
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new NumpyT(), "numpy_T");

    /// <inheritdoc/>
    public override int[] Order(int rank) => [.. Enumerable.Range(0, rank).Reverse()];
}
