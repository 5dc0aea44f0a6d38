using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Harness.Cli.Verbs;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Parity;

namespace Harness.Cli;

/// <summary>The command line <c>harness</c>.</summary>
static class Program
{
    /// <summary>The variable that asks for where an error arose.</summary>
    public const string TraceVariable = "HARNESS_TRACE";

    const int BadUsage = 2, Interrupted = 130;

    static int Main(string[] arguments)
    {
        using var interruption = new Interruption();
        return Run(arguments, Terminal.OfProcess(interruption.Token));
    }

    /// <summary>Runs one command line; every way out is an exit code and at most one line about it.</summary>
    public static int Run(string[] arguments, Terminal terminal)
    {
        try
        {
            var root = Root(terminal);
            HelpPage.AddTo(root);
            var reading = new ParserConfiguration { ResponseFileTokenReplacer = null };
            var result = root.Parse(arguments is ["help", .. var verb] ? [.. verb, "--help"] : arguments, reading);
            var running = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = terminal.Out,
                Error = terminal.Error,
            };
            if (LacksVerb(result))
            {
                running.Output = terminal.Error;
                root.Parse([.. arguments, "--help"], reading).Invoke(running);
                return BadUsage;
            }
            if (result.Action is ParseErrorAction || (result.UnmatchedTokens.Count > 0
                && result.CommandResult.Command is RootCommand)) throw Usage(Complaint(result));
            if (terminal.Variable(LaneWidths.Variable) is { Length: > 0 } lanes && !LaneWidths.TryParse(lanes, out _))
                throw Usage($"{LaneWidths.Variable} is '{lanes}', expected auto, 1, 4, 8 or 16");
            return result.Invoke(running);
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (ModelException e)
        {
            return Fail(terminal, e.Finding, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(terminal, new Finding(Codes.BadUsage, "harness", e.Message), e);
        }
        catch (OutOfMemoryException e)
        {
            // The exception's own words name its type at best.
            return Fail(terminal, new Finding(
                Codes.OutOfMemory, "harness", "not enough memory; a smaller input shape or fewer threads need less"),
            e);
        }
        catch (Exception e) when (e is not StackOverflowException)
        {
            // The boundary of the process: a user gets one line even for our own mistakes, and a way to the trace.
            return Fail(terminal, new Finding(Codes.BadUsage, "harness",
                $"unexpected {e.GetType().Name}: {e.Message}; this is a fault of harness, please report it with " +
                $"what HARNESS_TRACE=1 prints"), e);
        }
    }

    /// <summary>0 holds, 1 findings, 2 bad input or usage.</summary>
    public static int ExitCode(IEnumerable<Finding> findings) =>
        findings.Select(finding => finding.Severity()).DefaultIfEmpty(Severity.Warning).Max() switch
        {
            Severity.Warning => 0,
            Severity.Error => 1,
            _ => 2,
        };

    /// <summary>A user's mistake on the command line.</summary>
    public static ModelException Usage(string message) => new(new Finding(Codes.BadUsage, "harness", message));

    // Whoever types no verb wants to hear which there are.
    static bool LacksVerb(ParseResult result) => result.Action is ParseErrorAction
        && result is { UnmatchedTokens: [], CommandResult.Command: { Action: null, Subcommands.Count: > 0 } };

    // An unknown verb is also a missing one; the user wants to hear about the word that was typed.
    static string Complaint(ParseResult result) => result.UnmatchedTokens is [var word, ..]
        ? $"'{word}' is unknown here; harness --help lists verbs and options"
        : $"{Complaint(result.Errors[0]).TrimEnd('.')}; harness --help lists verbs and options";

    // The library speaks of types of .NET.
    static string Complaint(ParseError error)
    {
        if (error.SymbolResult is not OptionResult { Option: var option, Tokens: [var token, ..] })
            return error.Message;
        var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        string? expected = type == typeof(long) || type == typeof(int) ? "a whole number"
            : type == typeof(double) ? "a number" : null;
        return expected is null || !error.Message.Contains("expected type", StringComparison.Ordinal) ? error.Message
            : $"{option.Name} is '{token.Value}', expected {expected}";
    }

    static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand(
            "Holds a PyTorch model, converted to Flax's channels-last layout, to what PyTorch computes.");
        root.Options.Add(Shared.NoProgress);
        root.Subcommands.Add(AcceptVerb.Create(terminal));
        root.Subcommands.Add(BenchVerb.Create(terminal));
        root.Subcommands.Add(CompareVerb.Create(terminal));
        root.Subcommands.Add(ConvertVerb.Create(terminal));
        root.Subcommands.Add(ExportVerb.Create(terminal));
        root.Subcommands.Add(FuzzVerb.Create(terminal));
        root.Subcommands.Add(GoldenInputsVerb.Create(terminal));
        root.Subcommands.Add(InspectVerb.Create(terminal));
        root.Subcommands.Add(OpsVerb.Create(terminal));
        root.Subcommands.Add(RecordVerb.Create(terminal));
        root.Subcommands.Add(ReportVerb.Create(terminal));
        root.Subcommands.Add(RunVerb.Create(terminal));
        root.Subcommands.Add(VerifyVerb.Create(terminal));
        return root;
    }

    static int Fail(Terminal terminal, Finding finding, Exception exception)
    {
        terminal.Error.WriteLine(finding.ToCanonicalLine());
        if (terminal.Variable(TraceVariable) is { Length: > 0 }) terminal.Error.WriteLine(exception);
        return ExitCode([finding]);
    }
}
