using System.Text;
using System.Text.RegularExpressions;

namespace Harness.Parity.Reports.Html;

/// <summary>What the codes on a page mean and what cures them, from docs/codes.md: who opens a report need not have the
/// repository.</summary>
static partial class CodeGlossary
{
    /// <summary>A code with its meaning, linked to its cause and cure below.</summary>
    public static string Heading(string code) => Of(code) is { } page
        ? $"<a href=\"#{page.Code}\">{page.Code}</a> {Markup.Text(page.Title)}" : Markup.Text(code);

    /// <summary>Appends the codes that stand on a page.</summary>
    public static void Append(StringBuilder text, IEnumerable<string> codes)
    {
        var pages = codes.Distinct().Order(StringComparer.Ordinal).Select(Of).OfType<CodesPage>().ToArray();
        if (pages.Length == 0) return;
        text.Append("<h2>Codes on this page</h2>\n");
        foreach (var page in pages)
        {
            text.Add($"<section class=\"code\" id=\"{page.Code}\">\n<h3>{page.Code}</h3>\n");
            foreach (string block in Blank().Split(page.Text)) AppendBlock(text, block.Trim());
            text.Append("</section>\n");
        }
    }

    static CodesPage? Of(string code) => CodesPage.All.FirstOrDefault(page => page.Code == code);

    // As much of Markdown as that page is written in; what else it may hold stays as it is written.
    static void AppendBlock(StringBuilder text, string block)
    {
        if (!block.StartsWith("- ", StringComparison.Ordinal))
        {
            text.Add($"<p>{Inline(block)}</p>\n");
            return;
        }
        text.Append("<ul>\n");
        foreach (string item in Bullet().Split(block[2..])) text.Add($"<li>{Inline(item)}</li>\n");
        text.Append("</ul>\n");
    }

    static string Inline(string text)
    {
        string markup = Link().Replace(Markup.Text(text), "$1");
        markup = Code().Replace(markup, "<code>$1</code>");
        markup = Strong().Replace(markup, "<strong>$1</strong>");
        return Stressed().Replace(markup, "<em>$1</em>");
    }

    [GeneratedRegex(@"\n\s*\n")]
    private static partial Regex Blank();

    [GeneratedRegex(@"\n- ")]
    private static partial Regex Bullet();

    // Of other pages, which are not here.
    [GeneratedRegex(@"\[([^\]]+)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex Strong();

    [GeneratedRegex(@"(?<![\w*])\*([^*\n]+)\*(?![\w*])")]
    private static partial Regex Stressed();
}
