using System.Runtime.InteropServices;

namespace Harness.Reference.Commands;

/// <summary>Ctrl-C ends the process with 130 at once, except while files are written: then right after.</summary>
/// <remarks>libtorch cannot be stopped inside an operator, and nothing is written before everything is computed, so
/// leaving in the middle loses nothing.</remarks>
sealed partial class Interruption : IDisposable
{
    /// <summary>The exit code of an interrupted run.</summary>
    public const int ExitCode = 130;

    readonly Lock _writing = new();
    readonly PosixSignalRegistration _interrupt;
    readonly PosixSignalRegistration _terminate;

    /// <summary>Listens until disposed.</summary>
    public Interruption()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Leave);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Leave);
    }

    /// <summary>Writes files; an interruption waits for the end.</summary>
    public void Shield(Action write)
    {
        lock (_writing) write();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    void Leave(PosixSignalContext context)
    {
        context.Cancel = true;
        Leave();
    }

    /// <summary>Ends the process with <see cref="ExitCode"/>, as a signal does.</summary>
    public void Leave()
    {
        lock (_writing)
        {
            // Environment.Exit runs libtorch's destructors under the feet of its own threads, which then report
            // nonsense or crash; nothing is left to clean up.
            if (!OperatingSystem.IsWindows()) ExitNow(ExitCode);
            Environment.Exit(ExitCode);
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int status);
}
