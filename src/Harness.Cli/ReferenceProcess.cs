using System.Diagnostics;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Parity.Runners;

namespace Harness.Cli;

/// <summary>Runs Harness.Reference, the only program that may load libtorch.</summary>
static class ReferenceProcess
{
    const string Assembly = "Harness.Reference.dll";

    // What a process that has nothing left to do may take to end by itself.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Runs it with these arguments, passes its words through and returns its exit code; Ctrl-C ends
    /// it.</summary>
    /// <param name="terminal">Gets its output.</param>
    /// <param name="absence">The code of the finding where it is not installed.</param>
    /// <param name="arguments">Its command line.</param>
    /// <exception cref="ModelException">It is not there, or cannot be started.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public static int Run(Terminal terminal, string absence, IEnumerable<string> arguments)
    {
        using var process = Start(terminal, absence, arguments, redirectInput: false);
        using var kill = terminal.Cancellation.Register(() => Kill(process));
        process.OutputDataReceived += (_, line) => Pass(terminal.Out, line.Data);
        process.BeginOutputReadLine();
        process.WaitForExit();
        terminal.Cancellation.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    /// <summary>Does some work with a runner in it; when this returns, however it does, the process is gone.</summary>
    /// <param name="terminal">Gets its messages.</param>
    /// <param name="device"><c>cpu-torch</c> or <c>cuda</c>.</param>
    /// <param name="threads">Threads on the CPU; 0 for libtorch's own choice.</param>
    /// <param name="work">What to do.</param>
    /// <exception cref="ModelException">PAR9001: libtorch cannot be loaded; PAR9002: CUDA is not there; PAR9005: the
    /// process has ended in the middle.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public static T WithRunner<T>(Terminal terminal, string device, int threads, Func<Runner, T> work)
    {
        string absence = device == "cuda" ? Codes.CudaMissing : Codes.LibTorchMissing;
        using var process = Start(terminal, absence, ["serve"], redirectInput: true);
        using var kill = terminal.Cancellation.Register(() => Kill(process));
        try
        {
            using var channel = new RunnerChannel(process.StandardOutput.BaseStream, process.StandardInput.BaseStream);
            using var runner = new RemoteRunner(channel, device, threads, _ => Ended(terminal, process));
            return work(runner);
        }
        finally
        {
            if (!process.WaitForExit(s_patience)) Kill(process);
            process.WaitForExit();
        }
    }

    // Pipes close a moment before the process is gone.
    static Exception Ended(Terminal terminal, Process process)
    {
        if (!process.WaitForExit(s_patience)) Kill(process);
        process.WaitForExit();
        return terminal.Cancellation.IsCancellationRequested
            ? new OperationCanceledException(terminal.Cancellation)
            : new ModelException(new Finding(Codes.RunnerEnded, "harness",
                $"Harness.Reference has ended with exit code {process.ExitCode} before its work was done"));
    }

    static Process Start(Terminal terminal, string absence, IEnumerable<string> arguments, bool redirectInput)
    {
        string assembly = Find(terminal) ?? throw new ModelException(new Finding(absence, "harness",
            $"{Assembly} is not there; record in a project with the package Harness.MSBuild (dotnet build " +
            "-t:ParityRecord), build src/Harness.Reference, or set HARNESS_REFERENCE to its path"));
        // The host that runs this process, where it is dotnet; a published harness finds dotnet on the path.
        string host = terminal.Variable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        var start = new ProcessStartInfo(host, ["exec", assembly, .. arguments])
        {
            RedirectStandardInput = redirectInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // libtorch's threads spin while they wait for each other: with more of them than free processors, most of the
        // time.
        start.Environment.TryAdd("OMP_WAIT_POLICY", "PASSIVE");
        start.Environment[RunnerChannel.ParentVariable] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Program.Usage($"'{start.FileName}' cannot be started: {e.Message}");
        }
        process.ErrorDataReceived += (_, line) => Pass(terminal.Error, line.Data);
        process.BeginErrorReadLine();
        return process;
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
