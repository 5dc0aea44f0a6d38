using System.Text;
using Harness.Parity.Reports;
using Harness.Parity.Verification;

namespace Harness.Cli.Answer;

/// <summary>The page that GitHub Actions shows of a step: whatever is appended to the file that a variable
/// names.</summary>
static class StepSummary
{
    /// <summary>The variable.</summary>
    public const string Variable = "GITHUB_STEP_SUMMARY";

    // The service drops a step's whole page beyond 1 MiB; a little is left to others that write into it.
    const int Most = (1 << 20) - (1 << 14);

    // Projects of one build write into one file; each takes milliseconds.
    const int Tries = 50;
    static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(40);

    /// <summary>Appends what happened, where the variable is set. What cannot be written changes no answer.</summary>
    public static void Append(Terminal terminal, GateVerdict gate)
    {
        if (terminal.Variable(Variable) is not { Length: > 0 } file) return;
        try
        {
            using var stream = Open(file);
            int room = (int)Math.Clamp(Most - stream.Length, 0, Most);
            stream.Write(Encoding.UTF8.GetBytes(MarkdownReport.Render(gate, room)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            terminal.Error.WriteLine($"note: {Variable} names '{file}', which cannot be written: {e.Message}");
        }
    }

    static FileStream Open(string file)
    {
        for (int tried = 1; ; tried++)
        {
            try
            {
                // For reading too: a pipe that is only written would wait for whoever reads it.
                var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                if (stream.CanSeek)
                {
                    stream.Seek(0, SeekOrigin.End);
                    return stream;
                }
                stream.Dispose();
                throw new NotSupportedException("it is no file");
            }
            catch (IOException) when (tried < Tries && File.Exists(file))
            {
                Thread.Sleep(s_wait);
            }
        }
    }
}
