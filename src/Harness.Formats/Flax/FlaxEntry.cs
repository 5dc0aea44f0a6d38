using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Formats;

/// <summary>Some bytes of a file.</summary>
/// <param name="Offset">The first.</param>
/// <param name="Length">How many.</param>
readonly record struct FilePiece(long Offset, int Length);

/// <summary>An array of a Flax tree in a file.</summary>
public sealed class FlaxEntry
{
    internal FlaxEntry(ImmutableArray<string> path, ElementType type, Shape shape, ImmutableArray<FilePiece> pieces)
    {
        Path = path;
        Type = type;
        Shape = shape;
        Pieces = pieces;
    }

    /// <summary>Collection first: <c>params, fc, kernel</c>.</summary>
    public ImmutableArray<string> Path { get; }

    /// <summary>What one element is.</summary>
    public ElementType Type { get; }

    /// <summary>Extents.</summary>
    public Shape Shape { get; }

    // Where its elements are; several where Flax wrote it in chunks.
    internal ImmutableArray<FilePiece> Pieces { get; }
}
