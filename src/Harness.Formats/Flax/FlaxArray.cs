using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Formats;

/// <summary>An array of a Flax tree on its way into a file: its type and shape are known before its elements are made,
/// so that a file of any size is written one array at a time.</summary>
/// <param name="Path">Collection first: <c>params, fc, kernel</c>.</param>
/// <param name="Type">What one element is.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Elements">Makes the array, of this type and shape.</param>
public sealed record FlaxArray(ImmutableArray<string> Path, ElementType Type, Shape Shape,
    Func<BorrowedTensor> Elements)
{
    /// <summary>An array that is there already.</summary>
    public static FlaxArray Of(ImmutableArray<string> path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new FlaxArray(path, tensor.Type, tensor.Shape, () => BorrowedTensor.Of(tensor));
    }

    /// <summary>Bytes of its elements.</summary>
    public long Bytes => Shape.Elements * Type.Size();
}
