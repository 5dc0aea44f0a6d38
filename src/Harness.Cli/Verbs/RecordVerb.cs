using System.CommandLine;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Cases;
using Harness.Parity.Golden;

namespace Harness.Cli.Verbs;

/// <summary><c>harness record</c>: a golden case, by Harness.Reference, which alone may load libtorch.</summary>
static class RecordVerb
{
    public static Command Create(Terminal terminal)
    {
        var (model, weights, key, shapes) =
            (Shared.Model(), Shared.Weights(), Shared.WeightsKey(), Shared.InputShape());
        var given = Shared.Arguments();
        var input = new Option<string[]>("--input")
        {
            Description = $"{InputFiles.Help} In PyTorch's layout; without any: seeded, non-constant, non-square " +
                "inputs.",
            Arity = ArgumentArity.OneOrMore,
        };
        var golden = new Option<string>("--golden") { Description = "The folder for golden.json.", Required = true };
        var device = Shared.Choice("--device", "Where torch computes.", "cpu", "cuda");
        var seed = new Option<long?>("--seed") { Description = "The seed of the inputs; 0 by default." };
        var allowNaN = new Option<bool>("--allow-nan")
        {
            Description = "Records weights that are NaN or infinite, and what they give.",
        };
        var reason = new Option<string?>("--reason")
        {
            Description = "Why a golden that cannot tell everything (PAR3005) is recorded all the same.",
        };
        var caseSet = Shared.CaseSet("Also a set of cases that this one is taken into.");
        var root = new Option<string?>("--golden-root")
        {
            Description = "The folder of all goldens, whose set of cases this one is taken into.",
        };
        var command = new Command("record", "Records a golden case with PyTorch.")
        {
            model, weights, key, given, input, shapes, golden, device, seed, allowNaN, reason, root, caseSet,
        };
        command.SetAction(result =>
        {
            // Checked here, so that a typing error is told before libtorch is loaded.
            Shared.ToShapes(result.GetValue(shapes));
            List<string> arguments = ["record", result.GetValue(model)!];
            if (Shared.Weights(result.GetValue(weights), result.GetValue(key)) is { } file)
                arguments.AddRange(["--weights", file]);
            foreach (string argument in result.GetValue(given) ?? []) arguments.AddRange(["--argument", argument]);
            foreach (string path in result.GetValue(input) ?? []) arguments.AddRange(["--input", path]);
            foreach (string shape in result.GetValue(shapes) ?? [])
                arguments.AddRange(["--input-shape", shape.Replace('x', ',')]);
            arguments.AddRange(["--golden", result.GetValue(golden)!, "--device", result.GetValue(device)!]);
            if (result.GetValue(seed) is { } number) arguments.AddRange(["--seed", $"{number}"]);
            if (result.GetValue(allowNaN)) arguments.Add("--allow-nan");
            if (result.GetValue(reason) is { } why) arguments.AddRange(["--reason", why]);
            int exit = ReferenceProcess.Run(terminal, Codes.LibTorchMissing, arguments);
            if (exit == 0)
                TakeIn(terminal, result.GetValue(golden)!, result.GetValue(root), result.GetValue(caseSet));
            return exit;
        });
        return command;
    }

    // After the golden is there: a set never names what was not recorded.
    static void TakeIn(Terminal terminal, string golden, string? root, string? caseSet)
    {
        string? place = CaseSetPlace.OfGolden(golden, caseSet, root), other = GoldenStore.OtherOf(golden);
        if (place is null && caseSet is null)
            terminal.Error.WriteLine($"note: {golden} is taken into no set of cases, since none is above it and the " +
                $"folder beside it is everybody's; --case-set names one");
        foreach (string set in new[] { place, caseSet }.OfType<string>().Select(Path.GetFullPath).Distinct())
            CaseSet.Add(set, [golden, .. other is null ? (string[])[] : [other], .. CaseSetPlace.Beginning(set)]);
    }
}
