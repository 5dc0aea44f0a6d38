using System.CommandLine;
using Harness.Executor.Model;
using Harness.Parity;
using Harness.Parity.Cases;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary><c>harness accept</c>: takes received outputs, or another limit, into a golden.</summary>
static class AcceptVerb
{
    // The limit that holds where none was accepted.
    const string Default = "default";

    public static Command Create(Terminal terminal)
    {
        var golden = Shared.Golden();
        var reason = new Option<string?>("--reason") { Description = "Why; stands in golden.json, or in the set." };
        var add = new Option<bool>("--add")
        {
            Description = "Takes the goldens of this folder into their set of cases; needs no reason.",
        };
        var remove = new Option<bool>("--remove")
        {
            Description = "Takes the cases of this folder off every set they are in: they may vanish.",
        };
        var caseSet = Shared.CaseSet("With --add and --remove: this set.");
        var tolerance = new Option<string?>("--tolerance")
        {
            Description = "Takes this limit instead of the received outputs: a number, numpy-decimal6, torch-close, " +
                "or default: 1e-6, and 1e-9 of each output's largest value.",
        };
        var received = new Option<string?>("--received") { Description = "Where verify --received kept the outputs." };
        var loosen = new Option<bool>("--loosen")
        {
            Description = "Permits a limit of more than ten times the measured drift.",
        };
        var permitCi = new Option<bool>("--permit-ci")
        {
            Description = "Accepts in CI too, where nobody looks at what is accepted.",
        };
        var command = new Command(
            "accept", "Takes received outputs, or another limit, into a golden, with the reason on record; a case " +
            "into its set, or off it.")
        {
            golden, reason, tolerance, received, loosen, permitCi, add, remove, caseSet,
        };
        command.SetAction(result =>
        {
            string directory = Shared.GoldenFolder(result.GetValue(golden)!), why = result.GetValue(reason) ?? "";
            bool adds = result.GetValue(add), removes = result.GetValue(remove);
            if (adds && removes) throw Program.Usage("--add and --remove exclude each other");
            if ((adds || removes) && (result.GetValue(tolerance) ?? result.GetValue(received)) is not null)
                throw Program.Usage("--add and --remove are about the set of cases, and take only --case-set");
            if (!adds && !removes && result.GetValue(caseSet) is not null)
                throw Program.Usage("--case-set needs --add or --remove");
            // It demands more, and hides nothing.
            if (adds) return Add(terminal, directory, result.GetValue(caseSet));
            // Neither does the default, which has no reason to keep.
            bool isDefault = !removes && result.GetValue(tolerance) == Default;
            if (isDefault && why.Length > 0)
                terminal.Error.WriteLine($"note: the limit that is the default needs no reason, and keeps none");
            // What suggested commands show is the place of a reason, and none.
            if (!isDefault && (string.IsNullOrWhiteSpace(why) || why.Trim() is "…" or "..."))
                throw Program.Usage("accept needs a reason: --reason \"…\", in your words");
            if (RunsInCi(terminal) && !result.GetValue(permitCi))
            {
                throw Program.Usage("accept in CI: nobody would see what is accepted; accept it on your machine and " +
                    "commit, or give --permit-ci");
            }
            if (removes) return Remove(terminal, directory, result.GetValue(caseSet), why);
            if (result.GetValue(tolerance) is not { } limit)
            {
                foreach (string line in Acceptance.TakeOutputs(directory, result.GetValue(received), why))
                    terminal.Out.WriteLine($"{directory}: {line}");
                terminal.Out.WriteLine($"{directory}: outputs accepted");
                return 0;
            }
            var accepted = limit switch
            {
                Default => Tolerance.Default,
                "numpy-decimal6" => Tolerance.NumPyDecimal6(why),
                "torch-close" => Tolerance.TorchClose(why),
                _ => new Tolerance(TolerancePolicy.Default, StatedLimit.Read(limit)
                    ?? throw Program.Usage(
                        $"--tolerance is '{limit}', {StatedLimit.Expected}; or numpy-decimal6, torch-close, {Default}"),
                        why),
            };
            foreach (string line in Acceptance.SetTolerance(
                directory, accepted, result.GetValue(loosen), result.GetValue(received)))
                terminal.Out.WriteLine($"{directory}: {line}");
            terminal.Out.WriteLine($"{directory}: tolerance {accepted} accepted");
            return 0;
        });
        return command;
    }

    static int Add(Terminal terminal, string folder, string? caseSet)
    {
        var found = GoldenSearch.Below(folder);
        // A folder of many is where their set belongs; one golden has its set above it.
        string set = caseSet
            ?? (File.Exists(Path.Combine(folder, GoldenStore.JsonName)) || File.Exists(folder)
                ? CaseSetPlace.OfGolden(found[0])
                : CaseSetPlace.AtOrAbove(folder).FirstOrDefault() ?? Path.Combine(folder, CaseSet.FileName))
            ?? throw Program.Usage($"no set of cases is above {folder}; name one with --case-set");
        int added = CaseSet.Add(set, [.. found.Where(golden => caseSet is not null || !IsInOne(golden))]);
        terminal.Out.WriteLine($"{Path.GetFullPath(set)}: {added} of {found.Length} cases added");
        return 0;
    }

    static int Remove(Terminal terminal, string folder, string? caseSet, string reason)
    {
        string[] sets = [.. (caseSet is null ? CaseSetPlace.AtOrAbove(folder) : [Path.GetFullPath(caseSet)])
            .Where(File.Exists).Where(set => CaseSet.Read(set).Below(folder).Any())];
        if (sets.Length == 0)
            throw new ModelException(new Finding(
                Codes.BadUsage, Path.GetFullPath(folder), "no set has a case here, so there is nothing to take off"));
        foreach (string set in sets)
            terminal.Out.WriteLine($"{set}: {CaseSet.Remove(set, folder, reason)} cases taken off");
        if (caseSet is null && File.Exists(Path.Combine(folder, GoldenStore.JsonName)))
            terminal.Out.WriteLine($"{folder} lies there still: delete it, too, or verify asks what it is");
        return 0;
    }

    static bool IsInOne(string golden) => CaseSetPlace.AtOrAbove(golden).Any(set => CaseSet.Read(set).Holds(golden));

    // What the services of today set.
    static bool RunsInCi(Terminal terminal) => new[] { "CI", "TF_BUILD", "GITHUB_ACTIONS" }
        .Any(name => terminal.Variable(name) is { Length: > 0 } value
            && !value.Equals("false", StringComparison.OrdinalIgnoreCase));
}
