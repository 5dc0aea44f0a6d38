using Harness.Executor.Model;
using Harness.Parity.Golden;

namespace Harness.Parity.Verification;

/// <summary>Whether a limit that somebody stated can tell a right model from a wrong one.</summary>
static class LimitCheck
{
    /// <summary>PAR9003 where zeros would hold.</summary>
    public static Finding? Judge(GoldenCase golden, Tolerance tolerance) =>
        !Float64Check.GoesByScale(golden, tolerance) && Emptiness(golden, tolerance) is { } why
            ? Unusable(golden, why) : null;

    /// <summary>Why nothing is verified with a limit; null where something is.</summary>
    public static string? Emptiness(GoldenCase golden, Tolerance tolerance)
    {
        double largest = golden.Document.Outputs.Where(port => port.Type.IsFloating())
            .Select(port => Float64Check.MagnitudeOf(golden, port)).DefaultIfEmpty().Max();
        // Of zeros that were recorded with a reason, zeros are what is expected.
        return largest == 0 || tolerance.Value < largest ? null
            : $"the limit {Named(tolerance)} is no less than the largest output {Figures.Short(largest)}: zeros " +
                "would hold; there is nothing to verify with it";
    }

    /// <summary>PAR9003 where all that is beyond a limit is rounding.</summary>
    /// <param name="golden">The golden.</param>
    /// <param name="drifting">What is beyond it.</param>
    /// <param name="tolerance">The limit.</param>
    public static Finding? Judge(GoldenCase golden, IReadOnlyCollection<Drift> drifting, Tolerance tolerance)
    {
        // Whoever says 0 wants equal bits, and not rounding.
        if (!tolerance.GoesByScale || tolerance.IsDefault || tolerance.Value == 0) return null;
        double needed = 0;
        foreach (var drift in drifting)
        {
            double explained = drift.IsExact || drift.NonFinite > 0 ? 0
                : Float64Check.RoundingOf(golden, golden.Document.Outputs.Single(port => port.Name == drift.Output));
            if (drift.MaxAbs > explained) return null;
            needed = Math.Max(needed, explained);
        }
        var worst = drifting.MaxBy(drift => drift.MaxAbs)!;
        return Unusable(golden, $"the limit {Named(tolerance)} is stricter than float64: output '{worst.Output}' " +
            $"lies {Figures.Short(worst.MaxAbs)} from the golden, and rounding explains up to " +
            $"{Figures.Short(needed)}; state no less than that");
    }

    static string Named(Tolerance tolerance) =>
        tolerance.Reason.Length > 0 ? $"{tolerance} ({tolerance.Reason})" : $"{tolerance} (of golden.json)";

    static Finding Unusable(GoldenCase golden, string why) => new(Codes.BadUsage, golden.PlaceOf("tolerance"), why);
}
