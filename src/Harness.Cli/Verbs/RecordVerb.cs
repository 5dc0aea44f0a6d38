using System.CommandLine;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Cli.Verbs;

/// <summary><c>harness record</c>: a golden case, by Harness.Reference, which alone may load libtorch.</summary>
static class RecordVerb
{
    public static Command Create(Terminal terminal)
    {
        var (model, weights, shapes) = (Shared.Model(), Shared.Weights(), Shared.InputShape());
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
        var command = new Command("record", "Records a golden case with PyTorch.")
        {
            model, weights, input, shapes, golden, device, seed, allowNaN, reason,
        };
        command.SetAction(result =>
        {
            // Checked here, so that a typing error is told before libtorch is loaded.
            Shared.ToShapes(result.GetValue(shapes));
            List<string> arguments = ["record", result.GetValue(model)!];
            if (result.GetValue(weights) is { } file) arguments.AddRange(["--weights", file]);
            foreach (string path in result.GetValue(input) ?? []) arguments.AddRange(["--input", path]);
            foreach (string shape in result.GetValue(shapes) ?? [])
                arguments.AddRange(["--input-shape", shape.Replace('x', ',')]);
            arguments.AddRange(["--golden", result.GetValue(golden)!, "--device", result.GetValue(device)!]);
            if (result.GetValue(seed) is { } number) arguments.AddRange(["--seed", $"{number}"]);
            if (result.GetValue(allowNaN)) arguments.Add("--allow-nan");
            if (result.GetValue(reason) is { } why) arguments.AddRange(["--reason", why]);
            return ReferenceProcess.Run(terminal, Codes.LibTorchMissing, arguments);
        });
        return command;
    }
}
