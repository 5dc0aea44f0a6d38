using System.Diagnostics.CodeAnalysis;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Tensors joined along axis 1, vectors along their only one. Source: torch.hstack.</summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "PyTorch's name.")]
public sealed record HStack : StackOfViews
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new HStack(), "hstack");

    /// <inheritdoc/>
    protected override Shape Viewed(Shape one) => one.Rank == 0 ? [1] : one;

    /// <inheritdoc/>
    protected override int AxisOf(int rank) => rank == 1 ? 0 : 1;
}
