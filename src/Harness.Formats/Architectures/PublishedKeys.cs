using System.Collections.Immutable;

namespace Harness.Formats.Architectures;

/// <summary>How the keys of files that were published for an architecture differ from those that inference reads.
/// torchvision's own loaders know the same.</summary>
public sealed record PublishedKeys
{
    /// <summary>They do not.</summary>
    public static readonly PublishedKeys Same = new();

    /// <summary>Modules that files hold and inference does not call: heads for training, or what stands behind the part
    /// that the architecture is.</summary>
    public ImmutableArray<string> Unread { get; init; } = [];

    /// <summary>The key of today for one of an earlier version, or the key itself.</summary>
    public Func<string, string> Rename { get; init; } = key => key;

    /// <summary>True for the key of a module that inference does not call.</summary>
    internal bool IsUnread(string key) =>
        Unread.Any(module => key.StartsWith($"{module}.", StringComparison.Ordinal));
}
