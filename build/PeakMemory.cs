using System.Globalization;

namespace Build;

/// <summary>The most memory that each process started below this one ever held. Linux counts it; elsewhere nothing is
/// seen, and nothing refused.</summary>
public sealed class PeakMemory : IDisposable
{
    /// <summary>Bytes that one process of the tests may hold: a laptop of 8 GB runs two at once.</summary>
    public const long Most = 4L << 30;

    // Less than a process needs to take what matters: Linux keeps the peak, so only what comes after the last look is
    // missed.
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    readonly Dictionary<string, long> _peaks = new(StringComparer.Ordinal);
    readonly ManualResetEventSlim _over = new();
    readonly Thread? _thread;

    /// <summary>Begins to look.</summary>
    public PeakMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        _thread = new Thread(() =>
        {
            do
                Look();
            while (!_over.Wait(s_interval));
        })
        { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Stops looking, and says what was seen: programs and the most bytes one process of each held, the
    /// largest first.</summary>
    public IReadOnlyList<(string Program, long Bytes)> Stop()
    {
        _over.Set();
        _thread?.Join();
        return [.. _peaks.Select(peak => (peak.Key, peak.Value)).OrderByDescending(peak => peak.Value)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _over.Dispose();
    }

    void Look()
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)
                && Field(id, "PPid:") is { } parent)
                parents[id] = (int)parent;
        foreach (var id in parents.Keys)
            if (IsBelow(id) && Field(id, "VmHWM:") is { } kibibytes && ProgramOf(id) is { } program)
                _peaks[program] = Math.Max(kibibytes << 10, _peaks.GetValueOrDefault(program));

        bool IsBelow(int id)
        {
            // As many steps as there are processes: a table read while it changes may hold a circle.
            for (var steps = parents.Count; steps > 0 && parents.TryGetValue(id, out id); steps--)
                if (id == Environment.ProcessId)
                    return true;
            return false;
        }
    }

    // What runs: the assembly that dotnet was given, and of the test host the tests that it loads.
    static string? ProgramOf(int id)
    {
        const string TestsOf = ".runtimeconfig.json";
        if (Read(id, "cmdline")?.Split('\0') is not { } words || words[0].Length == 0)
            return null;
        var name = Array.Find(words, word => word.EndsWith(TestsOf, StringComparison.Ordinal)) is { } tests
            ? tests[..^TestsOf.Length]
            : Array.Find(words, word => word.EndsWith(".dll", StringComparison.Ordinal)) ?? words[0];
        return Path.GetFileName(name);
    }

    static long? Field(int id, string name) =>
        Read(id, "status")?.Split('\n')
            .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            && long.TryParse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal),
                CultureInfo.InvariantCulture,
                out var number)
            ? number
            : null;

    // Null for a process that is gone, or somebody else's.
    static string? Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
