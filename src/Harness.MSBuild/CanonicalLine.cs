using System.Globalization;
using System.Text.RegularExpressions;

namespace Harness.MSBuild;

/// <summary>A finding as the <c>harness</c> command prints it: <c>file(line): error PAR2001: message</c>.</summary>
/// <param name="File">What the finding is about, usually an absolute path.</param>
/// <param name="Line">The line in that file; 0 where the finding names none.</param>
/// <param name="IsError">False for a warning.</param>
/// <param name="Code">The code: <c>PAR2001</c>.</param>
/// <param name="Message">The rest of the line.</param>
sealed partial record CanonicalLine(string File, int Line, bool IsError, string Code, string Message)
{
    /// <summary>True for 20xx: drift, which <c>ParityTreatDriftAs</c> may turn into a warning.</summary>
    public bool IsDrift => Code.StartsWith("PAR20", StringComparison.Ordinal);

    /// <summary>The finding on this line, or null where the line is only talk.</summary>
    public static CanonicalLine? Read(string line)
    {
        // Only our own codes: anything else that looks canonical is not a finding of the gate.
        var match = Pattern().Match(line);
        if (!match.Success)
            return null;

        int.TryParse(match.Groups["line"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return new CanonicalLine(
            match.Groups["file"].Value,
            number,
            match.Groups["kind"].Value == "error",
            match.Groups["code"].Value,
            match.Groups["message"].Value);
    }

    // The file is matched lazily up to the first ": error PAR…", so that drive letters and colons in paths survive.
    [GeneratedRegex(
        @"^\s*(?<file>\S.*?)(\((?<line>\d+)(,\d+)?\))?\s*:\s*(?<kind>error|warning) (?<code>PAR\d{4}): (?<message>.*)$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
