using System.Collections.Immutable;
using Harness.Executor.Model;
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
            "no model uses this golden; name it in the project, or delete it"))];
    }

    static ImmutableArray<string> In(string folder)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        Search(new DirectoryInfo(folder), []);
        found.Sort(StringComparer.Ordinal);
        return found.ToImmutable();

        // A link to a folder is followed, but not into one that it lies in: that would give its cases for ever.
        void Search(DirectoryInfo below, ImmutableArray<string> within)
        {
            string real = below.ResolveLinkTarget(returnFinalTarget: true)?.FullName
                ?? (within.IsEmpty ? below.FullName : Path.Combine(within[^1], below.Name));
            if (within.Contains(real)) return;
            within = within.Add(real);
            if (File.Exists(Path.Combine(below.FullName, GoldenStore.JsonName))) found.Add(below.FullName);
            foreach (var inner in below.EnumerateDirectories()) Search(inner, within);
        }
    }

    static string Normal(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
}
