using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Harness.Formats;
using Harness.Parity;
using Harness.Parity.Fuzz;
using Spectre.Console;

namespace Harness.Cli.Verbs;

/// <summary><c>harness fuzz</c>: random graphs against the reference.</summary>
static class FuzzVerb
{
    const int DefaultCount = 200;
    const string DefaultOutput = "fuzz";

    // How often a pipe hears of a long run.
    static readonly TimeSpan s_every = TimeSpan.FromSeconds(15);

    public static Command Create(Terminal terminal)
    {
        var seed = new Option<long?>("--seed") { Description = "The seed; random, and printed, where none is given." };
        var count = new Option<int?>("--count")
        {
            Description = $"How many cases; {DefaultCount} by default, as many as fit with --minutes.",
        };
        var minutes = new Option<double?>("--minutes") { Description = "Ends at the first case after so many." };
        var only = new Option<int?>("--case") { Description = "One case of the seed alone." };
        var output = new Option<string>("--output")
        {
            Description = "The folder for cases that fail, made small; nothing is written where none does.",
            DefaultValueFactory = _ => DefaultOutput,
        };
        var json = new Option<bool>("--json") { Description = "JSON on stdout, and nothing else." };
        var command = new Command(
            "fuzz", "Holds random graphs of all operators to PyTorch; makes what fails as small as it can be.")
        {
            seed, count, minutes, only, output, json,
        };
        command.SetAction(result =>
        {
            var plan = Plan(
                result.GetValue(seed), result.GetValue(count), result.GetValue(minutes), result.GetValue(only));
            bool progress = !result.GetValue(Shared.NoProgress);
            return Run(terminal, plan, result.GetValue(output)!, result.GetValue(json), progress);
        });
        return command;
    }

    static FuzzPlan Plan(long? seed, int? count, double? minutes, int? only)
    {
        if (seed < 0) throw Program.Usage($"--seed is '{seed}', expected a number from 0");
        if (count < 1) throw Program.Usage($"--count is '{count}', expected a number from 1");
        if (only < 0) throw Program.Usage($"--case is '{only}', expected a number from 0");
        // What a clock can count.
        if (minutes is { } wrong && wrong is not (> 0 and <= 1_000_000))
            throw Program.Usage($"--minutes is '{wrong:R}', expected a number above 0");
        if (only is not null && (count ?? (object?)minutes) is not null)
            throw Program.Usage("--case is one case; --count and --minutes do not go with it");
        if (only is not null && seed is null)
            throw Program.Usage("--case needs --seed: each seed has cases of its own");
        return new FuzzPlan(
            seed ?? RandomNumberGenerator.GetInt32(int.MaxValue), only ?? 0,
            only is not null ? 1 : count ?? (minutes is null ? DefaultCount : int.MaxValue))
        {
            Limit = minutes is { } limit ? TimeSpan.FromMinutes(limit) : null,
        };
    }

    static int Run(Terminal terminal, FuzzPlan plan, string output, bool json, bool progress)
    {
        // Programs are verified after every pass, as in tests. Read once, when the first program is made.
        AppContext.SetSwitch("Harness.Executor.VerifyPrograms", true);
        // An hour of cases is not to end at the first that fails.
        AtomicFile.DemandWritable(output);
        using var reference = new FuzzReference(terminal);
        reference.Start();
        terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"harness fuzz --seed {plan.Seed}"));
        var failures = new List<(FuzzFailure Failure, string Folder)>();
        var count = FuzzCount.None;
        WithProgress(terminal, plan, progress, (line, counted) => count = FuzzRun.Run(
            plan, new FuzzJudge(reference.Record),
            failure =>
            {
                string folder = FuzzFolder.Write(output, failure.Trial, failure.Outcome);
                failures.Add((failure, folder));
                if (!json) line(Line(failure, folder));
            },
            counted, terminal.Cancellation));
        terminal.Out.WriteLine(json ? ToJson(plan, count, failures) : Summary(plan, count));
        terminal.Cancellation.ThrowIfCancellationRequested();
        // A run in which nothing was compared says nothing.
        return count.Failed > 0 || (count.Held == 0 && plan.Count > 1) ? 1 : 0;
    }

    static string Line(FuzzFailure failure, string folder)
    {
        var finding = failure.Outcome.Finding!;
        string calls = string.Join(", ", failure.Trial.Graph.Calls.Select(call => call.Target));
        return (finding with
        {
            Place = Path.Combine(folder, FuzzCase.FileName),
            Message = $"{finding.Message} ({calls}; of {failure.Calls} calls); reproduce: {failure.Trial.Command}",
        }).ToCanonicalLine();
    }

    static string Summary(FuzzPlan plan, FuzzCount count)
    {
        string unsteady = count.Unsteady > 0 ? $"; {count.Unsteady} failed once and not again" : "";
        string empty = count.Held == 0 && plan.Count > 1 ? "; nothing was compared, so nothing is said" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{count.Held} of {count.Cases} cases of seed {plan.Seed} hold, {count.Failed} fail; both refuse " +
            $"{count.Refused}, {count.Unsupported} are not supported{unsteady}{empty}");
    }

    // A bar with cases a second and the time that is left; a line now and then where nobody would see one.
    static void WithProgress(
        Terminal terminal, FuzzPlan plan, bool progress, Action<Action<string>, Action<FuzzCount>> work)
    {
        var watch = Stopwatch.StartNew();
        double Done(FuzzCount count) => plan.Limit is { } limit
            ? Math.Max(watch.Elapsed / limit, count.Cases / (double)plan.Count)
            : count.Cases / (double)plan.Count;
        string Title(FuzzCount count) => string.Create(CultureInfo.InvariantCulture,
            $"{count.Cases} cases, {count.Cases / watch.Elapsed.TotalSeconds:0} a second, {count.Failed} fail");
        if (!terminal.IsInteractive || !progress || plan.Count < 2)
        {
            var told = TimeSpan.Zero;
            work(terminal.Out.WriteLine, count =>
            {
                if (watch.Elapsed - told < s_every) return;
                told = watch.Elapsed;
                double left = watch.Elapsed.TotalSeconds * ((1 / Math.Max(Done(count), 1e-9)) - 1);
                terminal.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"fuzz: {Title(count)}, {left:0} s left"));
            });
            return;
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var bar = context.AddTask("fuzz", maxValue: 1);
                Action<string> line = terminal.SharesScreen ? text => console.WriteLine(text) : terminal.Out.WriteLine;
                work(line, count =>
                {
                    bar.Value = Done(count);
                    bar.Description = Title(count);
                });
            });
    }

    static string ToJson(FuzzPlan plan, FuzzCount count, List<(FuzzFailure Failure, string Folder)> failures)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            json.WriteNumber("seed", plan.Seed);
            json.WriteNumber("cases", count.Cases);
            json.WriteNumber("held", count.Held);
            json.WriteNumber("refused", count.Refused);
            json.WriteNumber("unsupported", count.Unsupported);
            json.WriteNumber("failed", count.Failed);
            json.WriteNumber("unsteady", count.Unsteady);
            json.WriteStartArray("failures");
            foreach (var (failure, folder) in failures)
            {
                json.WriteStartObject();
                json.WriteNumber("case", failure.Trial.Number);
                json.WriteString("code", failure.Outcome.Finding!.Code);
                json.WriteString("message", failure.Outcome.Finding.Message);
                json.WriteStartArray("calls");
                foreach (var call in failure.Trial.Graph.Calls) json.WriteStringValue(call.Target);
                json.WriteEndArray();
                json.WriteString("folder", folder);
                json.WriteString("reproduce", failure.Trial.Command);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
