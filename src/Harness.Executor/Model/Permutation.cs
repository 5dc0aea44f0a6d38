using System.Collections.Immutable;

namespace Harness.Executor.Model;

/// <summary>How a value lies in memory: physical axis j holds logical (PyTorch) axis <c>this[j]</c>.</summary>
/// <remarks>The channels-last order of rank r is (0, 2, …, r-1, 1). Every value of an NHWC program carries one,
/// so that PyTorch's permutes and transposes move no data.</remarks>
public readonly struct Permutation : IEquatable<Permutation>
{
    readonly ImmutableArray<int> _axes;

    /// <summary>A permutation of 0 … n-1.</summary>
    /// <exception cref="ArgumentException">The numbers are not a permutation.</exception>
    public Permutation(ReadOnlySpan<int> axes)
    {
        Span<bool> seen = stackalloc bool[axes.Length];
        foreach (int axis in axes)
        {
            if ((uint)axis >= (uint)axes.Length || seen[axis])
                throw new ArgumentException($"({string.Join(", ", axes.ToArray())}) is no permutation", nameof(axes));
            seen[axis] = true;
        }
        _axes = [.. axes];
    }

    /// <summary>The number of axes.</summary>
    public int Rank => _axes.IsDefault ? 0 : _axes.Length;

    /// <summary>The logical axis that physical axis <paramref name="physical"/> holds.</summary>
    public int this[int physical] => _axes[physical];

    /// <summary>The order 0, 1, …: PyTorch's own.</summary>
    public static Permutation Identity(int rank) => new([.. Enumerable.Range(0, rank)]);

    /// <summary>Channels last: (0, 2, …, rank-1, 1); ranks below 3 have no channels to move.</summary>
    public static Permutation ChannelsLast(int rank) =>
        rank < 3 ? Identity(rank) : new([0, .. Enumerable.Range(2, rank - 2), 1]);

    /// <summary>True when memory order is PyTorch's.</summary>
    public bool IsIdentity => this == Identity(Rank);

    /// <summary>The physical position of a logical axis; a negative axis counts from the last logical one.</summary>
    public int PhysicalOf(int logical)
    {
        int axis = logical < 0 ? logical + Rank : logical;
        return _axes.IndexOf(axis);
    }

    /// <summary>The permutation that undoes this one.</summary>
    public Permutation Inverse()
    {
        var inverse = new int[Rank];
        for (int j = 0; j < inverse.Length; j++) inverse[_axes[j]] = j;
        return new Permutation(inverse);
    }

    /// <summary>The memory shape of a value of this logical shape.</summary>
    public Shape Physical(Shape logical) => logical.Permute(AsSpan());

    /// <summary>True when a value of this logical shape lies in memory the same way in both layouts: they differ only
    /// in where axes of extent 1 stand.</summary>
    public bool SameMemory(Permutation other, Shape shape)
    {
        if (Rank != other.Rank) return false;
        int j = 0;
        foreach (int axis in AsSpan())
        {
            if (shape[axis] == 1) continue;
            while (shape[other[j]] == 1) j++;
            if (other[j++] != axis) return false;
        }
        return true;
    }

    /// <summary>The axes as a span.</summary>
    public ReadOnlySpan<int> AsSpan() => _axes.IsDefault ? [] : _axes.AsSpan();

    /// <inheritdoc/>
    public bool Equals(Permutation other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Permutation other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int axis in AsSpan()) hash.Add(axis);
        return hash.ToHashCode();
    }

    /// <summary>Equality by axes.</summary>
    public static bool operator ==(Permutation left, Permutation right) => left.Equals(right);

    /// <summary>Inequality by axes.</summary>
    public static bool operator !=(Permutation left, Permutation right) => !left.Equals(right);

    /// <summary><c>(0, 2, 3, 1)</c>.</summary>
    public override string ToString() => $"({string.Join(", ", AsSpan().ToArray())})";
}
