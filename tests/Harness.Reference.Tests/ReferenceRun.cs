using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Harness.Reference.Tests;

/// <summary>One run of the program itself, from its entry to its exit code.</summary>
sealed record ReferenceRun(int ExitCode, string Output, string Error)
{
    static readonly ConcurrentBag<Process> s_idle = [];

    static readonly string s_program = Path.Combine(NativeReference.Directory, "Harness.Reference.dll");

    /// <summary>Runs it with these words in a process that ran it before, if there is one: most of what a small
    /// recording costs is a process that loads libtorch and compiles its own code.</summary>
    public static ReferenceRun Of(params string[] words)
    {
        if (!s_idle.TryTake(out var host))
            host = StartHost();
        host.StandardInput.WriteLine(JsonSerializer.Serialize(words));
        host.StandardInput.Flush();
        string answer = host.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"the program ended in the middle of: {string.Join(' ', words)}");
        // One that failed us is not asked again.
        s_idle.Add(host);
        return JsonSerializer.Deserialize<ReferenceRun>(answer)!;
    }

    /// <summary>Starts it with these words, as the command line and MSBuild start it, and waits.</summary>
    public static ReferenceRun OfProcess(params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", s_program, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        // Both pipes at once: a full one would block the program.
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ReferenceRun(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    // It ends with the tests, whose words then end.
    static Process StartHost()
    {
        var start = new ProcessStartInfo("dotnet", ["exec", s_program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        string? others = Environment.GetEnvironmentVariable(StartupHook.Hooks);
        start.Environment[StartupHook.Variable] = "1";
        start.Environment[StartupHook.Hooks] = (others is null ? "" : others + Path.PathSeparator)
            + typeof(StartupHook).Assembly.Location;
        return Process.Start(start)!;
    }
}
