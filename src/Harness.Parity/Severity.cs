using Harness.Executor.Model;

namespace Harness.Parity;

/// <summary>How bad a finding is, which its code alone decides.</summary>
public enum Severity
{
    /// <summary>The case passes, and somebody should look.</summary>
    Warning,

    /// <summary>The case does not hold.</summary>
    Error,

    /// <summary>Nothing could be compared: the input, the environment or the command line is not usable.</summary>
    Unusable,
}

/// <summary>Facts about findings.</summary>
public static class Severities
{
    /// <summary>The severity of a finding: 20xx to 40xx speak of a case, 10xx and 90xx of what it was made
    /// from.</summary>
    public static Severity Severity(this Finding finding) => finding.Code switch
    {
        Codes.AboveRounding or Codes.LooseTolerance or Codes.DriftGrew or Codes.UnknownName =>
            Parity.Severity.Warning,
        ['P', 'A', 'R', '1' or '9', ..] => Parity.Severity.Unusable,
        _ => Parity.Severity.Error,
    };

    /// <summary>Its severity as build logs, SARIF and CI services spell it.</summary>
    public static string Word(this Finding finding) =>
        finding.Severity() == Parity.Severity.Warning ? "warning" : "error";

    /// <summary>MSBuild's canonical form, which editors and build logs understand: <c>file(line): error PAR2001:
    /// message</c>.</summary>
    public static string ToCanonicalLine(this Finding finding)
    {
        string place = finding.Place.Length == 0 ? "harness" : finding.Place;
        return $"{VisibleText.Of(place)}: {finding.Word()} {finding.Code}: {VisibleText.Of(finding.Message)}";
    }
}
