using System.CommandLine;
using Harness.Executor.Layout;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Cli.Verbs;

/// <summary><c>harness convert</c>: the Flax tree alone.</summary>
static class ConvertVerb
{
    static readonly (string Ending, Action<string, Variables> Write)[] s_formats =
    [
        (".msgpack", (path, variables) => FlaxMsgpack.Write(path, variables.Leaves.Select(leaf => (leaf.Path.Insert(0, leaf.Collection), leaf.Tensor)))),
        (".npz", (path, variables) => NpzFile.Write(path, Named(variables))),
        (".safetensors", (path, variables) => SafetensorsFile.Write(path, Named(variables))),
    ];

    public static Command Create(Terminal terminal)
    {
        var (model, weights, shapes) = (Shared.Model(), Shared.Weights(), Shared.InputShape());
        var output = new Option<string>("--output") { Description = "A .msgpack, .npz or .safetensors file.", Required = true };
        var flatten = Shared.Choice("--flatten", "Transposes before a flatten, or folds that into the kernel after it.", "transpose", "fold");
        var command = new Command("convert", "Writes a model's weights as Flax's variables.") { model, weights, shapes, output, flatten };
        command.SetAction(result =>
        {
            string path = result.GetValue(output)!;
            var format = s_formats.FirstOrDefault(f => path.EndsWith(f.Ending, StringComparison.OrdinalIgnoreCase));
            if (format.Write is null)
                throw Program.Usage($"--output '{path}': expected {string.Join(", ", s_formats.Select(f => f.Ending))}");
            using var torch = ModelSource.Open(terminal, result.GetValue(model)!, result.GetValue(weights));
            var mode = Enum.Parse<FlattenMode>(result.GetValue(flatten)!, ignoreCase: true);
            var variables = NhwcPass.Apply(torch, ModelSource.Shapes(torch, result.GetValue(shapes)), mode).Variables;
            terminal.Cancellation.ThrowIfCancellationRequested();
            format.Write(path, variables);
            terminal.Out.WriteLine($"{path}: {variables.Leaves.Length} leaves, {variables.Leaves.Sum(leaf => leaf.Tensor.Shape.Elements)} parameters");
            foreach (string key in variables.Dropped) terminal.Error.WriteLine($"note: '{key}' is not needed for inference and left out");
            return 0;
        });
        return command;
    }

    static IEnumerable<KeyValuePair<string, Tensor>> Named(Variables variables) =>
        variables.Leaves.Select(leaf => KeyValuePair.Create(leaf.FullPath, leaf.Tensor));
}
