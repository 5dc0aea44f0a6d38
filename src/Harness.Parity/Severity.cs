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
    // Names and texts of a file may have any length, and a log is for people; a list of all that a model lacks is
    // shorter. What to do stands at the end.
    const int LongestMessage = 16_000, Tail = 2_000;

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
        string message = VisibleText.Of(Shortened(finding.Message));
        return $"{VisibleText.Of(place)}: {finding.Word()} {finding.Code}: {message}";
    }

    static string Shortened(string message) => message.Length <= LongestMessage ? message
        : $"{message[..(LongestMessage - Tail)]} … ({message.Length - LongestMessage} characters left out) … "
            + message[^Tail..];
}
