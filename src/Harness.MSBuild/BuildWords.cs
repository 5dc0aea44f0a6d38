using System.Text.RegularExpressions;

namespace Harness.MSBuild;

/// <summary>What the command says, in a build's own words: its options are properties here, and metadata of a model;
/// what it suggests to type works where it is pasted.</summary>
/// <param name="record">The command line that records in this project.</param>
/// <param name="command">What starts the command in a shell.</param>
sealed partial class BuildWords(string record, string command)
{
    // What says how a model is recorded or verified, for the one model that a message is about.
    static readonly Dictionary<string, string> s_metadata = new(StringComparer.Ordinal)
    {
        ["--actual"] = "Actual",
        ["--allow-nan"] = "AllowNaN",
        ["--argument"] = "Arguments",
        ["--golden"] = "Golden",
        ["--input"] = "Input",
        ["--input-shape"] = "InputShape",
        ["--layout"] = "ActualLayout",
        ["--reason"] = "RecordReason",
        ["--seed"] = "Seed",
        ["--taps"] = "ActualTaps",
        ["--weights"] = "Weights",
    };

    static readonly Dictionary<string, string> s_properties = new(StringComparer.Ordinal)
    {
        ["--case-set"] = "ParityCaseSet",
        ["--device"] = "ParityTorch",
        ["--float32"] = "ParityFloat32",
        ["--format"] = "ParityReportFormats",
        ["--golden-root"] = "ParityGoldenDirectory",
        ["--history"] = "ParityHistory",
        ["--permit-unused"] = "ParityPermitUnusedGoldens",
        ["--report"] = "ParityReportDirectory",
        ["--threads"] = "ParityThreads",
        ["--tolerance"] = "ParityTolerance",
    };

    // What only the command has: its help, and a variable that is set from a property.
    static readonly (string Said, string Told)[] s_words =
    [
        ("; harness --help lists verbs and options", ""), ("HARNESS_REFERENCE", "ParityReferencePath"),
    ];

    /// <summary>The options that have a name in a project.</summary>
    public static IEnumerable<string> Options => s_metadata.Keys.Concat(s_properties.Keys);

    /// <summary>A message of the command.</summary>
    public string Of(string message)
    {
        var suggestion = SuggestionPattern().Match(message);
        return suggestion.Success
            ? Prose(message[..suggestion.Index]) + Typed(suggestion.Value)
                + message[(suggestion.Index + suggestion.Length)..]
            : Prose(message);
    }

    /// <summary>True where a message says already what to type.</summary>
    public static bool Suggests(string message) => SuggestionPattern().IsMatch(message);

    string Typed(string suggestion) => suggestion.StartsWith("harness record", StringComparison.Ordinal)
        ? record : command + suggestion["harness".Length..];

    static string Prose(string text)
    {
        var saysWhose = false;
        foreach (var (said, told) in s_words)
            text = text.Replace(said, told, StringComparison.Ordinal);
        return OptionPattern().Replace(text, match =>
        {
            var option = match.Groups["option"].Value;
            var value = string.Join(';', match.Groups["value"].Captures.Select(one => one.Value.Trim('"')));
            if (s_properties.TryGetValue(option, out var property))
                return value.Length == 0 ? property : $"{property}={value}";
            if (!s_metadata.TryGetValue(option, out var metadata))
                return match.Value;
            var whose = saysWhose ? "" : " of its ParityModel";
            saysWhose = true;
            return (value.Length == 0 ? metadata : $"{metadata}=\"{value}\"") + whose;
        });
    }

    // To the end of what is to be pasted: what follows names the report, or is none of it.
    [GeneratedRegex(@"\bharness (record|accept)\b.*?(?=; report: |$)")]
    private static partial Regex SuggestionPattern();

    // An option, and what it is given: a shape, a seed, a word in quotes; the same one again adds a value.
    [GeneratedRegex(
        """(?<![\w-])(?<option>--[a-z0-9-]+)(?: (?<value>"[^"]*"|(?:\d[\d,]*|seed:\d+|cpu|cuda)(?![\w.]))"""
        + """(?: \k<option> (?<value>\d[\d,]*(?![\w.])))*)?""")]
    private static partial Regex OptionPattern();
}
