namespace Harness.Tests;

/// <summary>How much of a wide sweep, or of what is drawn at random, a run visits: a fixed part in
/// <c>dotnet test</c>, and all of it where <c>HARNESS_SWEEPS</c> is <c>all</c>, as in the build's Nightly.</summary>
static class Sweeps
{
    /// <summary>True where all is visited.</summary>
    public static bool All { get; } = Environment.GetEnvironmentVariable("HARNESS_SWEEPS") == "all";

    /// <summary>How many draws there are.</summary>
    /// <param name="day">In any run.</param>
    /// <param name="night">Where all is visited.</param>
    public static int Draws(int day, int night) => All ? night : day;
}
