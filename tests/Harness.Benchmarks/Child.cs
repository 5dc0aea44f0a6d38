using System.Diagnostics;

namespace Harness.Benchmarks;

/// <summary>This program once more, in a process of its own: what one measurement leaves behind meets no
/// other.</summary>
static class Child
{
    /// <summary>The command line of this program with <paramref name="words"/>, as a file and its arguments.</summary>
    public static string[] CommandLine(params string[] words)
    {
        string self = Environment.ProcessPath
            ?? throw new InvalidOperationException("this process does not know its own path");
        string program = Path.Combine(AppContext.BaseDirectory, $"{typeof(Child).Assembly.GetName().Name}.dll");
        return Path.GetFileNameWithoutExtension(self) == "dotnet" ? [self, program, .. words] : [self, .. words];
    }

    /// <summary>Starts a command line whose standard output is read here.</summary>
    public static Process Start(string[] line) =>
        Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true })!;
}
