using System.Diagnostics;
using Harness.Executor.Model;

namespace Harness.Cli;

/// <summary>Runs Harness.Reference, the only program that may load libtorch, and passes its words and exit code
/// through.</summary>
static class ReferenceProcess
{
    const string Assembly = "Harness.Reference.dll";

    /// <summary>Runs it with these arguments and returns its exit code; Ctrl-C ends it.</summary>
    /// <param name="terminal">Gets its output.</param>
    /// <param name="absence">The code of the finding where it is not installed.</param>
    /// <param name="arguments">Its command line.</param>
    /// <exception cref="ModelException">It is not there, or cannot be started.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public static int Run(Terminal terminal, string absence, IEnumerable<string> arguments)
    {
        string assembly = Find(terminal) ?? throw new ModelException(new Finding(absence, "harness",
            $"{Assembly} is not there; build src/Harness.Reference, or set HARNESS_REFERENCE to its path"));
        // The host that runs this process, where it is dotnet; a published harness finds dotnet on the path.
        string host = terminal.Variable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        var start = new ProcessStartInfo(host, ["exec", assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Start(start);
        using var kill = terminal.Cancellation.Register(() => Kill(process));
        process.OutputDataReceived += (_, line) => Pass(terminal.Out, line.Data);
        process.ErrorDataReceived += (_, line) => Pass(terminal.Error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        terminal.Cancellation.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    static string? Find(Terminal terminal)
    {
        if (terminal.Variable("HARNESS_REFERENCE") is { Length: > 0 } named)
        {
            string file = Directory.Exists(named) ? Path.Combine(named, Assembly) : named;
            return File.Exists(file) ? Path.GetFullPath(file)
                : throw Program.Usage($"HARNESS_REFERENCE is '{named}', and no such file is there");
        }
        // artifacts/bin/Harness.Cli/<configuration>/ stands beside artifacts/bin/Harness.Reference/<configuration>/.
        string here = Path.TrimEndingDirectorySeparator(terminal.Home), configuration = Path.GetFileName(here);
        string[] places =
        [
            Path.Combine(here, Assembly),
            Path.GetFullPath(Path.Combine(here, "..", "..", "Harness.Reference", configuration, Assembly)),
        ];
        return places.FirstOrDefault(File.Exists);
    }

    static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Program.Usage($"'{start.FileName}' cannot be started: {e.Message}");
        }
    }

    static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    static void Pass(TextWriter writer, string? line)
    {
        if (line is null) return;
        lock (writer) writer.WriteLine(line);
    }
}
