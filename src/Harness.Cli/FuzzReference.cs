using Harness.Executor.Model;
using Harness.Parity.Fuzz;
using Harness.Parity.Golden;
using Harness.Parity.Runners;

namespace Harness.Cli;

/// <summary>The reference of a fuzz run: one process for all cases, and another one after libtorch has taken it
/// down.</summary>
/// <param name="terminal">Gets its messages.</param>
sealed class FuzzReference(Terminal terminal) : IDisposable
{
    // What the process says when it ends: libtorch's reason, and a stack that helps nobody.
    readonly StringWriter _words = new();

    // A small graph takes milliseconds; on a machine that is busy with something else, seconds.
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    ReferenceProcess.Serving? _serving;
    RemoteRecorder? _recorder;

    /// <summary>Starts the process, so that nothing is drawn where there is none.</summary>
    /// <exception cref="ModelException">PAR9001: libtorch cannot be loaded.</exception>
    public void Start()
    {
        if (_recorder is not null) return;
        _words.GetStringBuilder().Clear();
        _serving = new ReferenceProcess.Serving(terminal with { Error = _words }, Codes.LibTorchMissing);
        _recorder = new RemoteRecorder(_serving.Channel, "cpu-torch", _serving.Ended);
    }

    /// <summary>What a golden of a case holds.</summary>
    /// <exception cref="ModelException">PyTorch refuses the graph; PAR9005: the process has ended, or was ended because
    /// it did not answer.</exception>
    public GoldenCase Record(FuzzCase trial)
    {
        Start();
        bool late = false;
        using var watch = new Timer(
            _ =>
            {
                late = true;
                _serving!.Kill();
            },
            null, s_patience, Timeout.InfiniteTimeSpan);
        try
        {
            return _recorder!.Record(trial);
        }
        catch (ModelException e) when (e.Finding.Code == Codes.RunnerEnded)
        {
            Dispose();
            throw new ModelException(e.Finding with
            {
                Message = late ? $"libtorch did not answer within {s_patience.TotalSeconds:0} s"
                    : $"libtorch took the process down: {Reason() ?? e.Finding.Message}",
            }, e);
        }
    }

    // As C++ prints an exception that nobody caught.
    string? Reason()
    {
        const string What = "what():";
        string words = _words.ToString();
        int at = words.IndexOf(What, StringComparison.Ordinal);
        return at < 0 ? null : words[(at + What.Length)..].Trim().Split('\n')[0];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The words stay for who asks why.
        _serving?.Dispose();
        (_serving, _recorder) = (null, null);
    }
}
