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
    /// <summary>This process.</summary>
    public static Terminal OfProcess(CancellationToken cancellation) => new(
        Console.Out, Console.Error, Environment.GetEnvironmentVariable, AppContext.BaseDirectory, cancellation,
        !Console.IsErrorRedirected, !Console.IsOutputRedirected);

    /// <summary>Does <paramref name="count"/> pieces of work behind a progress bar, or plainly where nobody would see
    /// one.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="count">How many pieces.</param>
    /// <param name="progress">False for <c>--no-progress</c>.</param>
    /// <param name="work">Gets a way to write a line of <see cref="Out"/>, and one to say that a piece is done.</param>
    public void WithProgress(string title, int count, bool progress, Action<Action<string>, Action> work)
    {
        if (!IsInteractive || !progress || count < 2)
        {
            work(Out.WriteLine, () => { });
            return;
        }
        // Spectre reads NO_COLOR and the terminal's abilities itself.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) });
        console.Progress().AutoClear(true).Start(context =>
        {
            var bar = context.AddTask(title, maxValue: count);
            // On a shared screen a line must go around the bar, not through it.
            Action<string> line = SharesScreen ? text => console.WriteLine(text) : Out.WriteLine;
            work(line, () => bar.Increment(1));
        });
    }
}
