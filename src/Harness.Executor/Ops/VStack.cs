using System.Diagnostics.CodeAnalysis;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Tensors joined along axis 0, vectors as rows. Source: torch.vstack.</summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "PyTorch's name.")]
public sealed record VStack : StackOfViews
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new VStack(), "vstack", "row_stack");

    /// <inheritdoc/>
    protected override Shape Viewed(Shape one) => one.Rank switch
    {
        0 => [1, 1],
        1 => [1, one[0]],
        _ => one,
    };

    /// <inheritdoc/>
    protected override int AxisOf(int rank) => 0;
}
