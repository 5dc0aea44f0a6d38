using System.Collections.Immutable;
using System.Text;

namespace Harness.Formats.Flax;

/// <summary>A branch or a leaf of a Flax tree; branches keep their keys in Python's order of strings.</summary>
sealed class FlaxNode
{
    FlaxNode(FlaxArray? leaf) => Leaf = leaf;

    /// <summary>The array; null for a branch.</summary>
    public FlaxArray? Leaf { get; }

    /// <summary>The children, sorted by code point.</summary>
    public SortedDictionary<string, FlaxNode> Children { get; } = new(CodePointOrder.Instance);

    /// <summary>Builds the tree of these leaves.</summary>
    /// <exception cref="ArgumentException">A path is empty, occurs twice, or is a leaf and a branch.</exception>
    public static FlaxNode Of(IEnumerable<FlaxArray> leaves)
    {
        var root = new FlaxNode(null);
        foreach (var leaf in leaves)
        {
            var path = leaf.Path;
            if (path.IsDefaultOrEmpty) throw new ArgumentException("a leaf has an empty path", nameof(leaves));
            var branch = root;
            foreach (string key in path[..^1])
            {
                if (!branch.Children.TryGetValue(key, out var child)) branch.Children[key] = child = new FlaxNode(null);
                if (child.Leaf is not null) throw Clash(path);
                branch = child;
            }
            if (!branch.Children.TryAdd(path[^1], new FlaxNode(leaf))) throw Clash(path);
        }
        return root;
    }

    static ArgumentException Clash(ImmutableArray<string> path) =>
        new($"the path '{string.Join('/', path)}' is taken: a leaf stands there twice, or a leaf is also a branch",
            nameof(path));

    // Python compares strings by code point. UTF-16 order differs where surrogates meet U+E000 to U+FFFF; UTF-8 order
    // does not.
    sealed class CodePointOrder : IComparer<string>
    {
        public static readonly CodePointOrder Instance = new();

        public int Compare(string? x, string? y) =>
            Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }
}
