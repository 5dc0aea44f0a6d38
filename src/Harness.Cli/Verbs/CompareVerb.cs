using System.CommandLine;
using Harness.Parity;
using Harness.Parity.Reports;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary><c>harness compare</c>: holds what any program computed to a golden.</summary>
static class CompareVerb
{
    // Names of a line; reports hold all.
    const int Listed = 10;

    public static Command Create(Terminal terminal)
    {
        var golden = Shared.Golden();
        var actual = new Option<string>("--actual")
        {
            Description = "A .npz that holds every output by its name, or a .npy for a single one; float64, or " +
                "float32, which has float32's limits.",
            Required = true,
        };
        var taps = new Option<string?>("--taps")
        {
            Description = "A .npz that holds inner values by the names of the golden's nodes, each as a whole.",
        };
        var layouts = Shared.Layouts();
        var report = new Option<string?>("--report") { Description = "A folder for reports." };
        var format = Shared.Formats();
        var command = new Command(
            "compare", "Holds what any program computed from golden-inputs to a golden; exit code 1 on drift.")
        {
            golden, actual, taps, layouts, report, format,
        };
        command.SetAction(result =>
        {
            var reports = VerifyVerb.Reports(result.GetValue(format)!);
            var files = new ActualFiles(
                result.GetValue(actual)!, result.GetValue(taps), ArrayLayouts.Of(result.GetValue(layouts)!));
            var verdict = ActualCheck.Verify(new VerifyRequest(Shared.GoldenFolder(result.GetValue(golden)!)), files);
            terminal.Cancellation.ThrowIfCancellationRequested();
            Write(terminal.Out, verdict);
            if (result.GetValue(report) is { } directory)
                foreach (string file in ReportSet.Write(directory, reports, new GateVerdict([verdict], [])))
                    terminal.Error.WriteLine($"report: {file}");
            return Program.ExitCode(verdict.Findings);
        });
        return command;
    }

    static void Write(TextWriter text, Verdict verdict)
    {
        int nodes = verdict.Probes.Length + verdict.UnmeasuredProbes.Length;
        text.WriteLine($"{VerifyVerb.Summary(verdict)}, {verdict.Probes.Length} of {nodes} nodes compared");
        if (!verdict.UnmeasuredProbes.IsEmpty)
            text.WriteLine($"not compared: {Names(verdict.UnmeasuredProbes)}");
        if (!verdict.UnmatchedTaps.IsEmpty) text.WriteLine($"taps of no node: {Names(verdict.UnmatchedTaps)}");
        foreach (var finding in verdict.Findings) text.WriteLine(finding.ToCanonicalLine());
    }

    static string Names(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(Listed))
        + (names.Count > Listed ? $" and {names.Count - Listed} more" : "");
}
