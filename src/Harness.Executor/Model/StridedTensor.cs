namespace Harness.Executor.Model;

/// <summary>Elements for a while, and where each lies in them.</summary>
/// <param name="elements">The elements; disposed with this.</param>
/// <param name="origin">Index of the first.</param>
/// <param name="strides">Elements from one index of an axis to the next.</param>
sealed class StridedTensor(BorrowedTensor elements, nint origin, nint[] strides) : IDisposable
{
    /// <summary>Elements that lie in the order of their axes.</summary>
    public StridedTensor(BorrowedTensor elements)
        : this(elements, 0, StridedCopy.ContiguousStrides(elements.Tensor.Shape.AsSpan()))
    {
    }

    /// <summary>The elements, in whatever order; not to be read after <see cref="Dispose"/>.</summary>
    public Tensor Tensor => elements.Tensor;

    /// <summary>Index of the first element.</summary>
    public nint Origin => origin;

    /// <summary>Elements from one index of an axis to the next; negative where an axis is reversed.</summary>
    public nint[] Strides => strides;

    /// <summary>Lets go of what was made for this one use.</summary>
    public void Dispose() => elements.Dispose();
}
