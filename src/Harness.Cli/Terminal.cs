using Harness.Parity;
using Spectre.Console;

namespace Harness.Cli;

/// <summary>What a verb may see of the process that it runs in.</summary>
/// <param name="Out">For what a machine may read.</param>
/// <param name="Error">For messages to people.</param>
/// <param name="Variable">Environment variables.</param>
/// <param name="Home">The folder that the program lies in; Harness.Reference is looked for from there.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
/// <param name="IsInteractive">True when messages go to a terminal, which then shows a progress bar.</param>
/// <param name="SharesScreen">True when <paramref name="Out"/> goes to that terminal too.</param>
sealed record Terminal(
    TextWriter Out, TextWriter Error, Func<string, string?> Variable, string Home, CancellationToken Cancellation,
    bool IsInteractive = false, bool SharesScreen = false)
{
    // What the bar, the count and the time beside it take of a line.
    const int BesideTheName = 52;

    // Names as short as this tell nothing.
    const int LeastName = 12;

    /// <summary>This process.</summary>
    public static Terminal OfProcess(CancellationToken cancellation) => new(
        Console.Out, Console.Error, Environment.GetEnvironmentVariable, AppContext.BaseDirectory, cancellation,
        !Console.IsErrorRedirected, !Console.IsOutputRedirected);

    /// <summary>Writes a line of <see cref="Out"/>, in colours where it goes to a screen. One line, whatever names and
    /// reasons in it hold: logs and services read lines.</summary>
    public void WriteLine(string text)
    {
        text = VisibleText.Of(text);
        if (SharesScreen) Screen(Out).Write(new ScreenLine(text));
        else Out.WriteLine(text);
    }

    /// <summary>Does <paramref name="count"/> pieces of work behind a progress bar, or plainly where nobody would see
    /// one.</summary>
    /// <param name="count">How many pieces.</param>
    /// <param name="progress">False for <c>--no-progress</c>.</param>
    /// <param name="work">The work, which says what it is at.</param>
    public void WithProgress(int count, bool progress, Action<Progress> work)
    {
        if (!IsInteractive || !progress || count < 2)
        {
            work(new Progress(WriteLine, _ => { }, () => { }));
            return;
        }
        var console = Screen(Error);
        console.Progress().AutoClear(true)
            .Columns(new ProgressBarColumn { Width = 24 }, new CountColumn(), new RemainingTimeColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                var bar = context.AddTask("…", maxValue: count);
                int room = Math.Max(console.Profile.Width - BesideTheName, LeastName);
                work(new Progress(
                    // On a shared screen a line must go around the bar, not through it.
                    SharesScreen ? text => console.Write(new ScreenLine(VisibleText.Of(text), overBar: true))
                        : WriteLine,
                    name => bar.Description = Markup.Escape(Shortened(name, room)),
                    () => bar.Increment(1)));
            });
    }

    // Spectre reads NO_COLOR and the terminal's abilities itself.
    static IAnsiConsole Screen(TextWriter writer) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });

    // A path's end says which case it is.
    static string Shortened(string name, int room) => name.Length <= room ? name : "…" + name[^(room - 1)..];
}

/// <summary>How work tells what it does.</summary>
/// <param name="Line">Writes a line of what the verb says.</param>
/// <param name="Begin">Names the piece that begins.</param>
/// <param name="End">A piece is done.</param>
sealed record Progress(Action<string> Line, Action<string> Begin, Action End);
