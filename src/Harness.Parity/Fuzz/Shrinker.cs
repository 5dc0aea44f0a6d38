using System.Diagnostics;
using Harness.Executor.Model;

namespace Harness.Parity.Fuzz;

/// <summary>Makes a case that fails as small as it can be while it fails alike.</summary>
/// <param name="judge">Says what becomes of a smaller one.</param>
public sealed class Shrinker(FuzzJudge judge)
{
    // Steps, not time, so that every machine ends at the same graph; time is only the limit of patience.
    const int MostTries = 1500;

    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>The smallest graph that was found, and what becomes of it.</summary>
    /// <param name="trial">A case that fails.</param>
    /// <param name="outcome">How.</param>
    /// <param name="cancellation">Ends with the smallest so far.</param>
    public (FuzzCase Trial, FuzzOutcome Outcome) Shrink(
        FuzzCase trial, FuzzOutcome outcome, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentNullException.ThrowIfNull(outcome);
        var seen = new HashSet<string>(StringComparer.Ordinal) { trial.Text };
        long started = Stopwatch.GetTimestamp();
        bool smaller = true;
        while (smaller)
        {
            smaller = false;
            foreach (var graph in GraphEdits.Smaller(trial.Graph))
            {
                if (seen.Count > MostTries || Stopwatch.GetElapsedTime(started) > s_patience
                    || cancellation.IsCancellationRequested) return (trial, outcome);
                if (Of(trial, graph) is not { } candidate || !seen.Add(candidate.Text)) continue;
                if (Judged(candidate, cancellation) is not { } judged || !judged.IsLike(outcome)) continue;
                (trial, outcome, smaller) = (candidate, judged, true);
                break;
            }
        }
        return (trial, outcome);
    }

    // An edit may leave what is no graph: an input that is an output alone, two values of one name.
    static FuzzCase? Of(FuzzCase trial, Graph graph)
    {
        try
        {
            return graph.Outputs.IsEmpty || graph.Calls.IsEmpty ? null
                : new FuzzCase(trial.Seed, trial.Number, graph);
        }
        catch (ModelException)
        {
            return null;
        }
    }

    FuzzOutcome? Judged(FuzzCase trial, CancellationToken cancellation)
    {
        try
        {
            return judge.Judge(trial, cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
