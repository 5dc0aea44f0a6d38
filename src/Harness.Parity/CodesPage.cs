using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Harness.Parity;

/// <summary>What docs/codes.md says of each code: the page is part of this program, so that a report explains itself
/// wherever it is opened.</summary>
/// <param name="Code"><c>PARnnnn</c>.</param>
/// <param name="Title">Its first sentence, without the period.</param>
/// <param name="Text">The whole section in Markdown, without its heading.</param>
public sealed partial record CodesPage(string Code, string Title, string Text)
{
    const string Resource = "codes.md";

    static readonly Lazy<ImmutableArray<CodesPage>> s_all = new(() => [.. Read()]);

    /// <summary>Every code, sorted.</summary>
    public static ImmutableArray<CodesPage> All => s_all.Value;

    /// <summary>The page where the repository is published, at this commit; null where a build knows no such
    /// place.</summary>
    public static Uri? Published
    {
        get
        {
            var assembly = typeof(CodesPage).Assembly;
            string? repository = assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .FirstOrDefault(fact => fact.Key == "RepositoryUrl")?.Value;
            string? version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion;
            if (repository is null || version?.Split('+') is not [_, var commit]) return null;
            string page = Regex.Replace(repository, "[.]git$", "") + $"/blob/{commit}/docs/codes.md";
            return Uri.TryCreate(page, UriKind.Absolute, out var uri) ? uri : null;
        }
    }

    static IEnumerable<CodesPage> Read()
    {
        using var stream = typeof(CodesPage).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        string page = reader.ReadToEnd().ReplaceLineEndings("\n");
        foreach (Match section in Section().Matches(page))
        {
            yield return new CodesPage(
                section.Groups["code"].Value, section.Groups["title"].Value.ReplaceLineEndings(" "),
                section.Groups["text"].Value.Trim());
        }
    }

    // A section ends where the next heading of its depth or above begins.
    [GeneratedRegex(
        @"^### (?<code>PAR\d{4})\n+(?<text>\*\*(?<title>[^*]+?)\.?\*\*.*?)(?=^#{1,3} |\z)",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();
}
