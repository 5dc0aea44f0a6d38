using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>Finds goldens on disk.</summary>
public static class GoldenSearch
{
    /// <summary>The folders below <paramref name="path"/>, itself included, that hold a golden.json, sorted; a
    /// golden.json stands for its folder.</summary>
    /// <exception cref="ModelException">PAR3001: there is none.</exception>
    public static ImmutableArray<string> Below(string path)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full) && Path.GetFileName(full) == GoldenStore.JsonName) return [Path.GetDirectoryName(full)!];
        if (File.Exists(full))
            throw new ModelException(new Finding(
                Codes.GoldenMissing, full, "golden missing: this is a file, not the folder of a golden"));
        if (!Directory.Exists(full))
            throw new ModelException(
                new Finding(
                Codes.GoldenMissing, full, "golden missing: no such folder; record one with harness record"));
        var found = In(full);
        return found.IsEmpty
            ? throw new ModelException(
                new Finding(
                Codes.GoldenMissing, full,
                $"golden missing: no {GoldenStore.JsonName} below; record one with harness record"))
            : found;
    }

    /// <summary>PAR3004 for every golden below <paramref name="root"/> that none of these cases uses.</summary>
    public static ImmutableArray<Finding> Unused(string root, IEnumerable<VerifyRequest> used)
    {
        string full = Path.GetFullPath(root);
        if (!Directory.Exists(full)) return [];
        var taken = used.Select(request => Normal(request.Golden)).ToHashSet(StringComparer.Ordinal);
        return [.. In(full).Where(folder => !taken.Contains(Normal(folder))).Select(folder => new Finding(
            Codes.GoldenUnused, $"{Path.Combine(folder, GoldenStore.JsonName)}(1)",
            "no model uses this golden; name it in the project, or delete it and take it off its set: harness accept "
            + $"{ShellWord.Of(folder)} --remove --reason \"…\""))];
    }

    static ImmutableArray<string> In(string folder) =>
    [
        .. LinkedFolders.AtAndBelow(folder)
            .Where(below => File.Exists(Path.Combine(below, GoldenStore.JsonName))).Order(StringComparer.Ordinal),
    ];

    static string Normal(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
}
