using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Parity.Cases;

/// <summary>PAR3006: a case of a set that this run does not verify, and a golden that no set knows, so that nobody
/// would miss it.</summary>
public sealed class CaseSetCheck
{
    readonly HashSet<string> _requested;
    readonly Dictionary<string, CaseSet?> _sets = new(StringComparer.Ordinal);
    readonly List<Finding> _findings = [];

    CaseSetCheck(IEnumerable<VerifyRequest> requests) =>
        _requested = requests.Select(request => CaseSetPlace.Normal(request.Golden)).ToHashSet(StringComparer.Ordinal);

    /// <summary>For a run of the goldens found below some folders.</summary>
    /// <param name="searched">The folders, or folders of single goldens.</param>
    /// <param name="requests">All cases, of every shard.</param>
    public static ImmutableArray<Finding> OfSearch(
        IEnumerable<string> searched, IReadOnlyCollection<VerifyRequest> requests)
    {
        var check = new CaseSetCheck(requests);
        foreach (string root in searched)
        {
            // A golden that is named by itself, here by golden.json, is verified by itself, whichever set it is of: no
            // case of that lies below it.
            if (File.Exists(root)) continue;
            string folder = CaseSetPlace.Normal(root);
            foreach (string file in CaseSetPlace.AtOrAbove(folder).Take(1).Union(CaseSetPlace.Below(folder)))
                check.DemandAll(file, within: folder, check._requested.Contains);
            string[] found = [.. check._requested.Where(golden => IsBelow(folder, golden))];
            check.DemandKnown(found, Path.Combine(folder, CaseSet.FileName), check.IsInAny);
        }
        return [.. check._findings.Distinct()];
    }

    /// <summary>For a run of a list of cases, such as a project's.</summary>
    /// <param name="root">The folder of the goldens; null where the list has none.</param>
    /// <param name="own">The list's own set; null where it has none.</param>
    /// <param name="shared">True where lists of others use goldens of the same folder.</param>
    /// <param name="requests">All cases of the list, of every shard.</param>
    public static ImmutableArray<Finding> OfList(
        string? root, string? own, bool shared, IReadOnlyCollection<VerifyRequest> requests)
    {
        var check = new CaseSetCheck(requests);
        if (root is null && own is null) return [];
        bool isNamed = own is not null;
        string? folder = root is null ? null : CaseSetPlace.Normal(root);
        string? usual = folder is null ? null : Path.Combine(folder, CaseSet.FileName);
        // The set of a folder is that of the one list that uses it.
        own = own is not null ? Path.GetFullPath(own) : shared ? null : usual;
        // A golden that is there and that no model uses is PAR3004, or permitted.
        if (folder is not null)
            foreach (string file in CaseSetPlace.AtOrAbove(folder).Take(1).Union(CaseSetPlace.Below(folder)))
                if (file != own)
                    check.DemandAll(
                        file, within: folder, golden => check._requested.Contains(golden) || IsThere(golden));
        var set = own is null ? null : check.Set(own);
        if (set is not null)
            check.DemandAll(own!, within: null, golden => check._requested.Contains(golden)
                || (!shared && folder is not null && IsBelow(folder, golden) && IsThere(golden)));

        // Where several share one folder, only its own set tells a project what it used to verify; and elsewhere only
        // its own set tells of goldens outside the folder.
        bool onlyOwn = shared && set is not null;
        check.DemandKnown(
            [.. check._requested.Where(IsThere)], own ?? usual!,
            golden => set?.Holds(golden) == true || (!onlyOwn && check.IsInAny(golden)
                && (set is null || !isNamed || (folder is not null && IsBelow(folder, golden)))));
        return [.. check._findings.Distinct()];
    }

    void DemandAll(string file, string? within, Func<string, bool> isVerified)
    {
        if (Set(file) is not { } set) return;
        var real = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string golden in set.Folders)
        {
            if (IsThere(golden) && !real.TryAdd(RealPathOf(golden), golden))
                Report(set.PlaceOf(golden), $"the case '{set.NameOf(golden)}' is a link to the case "
                    + $"'{set.NameOf(real[RealPathOf(golden)])}': one is verified in the place of two; put it back, or "
                    + $"take it off with a reason: harness accept {ShellWord.Of(golden)} --remove --reason \"…\""
                    + Named(file));
            if ((within is not null && !IsBelow(within, golden)) || isVerified(golden)) continue;
            string why = IsThere(golden)
                ? "is verified by nothing any more, though its golden is there; name its model again"
                : $"is gone: no {GoldenStore.JsonName} in {golden}; put it back";
            Report(set.PlaceOf(golden), $"the case '{set.NameOf(golden)}' {why}, or take it off with a reason: "
                + $"harness accept {ShellWord.Of(golden)} --remove --reason \"…\"{Named(file)}");
        }
    }

    void DemandKnown(IReadOnlyCollection<string> goldens, string own, Func<string, bool> isKnown)
    {
        foreach (string golden in goldens.Order(StringComparer.Ordinal))
        {
            if (isKnown(golden)) continue;
            string? file = File.Exists(own) ? own : CaseSetPlace.AtOrAbove(golden).FirstOrDefault();
            // Without any set, which the first recording writes, a golden is held to none.
            if (file is null) continue;
            // One that cannot be read has been told of.
            if (Set(file) is not { } set) continue;
            string removed = set.ReasonOfRemoval(golden) is { } reason
                ? $"was taken off the set {file} (\"{reason}\") and lies there still; delete it, or add it again"
                : $"is not in the set {file}, so nobody would notice if it vanished; add it";
            Report($"{Path.Combine(golden, GoldenStore.JsonName)}(1)", $"this case {removed}: "
                + $"harness accept {ShellWord.Of(golden)} --add{Named(file)}");
        }
    }

    // A search finds the usual name by itself.
    static string Named(string file) =>
        Path.GetFileName(file) == CaseSet.FileName ? "" : $" --case-set {ShellWord.Of(file)}";

    bool IsInAny(string golden) =>
        CaseSetPlace.AtOrAbove(golden).Any(file => Set(file)?.Holds(golden) == true);

    // Null where there is none, or none that can be read, which is told once.
    CaseSet? Set(string file)
    {
        if (_sets.TryGetValue(file, out var known)) return known;
        CaseSet? set = null;
        try
        {
            if (LinkedFolders.IsThere(file)) set = CaseSet.Read(file);
        }
        catch (ModelException e)
        {
            _findings.Add(e.Finding);
        }
        _sets.Add(file, set);
        return set;
    }

    void Report(string place, string message) => _findings.Add(new Finding(Codes.CaseGone, place, message));

    // Links above the folder lead both of two cases astray alike.
    static string RealPathOf(string golden) =>
        new DirectoryInfo(golden).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? golden;

    static bool IsThere(string golden) => File.Exists(Path.Combine(golden, GoldenStore.JsonName));

    static bool IsBelow(string folder, string golden) =>
        golden.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar,
            StringComparison.Ordinal);
}
