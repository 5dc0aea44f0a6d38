namespace Harness.Benchmarks.First;

/// <summary>What one fresh process took.</summary>
/// <param name="TotalMs">From before its start until its first result was known outside.</param>
/// <param name="PhasesMs">Parts of it by name; <c>start</c> is what lies before its first line of code.</param>
/// <param name="PeakBytes">The most memory it held.</param>
sealed record FirstRun(double TotalMs, IReadOnlyDictionary<string, double> PhasesMs, long PeakBytes);
