using System.CommandLine;
using Harness.Parity;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary><c>harness accept</c>: takes received outputs, or another limit, into a golden.</summary>
static class AcceptVerb
{
    public static Command Create(Terminal terminal)
    {
        var golden = Shared.NoOption(new Argument<string>("GOLDEN") { Description = "The folder of golden.json." });
        var reason = new Option<string>("--reason") { Description = "Why; stands in golden.json.", Required = true };
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
            "accept", "Takes received outputs, or another limit, into a golden, with the reason on record.")
        {
            golden, reason, tolerance, received, loosen, permitCi,
        };
        command.SetAction(result =>
        {
            string directory = result.GetValue(golden)!, why = result.GetValue(reason)!;
            if (RunsInCi(terminal) && !result.GetValue(permitCi))
            {
                throw Program.Usage("accept in CI: nobody would see what is accepted; accept it on your machine and " +
                    "commit, or give --permit-ci");
            }
            if (result.GetValue(tolerance) is not { } limit)
            {
                foreach (string line in Acceptance.TakeOutputs(directory, result.GetValue(received), why))
                    terminal.Out.WriteLine($"{directory}: {line}");
                terminal.Out.WriteLine($"{directory}: outputs accepted");
                return 0;
            }
            if (result.GetValue(received) is not null)
                throw Program.Usage("--tolerance and --received exclude each other");
            var accepted = limit switch
            {
                "default" => Tolerance.Default,
                "numpy-decimal6" => Tolerance.NumPyDecimal6(why),
                "torch-close" => Tolerance.TorchClose(why),
                _ => new Tolerance(TolerancePolicy.Default, Shared.Limit(limit)
                    ?? throw Program.Usage(
                        $"--tolerance is '{limit}', expected a number such as 1e-6, numpy-decimal6, " +
                        "torch-close or default"),
                        why),
            };
            Acceptance.SetTolerance(directory, accepted, result.GetValue(loosen));
            terminal.Out.WriteLine($"{directory}: tolerance {accepted} accepted");
            return 0;
        });
        return command;
    }

    // What the services of today set.
    static bool RunsInCi(Terminal terminal) => new[] { "CI", "TF_BUILD", "GITHUB_ACTIONS" }
        .Any(name => terminal.Variable(name) is { Length: > 0 } value
            && !value.Equals("false", StringComparison.OrdinalIgnoreCase));
}
