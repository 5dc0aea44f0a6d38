using System.Collections.Immutable;
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
        var actual = new Option<string?>("--actual")
        {
            Description = "A .npz that holds every output by its name, or a .npy for a single one; float64, or " +
                "float32, which has float32's limits.",
        };
        var taps = new Option<string?>("--taps")
        {
            Description = "A .npz that holds inner values by the names of the golden's nodes, each as a whole.",
        };
        var layouts = Shared.Layouts();
        var recorded = new Option<string?>("--recorded")
        {
            Description = "A folder that holds a new recording of each golden below GOLDEN, under the same name: " +
                "compares the recordings.",
        };
        var shard = Shared.Shard();
        var answer = new AnswerOptions();
        var command = new Command(
            "compare", "Holds what any program computed from golden-inputs to a golden; exit code 1 on drift.")
        {
            golden, actual, taps, layouts, recorded, shard,
        };
        answer.AddTo(command);
        command.SetAction(result =>
        {
            var answered = answer.Read(result);
            var part = Shared.ToShard(result.GetValue(shard));
            if (result.GetValue(recorded) is { } folder)
            {
                foreach (Option option in (Option[])[actual, taps, layouts])
                    if (result.GetResult(option) is { Implicit: false })
                        throw Program.Usage($"--recorded and {option.Name} exclude each other");
                return CompareRecordings(terminal, result.GetValue(golden)!, folder, part, answered);
            }
            if (part is not null) throw Program.Usage("--shard needs --recorded: a port is held to one golden");
            var files = new ActualFiles(
                result.GetValue(actual) ?? throw Program.Usage(
                    "nothing to compare: --actual names what a port computed, --recorded a new recording"),
                result.GetValue(taps), ArrayLayouts.Of(result.GetValue(layouts)!));
            var verdict = ActualCheck.Verify(
                new VerifyRequest(Shared.GoldenFolder(result.GetValue(golden)!)), files);
            terminal.Cancellation.ThrowIfCancellationRequested();
            Write(terminal, verdict);
            return answered.Give(terminal, new GateVerdict([verdict], []));
        });
        return command;
    }

    static int CompareRecordings(
        Terminal terminal, string goldens, string recorded, Shard? shard, GateAnswer answer)
    {
        // A file stands for its folder, as everywhere.
        string root = File.Exists(goldens) ? Path.GetDirectoryName(Path.GetFullPath(goldens))! : goldens;
        ImmutableArray<VerifyRequest> all =
            [.. GoldenSearch.Below(root).Select(folder => new VerifyRequest(folder))];
        if (!Directory.Exists(recorded))
            throw Program.Usage(
                $"--recorded '{recorded}' is no folder; record into copies of the goldens, in a folder of their own");
        var requests = all;
        ReportPart? part = null;
        if (shard is not null) (requests, part) = shard.Deal(all, RecordingCheck.Device);
        if (requests.IsEmpty) terminal.WriteLine(Shared.Empty(shard!, all.Length));
        var verdicts = ImmutableArray.CreateBuilder<Verdict>();
        foreach (var request in requests)
        {
            terminal.Cancellation.ThrowIfCancellationRequested();
            string name = Path.GetRelativePath(Path.GetFullPath(root), Path.GetFullPath(request.Golden));
            verdicts.Add(RecordingCheck.Verify(request, Path.Combine(recorded, name)));
            terminal.WriteLine(VerifyVerb.Summary(verdicts[^1]));
        }
        return answer.GiveCounted(terminal, new GateVerdict(verdicts.ToImmutable(), [])
        {
            Part = part,
        });
    }

    static void Write(Terminal terminal, Verdict verdict)
    {
        terminal.WriteLine(VerifyVerb.Summary(verdict));
        if (!verdict.UnmeasuredProbes.IsEmpty)
            terminal.WriteLine($"not compared: {Names(verdict.UnmeasuredProbes)}");
        if (!verdict.UnmatchedTaps.IsEmpty) terminal.WriteLine($"taps of no node: {Names(verdict.UnmatchedTaps)}");
    }

    static string Names(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(Listed))
        + (names.Count > Listed ? $" and {names.Count - Listed} more" : "");
}
