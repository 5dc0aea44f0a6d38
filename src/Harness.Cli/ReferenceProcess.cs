using System.Diagnostics;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Parity.Runners;

namespace Harness.Cli;

/// <summary>Runs Harness.Reference, the only program that may load libtorch.</summary>
static class ReferenceProcess
{
    /// <summary>The variable that names it where it does not lie beside the command.</summary>
    public const string Variable = "HARNESS_REFERENCE";

    const string Assembly = "Harness.Reference.dll";

    // What a process that has nothing left to do may take to end by itself.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Runs it with these arguments, passes its words through and returns its exit code; Ctrl-C ends
    /// it.</summary>
    /// <param name="terminal">Gets its output.</param>
    /// <param name="absence">The code of the finding where it is not installed.</param>
    /// <param name="arguments">Its command line.</param>
    /// <exception cref="ModelException">It is not there, or cannot be started; PAR9005: it was ended, or
    /// crashed.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public static int Run(Terminal terminal, string absence, IEnumerable<string> arguments)
    {
        using var process = Start(terminal, absence, arguments, redirectInput: false);
        using var kill = terminal.Cancellation.Register(() => Kill(process));
        process.OutputDataReceived += (_, line) => Pass(terminal.Out, line.Data);
        process.BeginOutputReadLine();
        process.WaitForExit();
        terminal.Cancellation.ThrowIfCancellationRequested();
        // What it says itself ends with one of these; a signal or a crash says nothing, or a stack trace.
        return process.ExitCode is 0 or 1 or 2 or 130 ? process.ExitCode
            : throw new ModelException(Ended(process));
    }

    /// <summary>Runs it, passes all that it says to where people read, and tells the last line of it.</summary>
    /// <param name="terminal">Gets its words.</param>
    /// <param name="absence">The code of the finding where it is not installed.</param>
    /// <param name="arguments">Its command line.</param>
    /// <returns>Its exit code, and what it said last where it failed, which is not passed on.</returns>
    /// <exception cref="ModelException">It is not there, or cannot be started; PAR9005: it was ended, or
    /// crashed.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public static (int Exit, string Last) Hear(Terminal terminal, string absence, IEnumerable<string> arguments)
    {
        using var said = new StringWriter { NewLine = "\n" };
        // Both of its streams at once.
        var heard = TextWriter.Synchronized(said);
        int exit = Run(terminal with { Out = heard, Error = heard }, absence, arguments);
        string[] lines = said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string last = exit == 0 ? "" : lines.LastOrDefault(line => FindingOf(line) is not null, "");
        foreach (string line in lines)
            if (line != last) terminal.Error.WriteLine(line);
        return (exit, last);
    }

    /// <summary>The finding that it told in its canonical line; null where it is none.</summary>
    public static Finding? FindingOf(string line)
    {
        const string Mark = ": error PAR";
        int at = line.IndexOf(Mark, StringComparison.Ordinal), code = at + ": error ".Length;
        int end = at < 0 ? -1 : line.IndexOf(": ", code, StringComparison.Ordinal);
        return end < 0 ? null : new Finding(line[code..end], line[..at], line[(end + 2)..]);
    }

    static Finding Ended(Process process) => new(Codes.RunnerEnded, "harness",
        $"Harness.Reference has ended with exit code {process.ExitCode} before its work was done");

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
        using var serving = new Serving(terminal, device == "cuda" ? Codes.CudaMissing : Codes.LibTorchMissing);
        using var runner = new RemoteRunner(serving.Channel, device, threads, serving.Ended);
        return work(runner);
    }

    /// <summary>The process while it serves this one; gone when this is disposed of.</summary>
    public sealed class Serving : IDisposable
    {
        readonly Terminal _terminal;
        readonly Process _process;
        readonly CancellationTokenRegistration _kill;

        /// <summary>Starts it.</summary>
        /// <param name="terminal">Gets its messages.</param>
        /// <param name="absence">The code of the finding where it is not installed.</param>
        /// <exception cref="ModelException">It is not there, or cannot be started.</exception>
        public Serving(Terminal terminal, string absence)
        {
            _terminal = terminal;
            _process = Start(terminal, absence, ["serve"], redirectInput: true);
            _kill = terminal.Cancellation.Register(Kill);
            Channel = new RunnerChannel(
                _process.StandardOutput.BaseStream, _process.StandardInput.BaseStream);
        }

        /// <summary>Leads to it.</summary>
        public RunnerChannel Channel { get; }

        /// <summary>What to throw where it is gone in the middle of its work.</summary>
        /// <param name="cause">What showed it.</param>
        public Exception Ended(Exception cause)
        {
            WaitForExit();
            return _terminal.Cancellation.IsCancellationRequested
                ? new OperationCanceledException(_terminal.Cancellation)
                : new ModelException(ReferenceProcess.Ended(_process), cause);
        }

        /// <summary>Ends it at once.</summary>
        public void Kill() => ReferenceProcess.Kill(_process);

        /// <inheritdoc/>
        public void Dispose()
        {
            Channel.Dispose();
            WaitForExit();
            _kill.Dispose();
            _process.Dispose();
        }

        // Pipes close a moment before the process is gone.
        void WaitForExit()
        {
            if (!_process.WaitForExit(s_patience)) Kill();
            _process.WaitForExit();
        }
    }

    static Process Start(Terminal terminal, string absence, IEnumerable<string> arguments, bool redirectInput)
    {
        string assembly = Find(terminal) ?? throw new ModelException(new Finding(absence, "harness",
            $"{Assembly} is not there; record in a project with the package Harness.MSBuild (dotnet build " +
            $"-t:ParityRecord), build src/Harness.Reference, or set {Variable} to its path"));
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
        if (terminal.Variable(Variable) is { Length: > 0 } named)
        {
            string file = Directory.Exists(named) ? Path.Combine(named, Assembly) : named;
            return File.Exists(file) ? Path.GetFullPath(file)
                : throw Program.Usage($"{Variable} is '{named}', and no such file is there");
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
