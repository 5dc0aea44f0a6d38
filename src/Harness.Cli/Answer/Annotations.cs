using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Parity;
using Harness.Parity.Reports;

namespace Harness.Cli.Answer;

/// <summary>A CI service's own way to say that a finding belongs to a line of a file.</summary>
/// <param name="Name">What <c>--annotate</c> calls it.</param>
/// <param name="Of">The annotation of a finding at a place below the repository's root.</param>
sealed record Annotations(string Name, Func<Finding, FindingPlace, string?> Of)
{
    /// <summary>Those that there are; the first writes none.</summary>
    public static readonly ImmutableArray<Annotations> All =
    [
        new("none", (_, _) => null),
        new("github", GitHub),
        new("azure", Azure),
    ];

    /// <summary>The annotation of a finding; null for none.</summary>
    public string? Line(Finding finding) => Of(finding, FindingPlace.Of(finding.Place));

    // https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    static string GitHub(Finding finding, FindingPlace place)
    {
        string at = place.InRepository is { } file
            ? $"file={Property(file)},line={Line(place)}," : "";
        return $"::{finding.Word()} {at}title={finding.Code}::{Data(finding.Message)}";

        static string Property(string text) => Data(text).Replace(":", "%3A").Replace(",", "%2C");

        static string Data(string text) => text.Replace("%", "%25").Replace("\r", "%0D").Replace("\n", "%0A");
    }

    // https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
    static string Azure(Finding finding, FindingPlace place)
    {
        string at = place.InRepository is { } file
            ? $"sourcepath={Escaped(file)};linenumber={Line(place)};" : "";
        return $"##vso[task.logissue type={finding.Word()};{at}code={finding.Code}]{Data(finding.Message)}";

        static string Escaped(string text) => Data(text).Replace(";", "%3B").Replace("]", "%5D");

        static string Data(string text) =>
            text.Replace("%", "%AZP25").Replace("\r", "%0D").Replace("\n", "%0A");
    }

    static string Line(FindingPlace place) => Math.Max(1, place.Line).ToString(CultureInfo.InvariantCulture);
}
