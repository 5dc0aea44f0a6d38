using System.Diagnostics;

namespace Harness.Reference.Tests;

/// <summary>One run of the program itself, as the command line and MSBuild start it.</summary>
sealed record ReferenceRun(int ExitCode, string Output, string Error)
{
    /// <summary>Starts it with these words and waits.</summary>
    public static ReferenceRun Of(params string[] words)
    {
        string program = Path.Combine(NativeReference.Directory, "Harness.Reference.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        // Both pipes at once: a full one would block the program.
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ReferenceRun(process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
