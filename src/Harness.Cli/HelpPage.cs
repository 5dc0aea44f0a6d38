using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Harness.Cli.Answer;
using Harness.Executor.Cpu.Kernels;
using Harness.Parity;

namespace Harness.Cli;

/// <summary>What <c>--help</c> prints: the command's own page, and after the root's what holds for every
/// verb.</summary>
/// <param name="own">The library's action, which prints the command's own.</param>
sealed class HelpPage(SynchronousCommandLineAction own) : SynchronousCommandLineAction
{
    static readonly ImmutableArray<(string Name, string Meaning)> s_exitCodes =
    [
        ("0", "What was asked for holds, or is done; warnings are no reason for another."),
        ("1", "Findings: drift, a stale golden, a model that cannot be converted."),
        ("2", "Bad input, usage or environment, told in one line."),
        ("130", "Interrupted; nothing is half-written."),
    ];

    static readonly ImmutableArray<(string Name, string Meaning)> s_variables =
    [
        (LaneWidths.Variable, "The register width where --lanes says none: auto, 1, 4, 8 or 16."),
        (ReferenceProcess.Variable, "Harness.Reference.dll or its folder, which record, fuzz and TorchSharp need."),
        (Program.TraceVariable, "If set, an error comes with where in the code it arose."),
        (Faults.Variable, "A fault to inject on purpose, to test a gate: such a run is never green."),
        ("NO_COLOR", "If set, no colours."),
        (StepSummary.Variable, "The file that a gate's answer is appended to as markdown."),
        ("CI, TF_BUILD, GITHUB_ACTIONS", "If set, accept needs --permit-ci."),
        ("GITHUB_SHA, BUILD_SOURCEVERSION", "The commit that --history names."),
        ("DOTNET_HOST_PATH", "The dotnet that runs Harness.Reference."),
    ];

    /// <summary>Makes every <c>--help</c> below a root one of these.</summary>
    public static void AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpPage((SynchronousCommandLineAction)option.Action!);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int exit = own.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not RootCommand) return exit;
        var text = parseResult.InvocationConfiguration.Output;
        Section(text, "Exit codes:", s_exitCodes);
        Section(text, "Environment variables:", s_variables);
        return exit;
    }

    static void Section(TextWriter text, string title, ImmutableArray<(string Name, string Meaning)> rows)
    {
        int width = rows.Max(row => row.Name.Length);
        text.WriteLine(title);
        foreach (var (name, meaning) in rows) text.WriteLine($"  {name.PadRight(width)}  {meaning}");
        text.WriteLine();
    }
}
