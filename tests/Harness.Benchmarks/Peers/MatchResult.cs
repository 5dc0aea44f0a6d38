using Harness.Executor.Model;

namespace Harness.Benchmarks.Peers;

/// <summary>How long a contestant takes.</summary>
/// <param name="MedianMs">The median of all runs.</param>
/// <param name="MinMs">The fastest run.</param>
/// <param name="RoundsMs">The median of each round, in order: what is compared with a neighbour of the same
/// round.</param>
/// <param name="Variant">Which of its ways to run the engine ran, where it has several and the fastest is
/// taken.</param>
sealed record Timing(double MedianMs, double MinMs, IReadOnlyList<double> RoundsMs, string? Variant = null);

/// <summary>What one subject's match gave.</summary>
/// <param name="Name">The subject.</param>
/// <param name="InputShapes">Its inputs.</param>
/// <param name="Gflop">Billions of operations of one run.</param>
/// <param name="Agree">True when every contestant's outputs are the oracle's.</param>
/// <param name="Timings">By contestant's name; null where a contestant cannot run the subject.</param>
/// <param name="PeakGflops">The FMA peak before each round and after the last, for the clock moves.</param>
sealed record MatchResult(
    string Name, Shape[] InputShapes, double Gflop, bool Agree, IReadOnlyDictionary<string, Timing?> Timings,
    IReadOnlyList<double> PeakGflops)
{
    /// <summary>The best peak that this match saw; a share of peak refers to it.</summary>
    public double Peak => PeakGflops.Max();

    /// <summary>The share of the peak that a contestant's median reaches, by the operations of the graph: Winograd,
    /// which does fewer, may exceed 1.</summary>
    public double Share(string contestant) =>
        Timings.GetValueOrDefault(contestant) is { } time ? Gflop / time.MedianMs * 1e3 / Peak : double.NaN;

    /// <summary>The faster peer's median over ours; above 1 we win.</summary>
    public double BestPeerRatio
    {
        get
        {
            double best = new[] { "onnxruntime", "libtorch" }
                .Min(name => Timings.GetValueOrDefault(name)?.MedianMs ?? double.PositiveInfinity);
            return best / (Timings.GetValueOrDefault("harness")?.MedianMs ?? double.NaN);
        }
    }
}
