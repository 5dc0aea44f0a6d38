using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>The cases of a gate, dealt to two threads: one takes them in their order, the other takes small ones from
/// the end, since a small case leaves every processor but one idle and a large one does while it reads and
/// writes.</summary>
/// <param name="requests">The cases.</param>
/// <param name="options">How they are verified.</param>
/// <param name="begin">Told a case that the first thread takes.</param>
/// <param name="report">Told the verdicts in the order of the cases.</param>
sealed class GateThreads(
    VerifyRequest[] requests, VerifyOptions options, Action<VerifyRequest>? begin, Action<Verdict> report)
{
    // What a small case may cost: as CaseCost counts, tens of milliseconds.
    const long Small = 50_000_000;

    // A model's graph may be nested deeply, and is read by recursion.
    const int StackBytes = 8 << 20;

    readonly Lock _lock = new();
    readonly bool[] _taken = new bool[requests.Length];
    readonly Verdict[]?[] _done = new Verdict[]?[requests.Length];
    int _told;
    bool _mute;
    ExceptionDispatchInfo? _failure;

    /// <summary>Verifies all of them.</summary>
    /// <exception cref="OperationCanceledException">Cancelled. What stood by then has been told.</exception>
    public void Run(CancellationToken cancellation)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // One thread was asked for, or another process runs the models, one at a time.
        var one = options.RunsOn is CpuRunner { Threads: not 1 } all && requests.Length > 1
            && Environment.ProcessorCount > 1 ? all.WithThreads(1) : null;
        var beside = one is null ? null : new Thread(
            () => Guarded(failed, () => TakeSmall(options with { Runner = one }, failed.Token)), StackBytes)
        {
            Name = "Harness small cases",
        };
        beside?.Start();
        Guarded(failed, () => TakeAll(failed.Token));
        beside?.Join();
        // What lies behind a case that was not finished.
        if (!_mute)
            foreach (var verdicts in _done[_told..])
                foreach (var verdict in verdicts ?? []) report(verdict);
        _failure?.Throw();
        // A case that nobody took would be green.
        if (!Array.TrueForAll(_done, verdicts => verdicts is [_, ..]))
            throw new UnreachableException("a case was not verified");
    }

    void TakeAll(CancellationToken cancellation)
    {
        using var open = new OpenModel();
        for (int i = 0; i < requests.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (IsMine(i, begin)) Take(i, options, open, cancellation);
        }
    }

    void TakeSmall(VerifyOptions one, CancellationToken cancellation)
    {
        using var open = new OpenModel();
        for (int i = requests.Length - 1; i >= 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            // What nobody has taken may be taken meanwhile.
            if (!Volatile.Read(ref _taken[i]) && CaseCost.Of(requests[i]).Nanoseconds <= Small && IsMine(i, null))
                Take(i, one, open, cancellation);
        }
    }

    bool IsMine(int i, Action<VerifyRequest>? told)
    {
        lock (_lock)
        {
            if (_taken[i]) return false;
            _taken[i] = true;
            told?.Invoke(requests[i]);
            return true;
        }
    }

    void Take(int i, VerifyOptions with, OpenModel open, CancellationToken cancellation)
    {
        var request = requests[i];
        var verdict = Verifier.Verify(request, with, open, cancellation);
        Verdict[] both = request.Actual is { } actual
            ? [verdict, ActualCheck.Held(request, actual, options.Tolerance)] : [verdict];
        lock (_lock)
        {
            _done[i] = both;
            Tell();
        }
    }

    // All whose turn has come. Who could not be told one is told no more, and none twice.
    void Tell()
    {
        while (!_mute && _told < requests.Length && _done[_told] is { } verdicts)
        {
            _told++;
            _mute = true;
            foreach (var verdict in verdicts) report(verdict);
            _mute = false;
        }
    }

    // The first failure of either ends both.
    void Guarded(CancellationTokenSource failed, Action take)
    {
        try
        {
            take();
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            failed.Cancel();
        }
    }
}
