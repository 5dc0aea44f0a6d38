namespace Harness.Parity.Verification;

/// <summary>Neighbouring cases of one model, whose weights are read once.</summary>
/// <param name="First">The first one.</param>
/// <param name="End">What follows the last one.</param>
/// <param name="Cost">What they cost together.</param>
/// <param name="Bytes">The memory that they take, one after the other.</param>
sealed record CaseRun(int First, int End, double Cost, double Bytes);

/// <summary>Deals the cases of a gate to threads, each model once.</summary>
sealed class CaseDeal
{
    readonly object _lock = new();
    readonly List<CaseRun> _left = [];
    readonly double _cost, _mostBytes;
    double _heldBytes;

    /// <summary>Deals cases in their order.</summary>
    /// <param name="costs">What each costs.</param>
    /// <param name="mostBytes">What models that are checked at once may hold together; a single one may hold what it
    /// must.</param>
    public CaseDeal(IReadOnlyList<CaseCost> costs, double mostBytes)
    {
        _mostBytes = mostBytes;
        for (int first = 0, end; first < costs.Count; first = end)
        {
            var one = costs[first];
            double cost = one.Nanoseconds, bytes = one.Bytes;
            for (end = first + 1; end < costs.Count && costs[end].Model == one.Model; end++)
            {
                cost += costs[end].Nanoseconds - costs[end].OfModel;
                bytes = Math.Max(bytes, costs[end].Bytes);
            }
            _left.Add(new CaseRun(first, end, cost, bytes));
            _cost += cost;
        }
    }

    /// <summary>The threads of these cases: their share of the whole cost, and one at least, so that there may be a few
    /// more in all than processors.</summary>
    public int Threads(CaseRun run, int processors) =>
        (int)Math.Clamp(Math.Round(processors * run.Cost / _cost), 1, processors);

    /// <summary>The next cases; null where none are left. What would take too much memory beside what was dealt waits
    /// until enough of it was returned.</summary>
    /// <param name="inOrder">The first of those that fit; otherwise the dearest.</param>
    /// <param name="cancellation">Whoever holds cases heeds it too, and returns them.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public CaseRun? Next(bool inOrder, CancellationToken cancellation)
    {
        lock (_lock)
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_left.Count == 0) return null;
                var fitting = _left.Where(run => _heldBytes == 0 || _heldBytes + run.Bytes <= _mostBytes);
                if ((inOrder ? fitting.FirstOrDefault() : fitting.MaxBy(run => run.Cost)) is { } next)
                {
                    _left.Remove(next);
                    _heldBytes += next.Bytes;
                    return next;
                }
                Monitor.Wait(_lock);
            }
        }
    }

    /// <summary>Tells that the memory of these cases is free again, however they ended.</summary>
    public void Return(CaseRun run)
    {
        lock (_lock)
        {
            _heldBytes -= run.Bytes;
            Monitor.PulseAll(_lock);
        }
    }
}
