using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Model;

/// <summary>The extents of a tensor, outermost axis first. Rank 0 is a scalar with one element.</summary>
/// <remarks>Two shapes are equal when their extents are. Extents are elements, never bytes.</remarks>
[CollectionBuilder(typeof(Shape), nameof(Create))]
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "A shape is not a list.")]
public readonly struct Shape : IEquatable<Shape>, IReadOnlyList<int>
{
    readonly ImmutableArray<int> _extents;

    Shape(ImmutableArray<int> extents) => _extents = extents;

    /// <summary>A shape of these extents.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An extent is negative.</exception>
    public static Shape Create(ReadOnlySpan<int> extents)
    {
        foreach (int extent in extents) ArgumentOutOfRangeException.ThrowIfNegative(extent, nameof(extents));
        return new Shape([.. extents]);
    }

    /// <summary>The number of axes.</summary>
    public int Rank => _extents.IsDefault ? 0 : _extents.Length;

    /// <summary>The extent of one axis; a negative index counts from the last axis, as in PyTorch.</summary>
    public int this[int axis] => _extents[axis < 0 ? axis + Rank : axis];

    /// <summary>The number of elements: the product of the extents.</summary>
    /// <exception cref="OverflowException">The product does not fit 64 bits.</exception>
    public long Elements
    {
        get
        {
            long product = 1;
            foreach (int extent in AsSpan()) product = checked(product * extent);
            return product;
        }
    }

    /// <summary>The extents as a span.</summary>
    public ReadOnlySpan<int> AsSpan() => _extents.IsDefault ? [] : _extents.AsSpan();

    /// <summary>C-order strides in elements.</summary>
    public long[] Strides()
    {
        var strides = new long[Rank];
        long stride = 1;
        for (int axis = Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride = checked(stride * _extents[axis]);
        }
        return strides;
    }

    /// <summary>The shape whose axis j is this shape's axis <c>permutation[j]</c>.</summary>
    public Shape Permute(ReadOnlySpan<int> permutation)
    {
        var extents = new int[permutation.Length];
        for (int j = 0; j < extents.Length; j++) extents[j] = _extents[permutation[j]];
        return Create(extents);
    }

    int IReadOnlyCollection<int>.Count => Rank;

    /// <inheritdoc/>
    public bool Equals(Shape other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int extent in AsSpan()) hash.Add(extent);
        return hash.ToHashCode();
    }

    /// <summary>Equality by extents.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Inequality by extents.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>PyTorch's spelling: <c>(2, 3, 224, 224)</c>.</summary>
    public override string ToString() => $"({string.Join(", ", _extents.IsDefault ? [] : _extents)})";

    IEnumerator<int> IEnumerable<int>.GetEnumerator() =>
        ((IEnumerable<int>)(_extents.IsDefault ? [] : _extents)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<int>)this).GetEnumerator();
}
