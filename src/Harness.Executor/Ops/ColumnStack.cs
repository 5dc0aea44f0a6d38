using System.Diagnostics.CodeAnalysis;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Tensors joined along axis 1, vectors as columns. Source: torch.column_stack.</summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "PyTorch's name.")]
public sealed record ColumnStack : StackOfViews
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new ColumnStack(), "column_stack");

    /// <inheritdoc/>
    protected override Shape Viewed(Shape one) => one.Rank switch
    {
        0 => [1, 1],
        1 => [one[0], 1],
        _ => one,
    };

    /// <inheritdoc/>
    protected override int AxisOf(int rank) => 1;
}
