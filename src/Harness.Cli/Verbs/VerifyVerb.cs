using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Harness.Cli.Answer;
using Harness.Executor.Model;
using Harness.Parity;
using Harness.Parity.Cases;
using Harness.Parity.Golden;
using Harness.Parity.History;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary><c>harness verify</c>: the gate.</summary>
static class VerifyVerb
{
    const string DefaultGoldens = "golden";

    public static Command Create(Terminal terminal)
    {
        var goldens = Shared.NoOption(new Argument<string[]>("GOLDEN")
        {
            Description = "Folders to search for golden.json; golden/ by default.",
            Arity = ArgumentArity.ZeroOrMore,
        });
        var cases = new Option<string?>("--cases")
        {
            Description = "A JSON list of {model, weights?, golden, tolerance?}: verifies these models instead of " +
                "searching.",
        };
        var goldenRoot = new Option<string?>("--golden-root")
        {
            Description = "With --cases: a golden below this folder that no case uses is an error.",
        };
        var permitUnused = new Option<bool>("--permit-unused")
        {
            Description = "With --golden-root: permits unused goldens.",
        };
        var caseSet = Shared.CaseSet(
            "With --cases: the list's own set of cases; a case of it that the list lacks is an error.");
        var history = new Option<string?>("--history")
        {
            Description = "A file that a line a case is added to: tells of drift that grew tenfold and still passes.",
        };
        var shard = Shared.Shard();
        var list = new Option<bool>("--list") { Description = "Names the cases, and verifies none." };
        var precision = Shared.Choice("--precision", "What is verified.", "both", "float64", "float32");
        var float32 = Shared.Choice(
            "--float32", "The float32 limit: torch's own noise, 1e-6, or no check.", "calibrated", "strict", "off");
        var tolerance = new Option<string>("--tolerance")
        {
            Description = "The limit where neither the case nor its golden states one.",
            DefaultValueFactory = _ => "1e-6",
        };
        var received = new Option<string?>("--received")
        {
            Description = "Keeps the outputs of drifting cases here instead of beside their goldens.",
        };
        var (threads, lanes, exactOrder) = (Shared.Threads(), Shared.Lanes(), Shared.ExactOrder());
        var device = Shared.Device();
        var answer = new AnswerOptions();
        var command = new Command("verify", "Verifies models against their goldens; exit code 1 on drift.")
        {
            goldens, cases, goldenRoot, permitUnused, caseSet, history, shard, list, precision, float32, tolerance,
            received, threads, lanes, exactOrder, device,
        };
        answer.AddTo(command);
        command.SetAction(result =>
        {
            var options = new VerifyOptions
            {
                Tolerance = StatedLimit.Read(result.GetValue(tolerance)!)
                    ?? throw Program.Usage(
                        $"--tolerance is '{result.GetValue(tolerance)}', {StatedLimit.Expected}"),
                Float32 = Enum.Parse<Float32Mode>(result.GetValue(float32)!, ignoreCase: true),
                Precision = Enum.Parse<Precision>(result.GetValue(precision)!, ignoreCase: true),
                Threads = result.GetValue(threads),
                Lanes = Shared.ToLanes(result.GetValue(lanes)!),
                ExactOrder = result.GetValue(exactOrder),
                ReceivedDirectory = result.GetValue(received),
                History = result.GetValue(history) is { } past ? HistoryFile.Read(past) : null,
                Fault = terminal.Variable(Faults.Variable) is { Length: > 0 } fault ? fault : null,
            };
            if (!options.VerifiesFloat64 && !options.VerifiesFloat32)
                throw Program.Usage("--precision float32 with --float32 off leaves nothing to verify");
            var (where, exact) = (result.GetValue(device)!, result.GetValue(exactOrder));
            Shared.CheckOrder(where, exact);
            var answered = answer.Read(result);
            var dealt = Shared.ToShard(result.GetValue(shard));
            var (requests, missing) = Requests(result.GetValue(goldens)!, result.GetValue(cases));
            var unused = Unused(
                requests, result.GetValue(cases), result.GetValue(goldenRoot), result.GetValue(permitUnused));
            missing = missing.AddRange(Gone(
                requests, result.GetValue(goldens)!, result.GetValue(cases), result.GetValue(goldenRoot),
                result.GetValue(caseSet), result.GetValue(permitUnused)));
            using var modules = new ReadModules(terminal);
            bool progress = !result.GetValue(Shared.NoProgress);
            int all = requests.Length;
            if (all > 1 && !IsHeldToASet(requests, result.GetValue(caseSet)))
                terminal.Error.WriteLine($"note: no {CaseSet.FileName} lies above these goldens, so that nobody " +
                    "misses a case that vanishes; recording one writes it, and so does harness accept GOLDEN --add");
            ReportPart? part = null;
            if (dealt is not null) (requests, part) = dealt.Deal(requests, where);
            if (result.GetValue(list)) return List(terminal, requests, missing);
            // Where there are no cases at all, that is what is wrong, and told.
            if (part is not null && requests.IsEmpty && all > 0)
                terminal.WriteLine(Shared.Empty(dealt!, all));
            requests = modules.Read(requests, ref missing);
            return Shared.WithRunner(
                terminal, where, options.Threads, options.Lanes, exact, runner => Verify(
                    terminal, requests, options with { Runner = runner, FollowsFloat32 = answered.DrawsNodes },
                    missing.AddRange(unused), progress, answered, part));
        });
        return command;
    }

    static int Verify(
        Terminal terminal, ImmutableArray<VerifyRequest> requests, VerifyOptions options,
        ImmutableArray<Finding> unused, bool progress, GateAnswer answer, ReportPart? part)
    {
        if (options.Fault is not null)
            terminal.Error.WriteLine(
                $"harness: {Faults.Variable}={VisibleText.Of(options.Fault)}: A FAULT IS INJECTED ON " +
                "PURPOSE; THIS RUN CANNOT BE GREEN");
        GateVerdict? gate = null;
        var sofar = new List<Verdict>();
        try
        {
            terminal.WithProgress(requests.Length, progress, line =>
                gate = Gate.Verify(requests, options, unused, request => line.Begin(request.Name), verdict =>
                {
                    sofar.Add(verdict);
                    line.Line(Summary(verdict));
                    line.End();
                }, terminal.Cancellation));
        }
        catch
        {
            // What was found before the end is no less true.
            (answer with { Directory = null }).WriteFindings(terminal, new GateVerdict([.. sofar], []));
            throw;
        }
        int exit = answer.GiveCounted(terminal, gate! with { Part = part });
        // What is handed on is what holds.
        if (exit == 0)
            foreach (var request in requests.Where(request => request.Export is not null))
                ExportVerb.OfCase(terminal, request, options.Threads);
        // Last: a run whose reports could not be written says so, and is repeated.
        options.History?.Append(gate!, DateTimeOffset.UtcNow, Commit(terminal));
        return exit;
    }

    // As GitHub and Azure Pipelines name what they build.
    static string? Commit(Terminal terminal) => new[] { "GITHUB_SHA", "BUILD_SOURCEVERSION" }
        .Select(terminal.Variable).FirstOrDefault(commit => !string.IsNullOrEmpty(commit));

    /// <summary>A case in one line.</summary>
    internal static string Summary(Verdict verdict)
    {
        string state = !verdict.Holds ? "FAILS" : verdict.Findings.IsEmpty ? "holds" : "warns";
        var figures = new List<string>();
        if (!verdict.Float64.IsEmpty)
        {
            var nearest = verdict.Float64.MaxBy(drift => drift.ShareOfLimit)!;
            figures.Add(string.Create(CultureInfo.InvariantCulture,
                $"float64 {nearest.MaxAbs:0.0e+0} (limit {nearest.Limit.Value:0.0e+0})"));
        }
        if (verdict.Float32 is { } float32)
        {
            figures.Add(string.Create(CultureInfo.InvariantCulture,
                $"float32 {float32.MaxAbs:0.0e+0} (limit {float32.Limit:0.0e+0}: " +
                $"{float32.LimitText}; {float32.OrderText})"));
        }
        if (verdict.Coverage is { } coverage) figures.Add(coverage);
        string notes = verdict.Notes.IsEmpty ? "" : $"  [{string.Join("; ", verdict.Notes)}]";
        return figures.Count == 0 ? $"{state} {verdict.Name} on {verdict.Device}{notes}"
            : $"{state} {verdict.Name} on {verdict.Device}  {string.Join(", ", figures)}{notes}";
    }

    static (ImmutableArray<VerifyRequest> Requests, ImmutableArray<Finding> Missing) Requests(
        string[] goldens, string? cases)
    {
        if (cases is not null)
        {
            if (goldens.Length > 0) throw Program.Usage("--cases and GOLDEN exclude each other");
            return (WithOthers(CasesFile.Read(cases)), []);
        }
        var folders = new List<string>();
        var missing = ImmutableArray.CreateBuilder<Finding>();
        foreach (string root in goldens.Length > 0 ? goldens : [DefaultGoldens])
        {
            try
            {
                folders.AddRange(GoldenSearch.Below(root));
            }
            catch (ModelException e)
            {
                missing.Add(e.Finding);
            }
        }
        return (
            WithOthers([.. folders.Distinct(StringComparer.Ordinal).Select(folder => new VerifyRequest(folder))]),
            missing.ToImmutable());
    }

    // Two cases that were recorded together tell only together.
    static ImmutableArray<VerifyRequest> WithOthers(ImmutableArray<VerifyRequest> requests)
    {
        var there = requests.Select(request => Normal(request.Golden)).ToHashSet(StringComparer.Ordinal);
        var all = ImmutableArray.CreateBuilder<VerifyRequest>();
        foreach (var request in requests)
        {
            all.Add(request);
            if (GoldenStore.OtherOf(request.Golden) is { } other && there.Add(Normal(other)))
                all.Add(request with { Golden = other, Actual = null, Export = null });
        }
        return all.ToImmutable();

        static string Normal(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
    }

    static ImmutableArray<Finding> Unused(
        ImmutableArray<VerifyRequest> requests, string? cases, string? goldenRoot, bool permitUnused)
    {
        if (goldenRoot is null) return [];
        if (cases is null) throw Program.Usage("--golden-root needs --cases: a search uses every golden it finds");
        return permitUnused ? [] : GoldenSearch.Unused(goldenRoot, requests);
    }

    // Of all cases, whatever part of them is verified here: a case that is gone is in no part.
    static ImmutableArray<Finding> Gone(
        ImmutableArray<VerifyRequest> requests, string[] goldens, string? cases, string? goldenRoot, string? caseSet,
        bool permitUnused)
    {
        if (cases is not null) return CaseSetCheck.OfList(goldenRoot, caseSet, permitUnused, requests);
        if (caseSet is not null) throw Program.Usage("--case-set needs --cases: a search has the sets that it finds");
        return CaseSetCheck.OfSearch(goldens.Length > 0 ? goldens : [DefaultGoldens], requests);
    }

    static bool IsHeldToASet(ImmutableArray<VerifyRequest> requests, string? named) =>
        File.Exists(named) || requests.Any(request => CaseSetPlace.AtOrAbove(request.Golden).Any());

    static int List(Terminal terminal, ImmutableArray<VerifyRequest> requests, ImmutableArray<Finding> findings)
    {
        foreach (var request in requests) terminal.WriteLine(request.Name);
        foreach (var finding in findings) terminal.Error.WriteLine(finding.ToCanonicalLine());
        return Program.ExitCode(findings);
    }
}
