using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Parity.History;

namespace Harness.Parity.Verification;

/// <summary>Verifies many cases.</summary>
public static class Gate
{
    // A large layer's weights in double fit in the most, and little machines keep room for others.
    static readonly long s_keptBytes = Math.Clamp(
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16, 256L << 20, 2L << 30);

    /// <summary>Every verdict, in the order of the requests.</summary>
    /// <remarks>As many models are verified at once as there are threads and as memory permits. No verdict depends on
    /// it, nor the order in which they are told.</remarks>
    /// <param name="requests">The cases.</param>
    /// <param name="options">How they are verified.</param>
    /// <param name="findings">What is wrong with no single case.</param>
    /// <param name="begin">Told a case before it is verified, but for those that are verified beside it; never two at
    /// once, nor beside <paramref name="report"/>.</param>
    /// <param name="report">Told each verdict when it and all before it stand.</param>
    /// <param name="cancellation">Stops between two steps of a plan.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static GateVerdict Verify(
        IReadOnlyCollection<VerifyRequest> requests, VerifyOptions options, ImmutableArray<Finding> findings,
        Action<VerifyRequest>? begin = null, Action<Verdict>? report = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(options);
        var verdicts = ImmutableArray.CreateBuilder<Verdict>(requests.Count);
        // A model's checks open dozens of plans, one after the other.
        using (new KeptMemory(s_keptBytes))
        {
            new GateThreads([.. requests], options, begin, verdict =>
            {
                verdict = options.History is { } history ? HistoryCheck.Judge(verdict, history) : verdict;
                verdicts.Add(verdict);
                report?.Invoke(verdict);
            }).Run(cancellation);
        }
        // A fault that hit no case would be a green run that was meant to be red.
        if (options.Fault is not null && verdicts.All(verdict => verdict.Fault is null)
            && verdicts.All(verdict => verdict.Holds))
        {
            findings = findings.Add(new Finding(Codes.BadUsage, "harness",
                $"{Faults.Variable} is '{options.Fault}', and no case has that node"));
        }
        return new GateVerdict(verdicts.ToImmutable(), findings);
    }
}
