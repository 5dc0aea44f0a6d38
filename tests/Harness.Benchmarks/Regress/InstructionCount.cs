using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Harness.Benchmarks.Regress;

/// <summary>Counts a process's instructions in user space by Linux's <c>perf</c>, where that works: virtual machines
/// often hide the counters.</summary>
static class InstructionCount
{
    const string Event = "instructions:u";

    /// <summary>Why nothing can be counted here; null where it can.</summary>
    public static string? Obstacle()
    {
        if (!OperatingSystem.IsLinux()) return "perf is a tool of Linux";
        try
        {
            return Of(["true"]) is > 0 ? null : "perf counted 0 instructions";
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    /// <summary>The instructions of one process.</summary>
    /// <exception cref="InvalidOperationException">perf is missing, refuses, or has no counter; the message says
    /// which.</exception>
    public static long Of(string[] line)
    {
        string report = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("perf", ["stat", "-x,", "-e", Event, "-o", report, "--", .. line])
            {
                RedirectStandardOutput = true,
            };
            // Code that is compiled again while it runs would count; so would a collector at work beside it.
            start.Environment["DOTNET_TieredCompilation"] = "0";
            start.Environment["DOTNET_gcConcurrent"] = "0";
            start.Environment["LC_ALL"] = "C";
            using var process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"perf stat ended with {process.ExitCode}");
            return Parse(File.ReadAllText(report));
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"perf cannot be started: {e.Message}", e);
        }
        finally
        {
            File.Delete(report);
        }
    }

    /// <summary>The count in a report of <c>perf stat -x,</c>.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static long Parse(string report)
    {
        foreach (string line in report.Split('\n'))
        {
            string[] fields = line.Split(',');
            if (fields.Length < 3 || !fields[2].StartsWith("instructions", StringComparison.Ordinal)) continue;
            return long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out long count)
                ? count
                : throw new InvalidOperationException($"perf says {fields[0]} for {Event}");
        }
        throw new InvalidOperationException($"perf says nothing of {Event}");
    }
}
