using System.Diagnostics;
using System.Globalization;
using Harness.Parity.Runners;

namespace Harness.Reference.Commands;

/// <summary>The <c>harness</c> that started this process: nobody else waits for what it does.</summary>
static class ParentProcess
{
    /// <summary>Leaves as soon as the parent is gone, however it went; a process that names no parent stays.</summary>
    public static void LeaveWith(Interruption interruption)
    {
        if (!int.TryParse(
            Environment.GetEnvironmentVariable(RunnerChannel.ParentVariable), NumberStyles.None,
            CultureInfo.InvariantCulture, out int parent)) return;
        new Thread(() =>
        {
            Wait(parent);
            interruption.Leave();
        }) { IsBackground = true, Name = "parent" }.Start();
    }

    static void Wait(int process)
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
    }
}
