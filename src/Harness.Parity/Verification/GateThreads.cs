using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Harness.Parity.Runners;

namespace Harness.Parity.Verification;

/// <summary>The cases of a gate, dealt to as many threads as there are processors: a case alone leaves most of them
/// idle while it reads, hashes, plans and writes. Neighbours of one model stay together, since its weights are read
/// once. One thread takes models in their order, so that there is something to tell; the others take the dearest that
/// is left, so that none is alone at the end.</summary>
/// <param name="requests">The cases.</param>
/// <param name="options">How they are verified.</param>
/// <param name="begin">Told a case that the first thread takes.</param>
/// <param name="report">Told the verdicts in the order of the cases.</param>
sealed class GateThreads(
    VerifyRequest[] requests, VerifyOptions options, Action<VerifyRequest>? begin, Action<Verdict> report)
{
    // A model's graph may be nested deeply, and is read by recursion.
    const int StackBytes = 8 << 20;

    // Models that are checked at once may hold this together; a single one may hold what it must.
    static readonly long s_mostBytes = Math.Min(4_000_000_000, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    readonly Lock _telling = new();
    readonly CaseCost[] _costs = new CaseCost[requests.Length];
    readonly Verdict[]?[] _done = new Verdict[]?[requests.Length];
    int _costed = -1, _told;
    bool _mute;
    ExceptionDispatchInfo? _failure;

    /// <summary>Verifies all of them.</summary>
    /// <exception cref="OperationCanceledException">Cancelled. What stood by then has been told.</exception>
    public void Run(CancellationToken cancellation)
    {
        // Another process runs the models one at a time.
        var here = options.RunsOn as CpuRunner;
        int processors = here is null ? 1 : here.Threads == 0 ? Environment.ProcessorCount : here.Threads;
        int count = Math.Min(Math.Min(processors, Environment.ProcessorCount), requests.Length);
        using (var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            if (count <= 1)
                Guarded(failed, () => TakeAll(failed.Token));
            else
                Share(here!, processors, count, failed);
        }
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
        for (int i = 0; i < requests.Length; i++) Take(i, options, open, isTold: true, cancellation);
    }

    void Share(CpuRunner runner, int processors, int count, CancellationTokenSource failed)
    {
        CaseDeal? deal = null;
        using var costed = new Barrier(count, _ => deal = new CaseDeal(_costs, s_mostBytes));
        Thread[] others =
        [
            .. Enumerable.Range(1, count - 1).Select(i => new Thread(
                () => Guarded(failed, () => TakeDealt(inOrder: false)), StackBytes) { Name = $"Harness gate {i}" }),
        ];
        foreach (var other in others) other.Start();
        Guarded(failed, () => TakeDealt(inOrder: true));
        foreach (var other in others) other.Join();

        void TakeDealt(bool inOrder)
        {
            for (int i; (i = Interlocked.Increment(ref _costed)) < requests.Length;)
                _costs[i] = CaseCost.Of(requests[i]);
            costed.SignalAndWait(failed.Token);
            using var open = new OpenModel();
            while (deal!.Next(inOrder, failed.Token) is { } run)
                try
                {
                    var with = options with { Runner = runner.WithThreads(deal.Threads(run, processors)) };
                    for (int i = run.First; i < run.End; i++) Take(i, with, open, inOrder, failed.Token);
                }
                finally
                {
                    // Its memory, which others may wait for.
                    open.Dispose();
                    deal.Return(run);
                }
        }
    }

    void Take(int i, VerifyOptions with, OpenModel open, bool isTold, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var request = requests[i];
        if (isTold)
            lock (_telling) begin?.Invoke(request);
        var verdict = Verifier.Verify(request, with, open, cancellation);
        Verdict[] both = request.Actual is { } actual
            ? [verdict, ActualCheck.Held(request, actual, options.Tolerance)] : [verdict];
        lock (_telling)
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

    // The first failure of any ends all.
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
