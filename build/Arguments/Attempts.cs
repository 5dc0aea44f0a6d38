using System.Globalization;
using System.Text.RegularExpressions;

namespace Build.Arguments;

/// <summary>Folders that a CI service wrote again when a job was run again:
/// <c>shard-linux-x64-1-attempt-2</c>.</summary>
public static partial class Attempts
{
    /// <summary>Of folders that differ by their attempt alone, the newest; all others as they are.</summary>
    public static IReadOnlySet<string> Newest(IEnumerable<string> folders) => folders.Distinct(StringComparer.Ordinal)
        .Select(folder => (Folder: folder, Match: AttemptPattern().Match(folder)))
        .GroupBy(one => one.Match.Success ? one.Folder[..one.Match.Index] + "-" : one.Folder)
        .Select(attempts => attempts.MaxBy(one => one.Match.Success
            ? int.Parse(one.Match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0).Folder)
        .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("-attempt-([0-9]{1,6})$")]
    private static partial Regex AttemptPattern();
}
