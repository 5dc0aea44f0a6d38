using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Harness.Formats;

/// <summary>Weights as users name them: a file, a file and the key of one of the state dicts in it
/// (<c>last.ckpt#ema</c>), or <c>seed:N</c> for made-up ones. The one place that knows this spelling.</summary>
/// <remarks>Depends on nothing, as <see cref="ModelName"/> does, and for the same reason.</remarks>
public readonly record struct WeightsName
{
    const string Prefix = "seed:";
    const char KeyMark = '#';

    /// <summary>Reads what a user wrote.</summary>
    public WeightsName(string text)
    {
        Text = text;
        int at = text.LastIndexOf(KeyMark);
        // A file may be called so.
        bool hasKey = at > 0 && text.IndexOfAny(['/', '\\'], at) < 0 && !System.IO.File.Exists(text);
        if (text.StartsWith(Prefix, StringComparison.Ordinal)) return;
        (File, Key) = hasKey ? (text[..at], text[(at + 1)..]) : (text, null);
    }

    /// <summary>The name of made-up weights.</summary>
    public static WeightsName OfSeed(long seed) => new(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{seed}"));

    /// <summary>The name of a state dict in a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="key">Which one; null where the model decides.</param>
    public static WeightsName Of(string file, string? key) => new(key is null ? file : $"{file}{KeyMark}{key}");

    /// <summary>What a user writes.</summary>
    public string Text { get; }

    /// <summary>True where no file is named, but a seed, good or not.</summary>
    [MemberNotNullWhen(false, nameof(File))]
    public bool IsSeed => File is null;

    /// <summary>The seed, a whole number from 0; null for a file, and where what is written is no such
    /// number.</summary>
    public long? Seed =>
        IsSeed && long.TryParse(Text.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture,
            out long seed)
            ? seed
            : null;

    /// <summary>The file; null for a seed.</summary>
    public string? File { get; }

    /// <summary>Which of the file's state dicts; null where nobody says.</summary>
    public string? Key { get; }

    /// <summary>The same with a file made absolute.</summary>
    /// <param name="folder">What a relative file is relative to.</param>
    public WeightsName In(string folder) => IsSeed ? this
        : System.IO.File.Exists(Path.GetFullPath(Text, folder)) ? new(Path.GetFullPath(Text, folder))
        : Of(Path.GetFullPath(File, folder), Key);

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;
}
