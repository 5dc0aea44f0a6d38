using System.CommandLine;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Formats.Flax.Source;

namespace Harness.Cli.Verbs;

/// <summary><c>harness export</c>: a folder that runs with Flax and proves itself there.</summary>
static class ExportVerb
{
    public static Command Create(Terminal terminal)
    {
        var (model, weights, key, shapes) =
            (Shared.Model(), Shared.Weights(), Shared.WeightsKey(), Shared.InputShape());
        var arguments = Shared.Arguments();
        var output = new Option<string>("--output") { Description = "The folder.", Required = true };
        var api = Shared.Choice("--api", "Flax's library.", "linen", "nnx");
        var command = new Command("export", "Writes Flax source, its parameters and a check of both.")
        {
            model, weights, key, arguments, shapes, output, api,
        };
        command.SetAction(result =>
        {
            string name = result.GetValue(model)!;
            using var torch = ModelSource.Open(terminal, name,
                Shared.Weights(result.GetValue(weights), result.GetValue(key)), result.GetValue(arguments) ?? []);
            var program = NhwcPass.Apply(torch, ModelSource.Shapes(torch, result.GetValue(shapes) ?? []));
            string text = FlaxSource.Write(
                program, Enum.Parse<FlaxApi>(result.GetValue(api)!, ignoreCase: true),
                FlaxSource.ClassName(Path.GetFileNameWithoutExtension(name.Replace(':', '/'))), name);
            Directory.CreateDirectory(result.GetValue(output)!);
            File.WriteAllText(Path.Combine(result.GetValue(output)!, "model.py"), text);
            return 0;
        });
        return command;
    }
}
