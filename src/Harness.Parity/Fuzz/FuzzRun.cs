using System.Diagnostics;

namespace Harness.Parity.Fuzz;

/// <summary>A case that fails, made small.</summary>
/// <param name="Trial">The small case.</param>
/// <param name="Outcome">What is wrong with it.</param>
/// <param name="Calls">How many calls the case had as it was drawn.</param>
public sealed record FuzzFailure(FuzzCase Trial, FuzzOutcome Outcome, int Calls);

/// <summary>What a run has seen so far.</summary>
/// <param name="Cases">How many cases.</param>
/// <param name="Held">How many of them hold.</param>
/// <param name="Refused">How many both refuse.</param>
/// <param name="Unsupported">How many the executor refuses by name, and PyTorch does not.</param>
/// <param name="Failed">How many fail.</param>
/// <param name="Unsteady">How many failed and then did not, judged once more: TorchSharp frees numbers that libtorch is
/// about to read, a few times in tens of thousands.</param>
public sealed record FuzzCount(int Cases, int Held, int Refused, int Unsupported, int Failed, int Unsteady)
{
    /// <summary>Of nothing.</summary>
    public static readonly FuzzCount None = new(0, 0, 0, 0, 0, 0);

    internal FuzzCount With(FuzzState state) => this with
    {
        Cases = Cases + 1,
        Held = Held + (state == FuzzState.Holds ? 1 : 0),
        Refused = Refused + (state == FuzzState.Refused ? 1 : 0),
        Unsupported = Unsupported + (state == FuzzState.Unsupported ? 1 : 0),
        Failed = Failed + (state == FuzzState.Fails ? 1 : 0),
    };
}

/// <summary>Which cases are run.</summary>
/// <param name="Seed">The seed; the same cases for the same seed.</param>
/// <param name="First">The first case.</param>
/// <param name="Count">How many.</param>
public sealed record FuzzPlan(long Seed, int First, int Count)
{
    /// <summary>No case begins later than this; null where time does not matter.</summary>
    public TimeSpan? Limit { get; init; }
}

/// <summary>Draws cases, judges them, and makes small what fails.</summary>
public static class FuzzRun
{
    // One mistake fails in many cases; so many of a kind are made small, the others are counted.
    const int MostOfAKind = 3;

    /// <summary>Runs cases, in order, until there are no more of them, time is over, or somebody cancels.</summary>
    /// <param name="plan">Which.</param>
    /// <param name="judge">Says what becomes of each.</param>
    /// <param name="failed">Told each failure, made small; of one kind only the first few.</param>
    /// <param name="counted">Told the count after each case.</param>
    /// <param name="cancellation">Ends the run; what was counted stands.</param>
    public static FuzzCount Run(
        FuzzPlan plan, FuzzJudge judge, Action<FuzzFailure> failed, Action<FuzzCount> counted,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(failed);
        ArgumentNullException.ThrowIfNull(counted);
        var count = FuzzCount.None;
        var kinds = new Dictionary<(string, string), int>();
        var shrinker = new Shrinker(judge);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < plan.Count && !cancellation.IsCancellationRequested; i++)
        {
            if (plan.Limit is { } limit && Stopwatch.GetElapsedTime(started) >= limit) break;
            var trial = FuzzGenerator.Draw(plan.Seed, plan.First + i);
            FuzzOutcome outcome;
            try
            {
                outcome = judge.Judge(trial, cancellation);
                if (outcome.State == FuzzState.Fails && judge.Judge(trial, cancellation) is var again
                    && !again.IsLike(outcome))
                {
                    outcome = again;
                    count = count with { Unsteady = count.Unsteady + 1 };
                }
            }
            catch (OperationCanceledException)
            {
                break;
            }
            if (outcome.State == FuzzState.Fails)
            {
                var kind = (outcome.Finding!.Code, outcome.Subject);
                kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
                if (kinds[kind] <= MostOfAKind)
                {
                    var (small, still) = shrinker.Shrink(trial, outcome, cancellation);
                    failed(new FuzzFailure(small, still, trial.Graph.Calls.Length));
                }
            }
            counted(count = count.With(outcome.State));
        }
        return count;
    }
}
