using System.Globalization;
using System.Text;
using Harness.Parity.Verification;

namespace Harness.Parity.Reports.Html;

/// <summary>Text on its way into a page. Names and messages come from models that anybody may have written: nothing of
/// them is markup, and nothing of them moves the text around it.</summary>
static class Markup
{
    /// <summary>Text for an element or a quoted attribute. What is not seen, or turns the direction of what follows,
    /// stands as its number.</summary>
    public static string Text(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        // A lone half of a pair comes as the replacement character.
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                '\t' or '\r' or '\n' => escaped.Append(' '),
                _ when IsHidden(rune) => escaped.Append(CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]"),
                _ => escaped.Append(rune.ToString()),
            };
        }
        return escaped.ToString();
    }

    /// <summary>Appends with numbers as every machine writes them.</summary>
    public static StringBuilder Add(this StringBuilder text, FormattableString part) =>
        text.Append(FormattableString.Invariant(part));

    /// <summary>A number as people read it.</summary>
    public static string Short(double? value) => value is { } number ? Figures.Short(number) : "–";

    /// <summary>A number as programs read it: what a table is sorted by. Empty where there is none.</summary>
    public static string Sortable(double? value) => value switch
    {
        null or double.NaN => "",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        { } number => number.ToString("R", CultureInfo.InvariantCulture),
    };

    // Controls, zero-width and bidirectional marks, separators of lines, and what no font has.
    static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate;
}
