using System.Globalization;
using System.Text;

namespace Harness.Parity;

/// <summary>Text from elsewhere as a line that shows all that it holds: names, reasons and paths may be anything, and a
/// build log is read by lines, by services that obey commands in them, and by people.</summary>
public static class VisibleText
{
    /// <summary>One line: ends of lines as blanks, what steers a screen or the direction of writing as its number, and
    /// a service's commands broken apart.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.ReplaceLineEndings(" ");
        if (text.Any(Steers))
        {
            var shown = new StringBuilder();
            foreach (char letter in text)
            {
                if (Steers(letter)) shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}");
                else shown.Append(letter);
            }
            text = shown.ToString();
        }
        // Azure Pipelines and GitHub Actions look for these anywhere in a line.
        return text.Replace("##vso[", "# #vso[", StringComparison.OrdinalIgnoreCase)
            .Replace("##[", "# #[", StringComparison.Ordinal);
    }

    // Escapes, and marks that turn the letters after them around: a path would be shown as another one.
    static bool Steers(char letter) => letter != '\t' && (char.IsControl(letter)
        || letter is '\u061C' or '\u200E' or '\u200F'
        || letter is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
}
