using System.CommandLine;
using Harness.Cli.Answer;
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
        var answer = new AnswerOptions();
        var command = new Command(
            "compare", "Holds what any program computed from golden-inputs to a golden; exit code 1 on drift.")
        {
            golden, actual, taps, layouts,
        };
        answer.AddTo(command);
        command.SetAction(result =>
        {
            var answered = answer.Read(result);
            var files = new ActualFiles(
                result.GetValue(actual)!, result.GetValue(taps), ArrayLayouts.Of(result.GetValue(layouts)!));
            var verdict = ActualCheck.Verify(new VerifyRequest(Shared.GoldenFolder(result.GetValue(golden)!)), files);
            terminal.Cancellation.ThrowIfCancellationRequested();
            Write(terminal, verdict);
            return answered.Give(terminal, new GateVerdict([verdict], []));
        });
        return command;
    }

    static void Write(Terminal terminal, Verdict verdict)
    {
        int nodes = verdict.Probes.Length + verdict.UnmeasuredProbes.Length;
        terminal.WriteLine($"{VerifyVerb.Summary(verdict)}, {verdict.Probes.Length} of {nodes} nodes compared");
        if (!verdict.UnmeasuredProbes.IsEmpty)
            terminal.WriteLine($"not compared: {Names(verdict.UnmeasuredProbes)}");
        if (!verdict.UnmatchedTaps.IsEmpty) terminal.WriteLine($"taps of no node: {Names(verdict.UnmatchedTaps)}");
    }

    static string Names(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(Listed))
        + (names.Count > Listed ? $" and {names.Count - Listed} more" : "");
}
