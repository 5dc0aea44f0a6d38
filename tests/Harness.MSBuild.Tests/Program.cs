using System.Diagnostics;

namespace Harness.MSBuild.Tests;

/// <summary>
/// A harness command that crashes, babbles or hangs, for what the task must survive and the real one never does.
/// It does what the variables of <see cref="Misbehaviour"/> say.
/// </summary>
static class Program
{
    static int Main(string[] arguments)
    {
        if (Environment.GetEnvironmentVariable(Misbehaviour.Trace) is { } trace)
            File.AppendAllLines(trace, [string.Join('\n', arguments)]);

        if (Environment.GetEnvironmentVariable(Misbehaviour.Copy) is { } copy)
            File.Copy(arguments[Array.IndexOf(arguments, "--cases") + 1], copy, overwrite: true);

        if (Environment.GetEnvironmentVariable(Misbehaviour.Report) is { } report)
            File.WriteAllText(Path.Combine(arguments[Array.IndexOf(arguments, "--report") + 1], "parity.json"), report);

        Console.Out.Write(Environment.GetEnvironmentVariable(Misbehaviour.Output));
        Console.Error.Write(Environment.GetEnvironmentVariable(Misbehaviour.Error));

        if (Environment.GetEnvironmentVariable(Misbehaviour.Hang) is { } pids)
        {
            // A child of its own: cancelling has to end the whole tree.
            using var child = Process.Start("sleep", "600");
            File.WriteAllText(pids + ".new", $"{Environment.ProcessId} {child.Id}");
            File.Move(pids + ".new", pids);
            child.WaitForExit();
        }
        return int.Parse(Environment.GetEnvironmentVariable(Misbehaviour.Exit) ?? "0");
    }
}

/// <summary>The variables that tell the misbehaving command what to do.</summary>
static class Misbehaviour
{
    public const string Output = "FAKE_HARNESS_OUTPUT";
    public const string Error = "FAKE_HARNESS_ERROR";
    public const string Exit = "FAKE_HARNESS_EXIT";
    public const string Hang = "FAKE_HARNESS_HANG";
    public const string Trace = "FAKE_HARNESS_TRACE";
    public const string Report = "FAKE_HARNESS_REPORT";
    public const string Copy = "FAKE_HARNESS_COPY";
}
