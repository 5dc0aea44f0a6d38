using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Harness.Executor.Ops;

/// <summary>Integers in order, as a call states them: axes, sizes, amounts. Two lists are equal when their items
/// are.</summary>
[CollectionBuilder(typeof(IntList), nameof(Create))]
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is called a list.")]
public readonly struct IntList : IEquatable<IntList>, IReadOnlyList<int>
{
    readonly ImmutableArray<int> _items;

    IntList(ImmutableArray<int> items) => _items = items;

    /// <summary>A list of these integers.</summary>
    public static IntList Create(ReadOnlySpan<int> items) => new([.. items]);

    /// <summary>One integer so many times.</summary>
    public static IntList Repeat(int item, int count) => new([.. Enumerable.Repeat(item, count)]);

    /// <summary>True when every item is this one.</summary>
    public bool AllAre(int item) => !AsSpan().ContainsAnyExcept(item);

    /// <summary>The number of items.</summary>
    public int Count => _items.IsDefault ? 0 : _items.Length;

    /// <summary>One item.</summary>
    public int this[int index] => _items[index];

    /// <summary>The items as a span.</summary>
    public ReadOnlySpan<int> AsSpan() => _items.IsDefault ? [] : _items.AsSpan();

    /// <inheritdoc/>
    public bool Equals(IntList other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IntList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int item in AsSpan()) hash.Add(item);
        return hash.ToHashCode();
    }

    /// <summary>Equality by items.</summary>
    public static bool operator ==(IntList left, IntList right) => left.Equals(right);

    /// <summary>Inequality by items.</summary>
    public static bool operator !=(IntList left, IntList right) => !left.Equals(right);

    /// <summary>PyTorch's spelling: <c>[2, -1]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", AsSpan().ToArray())}]";

    IEnumerator<int> IEnumerable<int>.GetEnumerator() =>
        ((IEnumerable<int>)(_items.IsDefault ? [] : _items)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<int>)this).GetEnumerator();
}
