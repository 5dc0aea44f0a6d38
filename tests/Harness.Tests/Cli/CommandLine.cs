using Harness.Cli;

namespace Harness.Tests.Cli;

/// <summary>One command line, run in this process.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Out">What it wrote for machines.</param>
/// <param name="Error">What it wrote for people.</param>
sealed record CommandLine(int ExitCode, string Out, string Error)
{
    public string[] OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static CommandLine Run(params string[] arguments) => RunWith([], arguments);

    public static CommandLine RunWith(Dictionary<string, string> variables, params string[] arguments) =>
        RunWith(variables, CancellationToken.None, arguments);

    public static CommandLine RunWith(
        Dictionary<string, string> variables, CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        // A home without Harness.Reference beside it, whatever has been built on this machine.
        using var home = new TemporaryFolder();
        var terminal = new Terminal(output, error, name => variables.GetValueOrDefault(name), home.Path, cancellation);
        int exitCode = Harness.Cli.Program.Run(arguments, terminal);
        return new CommandLine(exitCode, output.ToString(), error.ToString());
    }
}
