using System.Globalization;

namespace Harness.Parity;

/// <summary>A limit as users state it.</summary>
/// <remarks>Depends on nothing: the build's task reads limits too, and loads nothing of this.</remarks>
public static class StatedLimit
{
    /// <summary>About an ulp below 1: what lies nearer to a number of that size is the number itself.</summary>
    public const double Least = 1e-16;

    /// <summary>What is said where something else is stated.</summary>
    public const string Expected =
        "expected a number such as 1e-6: from 1e-16, an ulp of float64, up; or 0 for equal bits";

    /// <summary>The limit; null where the text is none that anything can be held to.</summary>
    public static double? Read(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit)
            && double.IsFinite(limit) && limit is 0 or >= Least
            ? limit
            : null;
}
