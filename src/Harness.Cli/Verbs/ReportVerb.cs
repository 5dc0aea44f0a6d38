using System.CommandLine;
using Harness.Cli.Answer;
using Harness.Executor.Model;
using Harness.Parity.Reports;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary><c>harness report merge</c>: one set of reports of several shards.</summary>
static class ReportVerb
{
    // Names of a line.
    const int Listed = 5;

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
        var parts = new List<(ReportPart Part, string From)>();
        foreach (string directory in directories)
        {
            var gate = JsonReportReader.Read(directory);
            if (gate.Part is { } part) parts.Add((part, directory));
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
        foreach (var ofDevice in parts.GroupBy(part => part.Part.Device))
            if (Incomplete([.. ofDevice]) is { } why)
                throw new ModelException(new Finding(Codes.BadUsage, "harness", why));
        return new GateVerdict(
            [.. cases.OrderBy(entry => entry.Key.Name, StringComparer.Ordinal)
                .ThenBy(entry => entry.Key.Device, StringComparer.Ordinal).Select(entry => entry.Value.Verdict)],
            [.. findings.Distinct()]);
    }

    // A part that nobody verified would be a green that lacks its cases.
    static string? Incomplete(List<(ReportPart Part, string From)> parts)
    {
        var (first, from) = parts[0];
        if (parts.FirstOrDefault(other => (other.Part.Shard.Count, other.Part.Of) != (first.Shard.Count, first.Of))
            is { Part: { } odd } another)
        {
            return $"'{from}' is shard {first.Shard} of {first.Of} cases and '{another.From}' is {odd.Shard} of " +
                $"{odd.Of}; merge the shards of one set of cases, dealt alike";
        }
        if (parts.GroupBy(part => part.Part.Shard.Index).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return $"shard {twice.First().Part.Shard} on {first.Device} is in " +
                $"{string.Join(" and ", twice.Select(part => $"'{part.From}'"))}; name each once";
        if (parts.FirstOrDefault(other => other.Part.Set != first.Set) is { Part: { } } stranger)
            return $"the goldens that '{from}' and '{stranger.From}' are shards of differ: merge the shards of one " +
                "set of cases, verified at one commit";
        var missing = Enumerable.Range(1, first.Shard.Count).Except(parts.Select(part => part.Part.Shard.Index))
            .Select(index => new Shard(index, first.Shard.Count)).Take(Listed).ToList();
        if (missing.Count > 0)
        {
            int more = first.Shard.Count - parts.Count - missing.Count;
            return $"shard {string.Join(", ", missing)}{(more > 0 ? $" and {more} more" : "")} on {first.Device} is " +
                $"missing: name the folder of its report, or verify it with --shard {missing[0]}";
        }
        int sum = parts.Sum(part => part.Part.Cases);
        return sum == first.Of ? null
            : $"the {parts.Count} shards on {first.Device} hold {sum} cases of {first.Of}: they were dealt from " +
                "different sets; verify all of them at one commit";
    }
}
