using System.Security.Cryptography;

namespace Harness.MSBuild.UpToDate;

/// <summary>A file's content, by its hash; and the key under which that hash may be believed without reading.</summary>
/// <param name="Hash">SHA-256 of the content, or <see cref="Absent"/>.</param>
/// <param name="Key">What the file system said before the content was read; null for a file that is absent.</param>
/// <param name="Trusted">True where a file with this key has this content.</param>
sealed record FileState(string Hash, string? Key, bool Trusted)
{
    /// <summary>Stands for the hash of a file that is not there.</summary>
    public const string Absent = "absent";

    // A file that is changed twice within one tick of the file system's clock has one key and two contents. Ticks are
    // 10 ms on most file systems, and 2 s on the coarsest, as Git reckons with them too ("racy Git").
    const int Tick = 2;

    /// <summary>The state of a file now, read only where <paramref name="known"/> does not tell it.</summary>
    /// <exception cref="IOException">It is no regular file, or cannot be read.</exception>
    public static FileState Of(string path, FileState? known = null)
    {
        if (FileKey.Of(path) is not { } key)
            return new FileState(Absent, null, true);
        if (known is { Trusted: true } && known.Key == key.Text)
            return known;
        if (!key.IsRegular)
            throw new IOException($"'{path}' is no regular file.");
        return new FileState(HashOf(path), key.Text,
            key.IsReliable && key.ChangedAt < DateTimeOffset.UtcNow.ToUnixTimeSeconds() - Tick);
    }

    /// <summary>True where nothing shows that the file was touched since this state was taken.</summary>
    public bool IsUntouched(string path) => FileKey.Of(path)?.Text == Key;

    static string HashOf(string path)
    {
        using var stream = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 18,
            FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
