using System.CommandLine;
using Harness.Cli.Answer;
using Harness.Executor.Model;
using Harness.Parity.Reports;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary><c>harness report merge</c>: one set of reports of several shards.</summary>
static class ReportVerb
{
    public static Command Create(Terminal terminal)
    {
        var directories = Shared.NoOption(new Argument<string[]>("DIR")
        {
            Description = "Folders that verify --report wrote parity.json into.",
            Arity = ArgumentArity.OneOrMore,
        });
        var answer = new AnswerOptions("--output");
        var merge = new Command(
            "merge", "Merges reports; exit code 1 where any of them has a finding, as verify of all cases would.")
        {
            directories,
        };
        answer.AddTo(merge);
        merge.SetAction(result =>
        {
            var answered = answer.Read(result);
            return answered.GiveCounted(terminal, Merge(result.GetValue(directories)!));
        });
        return new Command("report", "Works on reports.") { merge };
    }

    static GateVerdict Merge(string[] directories)
    {
        var cases = new Dictionary<(string Name, string Device), (Verdict Verdict, string From)>();
        var findings = new List<Finding>();
        foreach (string directory in directories)
        {
            var gate = JsonReportReader.Read(directory);
            foreach (var verdict in gate.Cases)
            {
                var key = (verdict.Name, verdict.Device);
                // Which of two verdicts counts nobody can say; a case of two shards is a mistake of whoever shards.
                if (cases.TryGetValue(key, out var other))
                {
                    throw new ModelException(new Finding(Codes.BadUsage, directory,
                        $"the case '{verdict.Name}' on {verdict.Device} is in '{other.From}' as well; shards share " +
                        "no case, so name each once"));
                }
                cases.Add(key, (verdict, directory));
            }
            findings.AddRange(gate.Findings);
        }
        return new GateVerdict(
            [.. cases.OrderBy(entry => entry.Key.Name, StringComparer.Ordinal)
                .ThenBy(entry => entry.Key.Device, StringComparer.Ordinal).Select(entry => entry.Value.Verdict)],
            [.. findings.Distinct()]);
    }
}
