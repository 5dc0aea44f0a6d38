namespace Harness.Benchmarks.Peers;

/// <summary>Everything that one call of <c>peers</c> measured.</summary>
/// <param name="Machine">Where.</param>
/// <param name="Threads">Of every contestant.</param>
/// <param name="Models">Whole models.</param>
/// <param name="Layers">Single layers.</param>
/// <param name="PeakGflops">The FMA peak before and after all.</param>
sealed record PeersReport(
    Machine Machine, int Threads, List<MatchResult> Models, List<MatchResult> Layers, List<double> PeakGflops)
{
    /// <summary>The best peak of the whole call.</summary>
    public double Peak => Models.Concat(Layers).SelectMany(result => result.PeakGflops).Concat(PeakGflops).Max();
}
