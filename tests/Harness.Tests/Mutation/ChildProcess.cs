using System.Diagnostics;
using System.Text;

namespace Harness.Tests.Mutation;

/// <summary>A program that is run to its end, or to the end of patience.</summary>
static class ChildProcess
{
    /// <summary>The exit code of what was ended because it did not end by itself.</summary>
    public const int Hung = -1;

    // What a mistake says of itself when it goes round for ever need not fit memory.
    const int MostText = 1 << 20;

    /// <summary>The host of .NET programs.</summary>
    public static string DotNet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Runs a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="words">What it is told.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="patience">How long it may take; null for ever.</param>
    /// <returns>Its exit code, or <see cref="Hung"/>, and what it wrote.</returns>
    public static (int Exit, string Output) Run(
        string program, IEnumerable<string> words, string folder, TimeSpan? patience = null)
    {
        var start = new ProcessStartInfo(program, words)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var text = new StringBuilder();
        void Take(string? line)
        {
            if (line is null) return;
            lock (text)
                if (text.Length < MostText) text.Append(line).Append('\n');
        }
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        bool ended = process.WaitForExit(patience ?? Timeout.InfiniteTimeSpan);
        if (ended) process.WaitForExit();
        else process.Kill(entireProcessTree: true);
        lock (text) return (ended ? process.ExitCode : Hung, text.ToString());
    }
}
