using System.Diagnostics;
using System.Globalization;
using Harness.Parity.Runners;
using Harness.Reference.Running;

namespace Harness.Reference.Commands;

/// <summary><c>serve PARENT</c>: runs converted programs for the process that started this one, over standard input and
/// output.</summary>
static class ServeCommand
{
    /// <summary>What follows the verb.</summary>
    public const string Usage = "serve PARENT-PROCESS-ID";

    /// <summary>Serves until the parent closes its end, or is gone.</summary>
    public static int Run(string parent, Interruption interruption)
    {
        if (!int.TryParse(parent, NumberStyles.None, CultureInfo.InvariantCulture, out int process)) return 2;
        // The end of the input is read between two requests only; a long run must not outlive who asked for it.
        new Thread(() => LeaveWith(process, interruption)) { IsBackground = true, Name = "parent" }.Start();
        using var channel = new RunnerChannel(Console.OpenStandardInput(), Console.OpenStandardOutput());
        try
        {
            new RunnerServer(channel).Serve();
        }
        catch (IOException)
        {
            // The parent went while a reply was on its way; there is nobody to tell.
        }
        return 0;
    }

    static void LeaveWith(int process, Interruption interruption)
    {
        try
        {
            using var parent = Process.GetProcessById(process);
            parent.WaitForExit();
        }
        catch (ArgumentException)
        {
            // It is gone already.
        }
        interruption.Leave();
    }
}
