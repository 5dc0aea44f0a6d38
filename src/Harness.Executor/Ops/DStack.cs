using System.Diagnostics.CodeAnalysis;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Tensors joined along axis 2, vectors as rows and matrices as planes. Source: torch.dstack.</summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "PyTorch's name.")]
public sealed record DStack : StackOfViews
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new DStack(), "dstack");

    /// <inheritdoc/>
    protected override Shape Viewed(Shape one) => one.Rank switch
    {
        0 => [1, 1, 1],
        1 => [1, one[0], 1],
        2 => [one[0], one[1], 1],
        _ => one,
    };

    /// <inheritdoc/>
    protected override int AxisOf(int rank) => 2;
}
