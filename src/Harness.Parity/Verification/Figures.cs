using System.Globalization;

namespace Harness.Parity.Verification;

/// <summary>Numbers as messages show them: two digits tell what a reader wants to know.</summary>
static class Figures
{
    /// <summary><c>3.1e-7</c>, <c>0</c>, <c>infinite</c>.</summary>
    public static string Short(double value) => value switch
    {
        0 => "0",
        double.PositiveInfinity => "infinite",
        double.NaN => "NaN",
        _ => value.ToString("0.0e+0", CultureInfo.InvariantCulture),
    };

    /// <summary><c>12.5%</c>; never 0 % of something, never 100 % of less than all.</summary>
    public static string Percent(long part, long whole)
    {
        double share = whole == 0 ? 0 : 100.0 * part / whole;
        return part == 0 ? "0%" : part == whole ? "100%"
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(share, 0.1, 99.9):0.0}%");
    }
}
