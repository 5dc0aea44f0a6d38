using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Harness.Formats;

/// <summary>Weights as users name them: a file, or <c>seed:N</c> for made-up ones. The one place that knows this
/// spelling.</summary>
/// <remarks>Depends on nothing, as <see cref="ModelName"/> does, and for the same reason.</remarks>
public readonly record struct WeightsName
{
    const string Prefix = "seed:";

    /// <summary>Reads what a user wrote.</summary>
    public WeightsName(string text) => Text = text;

    /// <summary>The name of made-up weights.</summary>
    public static WeightsName OfSeed(long seed) => new(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{seed}"));

    /// <summary>What a user writes.</summary>
    public string Text { get; }

    /// <summary>True where no file is named, but a seed, good or not.</summary>
    [MemberNotNullWhen(false, nameof(File))]
    public bool IsSeed => Text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The seed, a whole number from 0; null for a file, and where what is written is no such
    /// number.</summary>
    public long? Seed =>
        IsSeed && long.TryParse(Text.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture,
            out long seed)
            ? seed
            : null;

    /// <summary>The file; null for a seed.</summary>
    public string? File => IsSeed ? null : Text;

    /// <summary>The same with a file made absolute.</summary>
    /// <param name="folder">What a relative file is relative to.</param>
    public WeightsName In(string folder) => IsSeed ? this : new(Path.GetFullPath(File, folder));

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;
}
