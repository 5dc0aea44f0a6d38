using Harness.Cli;
using Spectre.Console;

namespace Harness.Tests.Cli;

public sealed class ScreenLineTests
{
    static string Render(string text, AnsiSupport ansi)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi,
            ColorSystem = ansi == AnsiSupport.Yes ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 80;
        console.Write(new ScreenLine(text));
        return writer.ToString();
    }

    [Theory]
    [InlineData("/a b/golden.json(3): error PAR2001: output '0' [red]drifts[/]")]
    [InlineData("holds golden/é/long")]
    [InlineData("")]
    public void Nothing_is_wrapped_or_read_as_markup(string start)
    {
        string line = start + new string('x', 300);

        Render(line, AnsiSupport.No).Should().Be(line + Environment.NewLine);
    }

    [Theory]
    [InlineData("FAILS golden/a on cpu", "FAILS")]
    [InlineData("warns golden/a on cpu", "warns")]
    [InlineData("holds golden/a on cpu", "holds")]
    [InlineData("a: error PAR2001: b: error PAR2002: c", "error PAR2001")]
    public void The_word_that_decides_is_coloured(string line, string word)
    {
        string shown = Render(line, AnsiSupport.Yes);

        shown.Should().MatchRegex($"\e\\[[0-9;]+m{word}\e\\[0m");
        System.Text.RegularExpressions.Regex.Matches(shown, "\e\\[0m").Should().ContainSingle();
    }

    [Fact]
    public void Talk_stays_as_it_is() => Render("3 of 3 cases hold", AnsiSupport.Yes).Should().NotContain("\e[");
}
