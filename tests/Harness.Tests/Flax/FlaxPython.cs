using System.Diagnostics;
using Harness.Tests.Naive;

namespace Harness.Tests.Flax;

/// <summary>A Python of this machine that has NumPy, with the stand-in for jax and flax (<c>Flax/standin</c>) on its
/// path. What is exported is run on it where no JAX is.</summary>
static class FlaxPython
{
    // Another machine may be busy; nothing here takes a tenth of it.
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    static readonly Lazy<string?> s_found = new(Find);

    /// <summary>Where the stand-in, the recorded calls and the reference exports lie.</summary>
    public static string Folder { get; } = Path.Combine(NaiveWalkTests.Repository, "tests/Harness.Tests/Flax");

    /// <summary>Why there is none; null where there is one. Where <c>HARNESS_PYTHON</c> names one, it is used, and what
    /// it lacks is a failure instead.</summary>
    public static string? Missing => s_found.Value is null
        ? "no python3 on PATH is 3.11 or newer and has NumPy (apt-get install python3-numpy, or name one by "
            + "HARNESS_PYTHON)" : null;

    /// <summary>Runs a script to its end.</summary>
    /// <param name="script">Its file; other modules beside it can be imported.</param>
    /// <param name="arguments">What follows it.</param>
    /// <returns>Its exit status, and what it wrote to both streams.</returns>
    public static (int Exit, string Output) Run(string script, params string[] arguments) =>
        Execute(s_found.Value!, [script, .. arguments]);

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable("HARNESS_PYTHON") is { Length: > 0 } named) return named;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "python.exe" : "python3"))
            .Where(File.Exists).FirstOrDefault(HasNumPy);
    }

    static bool HasNumPy(string python) =>
        Execute(python, ["-c", "import numpy, sys; sys.exit(sys.version_info < (3, 11))"]).Exit == 0;

    static (int Exit, string Output) Execute(string python, string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["PYTHONPATH"] = Path.Combine(Folder, "standin");
        // Nothing is left beside the sources, and no thread pool takes the other tests' cores.
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["OPENBLAS_NUM_THREADS"] = start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var streams = new[] { process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync() };
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{python} {string.Join(' ', arguments)} took longer than {s_patience}");
        }
        process.WaitForExit();
        return (process.ExitCode, string.Concat(streams.Select(stream => stream.Result)));
    }
}

/// <summary>A fact that Python has to compute; skipped, saying so, where this machine has none with NumPy.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute() => Skip = FlaxPython.Missing;
}

/// <summary>A theory that Python has to compute; skipped, saying so, where this machine has none with NumPy.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonTheoryAttribute : TheoryAttribute
{
    public PythonTheoryAttribute() => Skip = FlaxPython.Missing;
}
