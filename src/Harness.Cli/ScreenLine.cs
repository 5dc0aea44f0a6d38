using System.Text.RegularExpressions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Harness.Cli;

/// <summary>A line as a screen shows it: the words that decide are coloured, and nothing is wrapped, so that a path or
/// a command that the terminal itself breaks is still one word when it is copied.</summary>
/// <param name="text">The line.</param>
/// <param name="overBar">True where a progress bar begins at the cursor: a line that takes several rows of
/// the screen would leave the bar's end behind its own.</param>
sealed partial class ScreenLine(string text, bool overBar = false) : IRenderable
{
    static readonly Style s_good = new(Color.Green), s_warning = new(Color.Yellow),
        s_bad = new(Color.Red, decoration: Decoration.Bold);

    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        if (overBar && options.Ansi) yield return Segment.Control("\e[J");
        var word = Deciding().Match(text);
        var told = word.Groups["word"];
        if (!told.Success)
        {
            yield return new Segment(text);
        }
        else
        {
            if (told.Index > 0) yield return new Segment(text[..told.Index]);
            yield return new Segment(told.Value, StyleOf(told.Value));
            yield return new Segment(text[(told.Index + told.Length)..]);
        }
        yield return Segment.LineBreak;
    }

    static Style StyleOf(string word) => word switch
    {
        "holds" => s_good,
        "warns" => s_warning,
        _ when word.StartsWith("warning", StringComparison.Ordinal) => s_warning,
        _ => s_bad,
    };

    [GeneratedRegex(@"^(?<word>holds|warns|FAILS) |: (?<word>(error|warning) PAR\d{4}): ")]
    private static partial Regex Deciding();
}
