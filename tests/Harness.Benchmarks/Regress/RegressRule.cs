namespace Harness.Benchmarks.Regress;

/// <summary>When a number is worse than the baseline's, and noise is no excuse.</summary>
/// <remarks>
/// <para>A bound is the baseline plus the larger of a fixed slack and <see cref="Spreads"/> times the spread that was
/// measured when the baseline was.</para>
/// <para>One repeat, a process of its own, is worse when instructions are beyond their bound, or when most of the
/// ratios are: a neighbour who takes the memory's bandwidth slows us against a loop in registers, but slows the peers
/// as well.</para>
/// <para>A regression is <see cref="Repeats"/> repeats that are all worse.</para>
/// </remarks>
static class RegressRule
{
    /// <summary>Independent repeats that must agree.</summary>
    public const int Repeats = 3;

    /// <summary>What a ratio may be worse whatever the spread: code moves a little with every compiler.</summary>
    public const double RatioSlack = 0.10;

    /// <summary>The same for counts, which hardly vary.</summary>
    public const double InstructionSlack = 0.02;

    /// <summary>Times the spread: 4 median deviations are 2.7 standard deviations of a normal law.</summary>
    public const double Spreads = 4;

    /// <summary>The largest value that is not worse.</summary>
    public static double Bound(string yardstick, Measured baseline)
    {
        double slack = yardstick == Yardstick.Instructions ? InstructionSlack : RatioSlack;
        return baseline.Median + Math.Max(slack * baseline.Median, Spreads * baseline.Spread);
    }

    /// <summary>The yardsticks beyond their bounds in one repeat; those that either side lacks are not
    /// compared.</summary>
    public static string[] Beyond(
        IReadOnlyDictionary<string, Measured> baseline, IReadOnlyDictionary<string, Measured> repeat) =>
        [.. Compared(baseline, repeat).Where(name => repeat[name].Median > Bound(name, baseline[name]))];

    /// <summary>True when one repeat is worse than the baseline.</summary>
    public static bool IsWorse(IReadOnlyDictionary<string, Measured> baseline, IReadOnlyDictionary<string,
        Measured> repeat)
    {
        string[] beyond = Beyond(baseline, repeat);
        if (beyond.Contains(Yardstick.Instructions)) return true;
        int ratios = Compared(baseline, repeat).Count(name => name != Yardstick.Instructions);
        return 2 * beyond.Length > ratios;
    }

    /// <summary>True when all of <see cref="Repeats"/> repeats are worse.</summary>
    public static bool IsRegression(
        IReadOnlyDictionary<string, Measured> baseline, IReadOnlyCollection<IReadOnlyDictionary<string,
        Measured>> repeats) =>
        repeats.Count >= Repeats && repeats.All(repeat => IsWorse(baseline, repeat));

    static IEnumerable<string> Compared(
        IReadOnlyDictionary<string, Measured> baseline, IReadOnlyDictionary<string, Measured> repeat) =>
        Yardstick.All.Where(name => baseline.ContainsKey(name) && repeat.ContainsKey(name));
}
