using System.CommandLine;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Cli.Verbs;

/// <summary><c>harness convert</c>: the Flax tree alone.</summary>
static class ConvertVerb
{
    static readonly (string Ending, Action<string, Variables> Write)[] s_formats =
    [
        (".msgpack", (path, variables) => FlaxMsgpack.Write(path, variables.Leaves.Select(
            leaf => (leaf.Path.Insert(0, leaf.Collection), FlaxTypes.Convert(leaf.Materialize(), FlaxTypes.Choose(leaf.Source, FlaxDtype.Auto), leaf.TorchKey))))),
        (".npz", (path, variables) => NpzFile.Write(path, variables.Leaves.Select(
            leaf => KeyValuePair.Create(leaf.FullPath, FlaxTypes.Convert(leaf.Materialize(), FlaxTypes.Choose(leaf.Source, FlaxDtype.Auto), leaf.TorchKey))))),
        (".safetensors", (path, variables) => SafetensorsFile.Write(path, Dotted(variables), s_flax)),
    ];

    static readonly Dictionary<string, string> s_flax = new() { ["format"] = "flax" };

    // Hugging Face's rule: the collection is part of the name only where there is more than params.
    static IEnumerable<KeyValuePair<string, Tensor>> Dotted(Variables variables)
    {
        bool paramsOnly = variables.Leaves.All(leaf => leaf.Collection == "params");
        return variables.Leaves.Select(leaf => KeyValuePair.Create(
            string.Join('.', paramsOnly ? leaf.Path : leaf.Path.Insert(0, leaf.Collection)),
                FlaxTypes.Convert(leaf.Materialize(), FlaxTypes.Choose(leaf.Source, FlaxDtype.Auto), leaf.TorchKey)));
    }

    public static Command Create(Terminal terminal)
    {
        var (model, weights, shapes) = (Shared.Model(), Shared.Weights(), Shared.InputShape());
        var output = new Option<string>("--output")
        {
            Description = "A .msgpack, .npz or .safetensors file.",
            Required = true,
        };
        var flatten = Shared.Choice(
            "--flatten", "Transposes before a flatten, or folds that into the kernel after it.", "transpose", "fold");
        var command = new Command("convert", "Writes a model's weights as Flax's variables.")
        {
            model, weights, shapes, output, flatten,
        };
        command.SetAction(result =>
        {
            string path = result.GetValue(output)!;
            var format = s_formats.FirstOrDefault(f => path.EndsWith(f.Ending, StringComparison.OrdinalIgnoreCase));
            if (format.Write is null)
                throw Program.Usage(
                    $"--output '{path}': expected {string.Join(", ", s_formats.Select(f => f.Ending))}");
            using var torch = ModelSource.Open(terminal, result.GetValue(model)!, result.GetValue(weights));
            var mode = Enum.Parse<FlattenMode>(result.GetValue(flatten)!, ignoreCase: true);
            string[] stated = result.GetValue(shapes) ?? [];
            var inputs = ModelSource.Shapes(torch, stated);
            var variables = NhwcPass.Apply(torch, inputs, mode).Variables;
            if (stated.Length == 0) CheckPlane(terminal, torch, inputs, variables);
            terminal.Cancellation.ThrowIfCancellationRequested();
            format.Write(path, variables);
            terminal.Out.WriteLine(
                $"{path}: {variables.Leaves.Length} leaves, " +
                $"{variables.Leaves.Sum(leaf => leaf.Shape.Elements)} parameters");
            foreach (string key in variables.Dropped)
                terminal.Error.WriteLine($"note: '{key}' is not needed for inference and left out");
            return 0;
        });
        return command;
    }

    // A folded kernel depends on the plane that is flattened, and a trace does not state it: a square one is the common
    // case and is said aloud; an oblong one has a twin of the same size, so it must be stated.
    static void CheckPlane(Terminal terminal, TorchModel model, Shape[] inputs, Variables variables)
    {
        if (model.Graph.Inputs.All(port => port.Shape is not null)) return;
        if (!variables.Leaves.Any(leaf => leaf.Rearrangement.Sizes.ContainsKey('h'))) return;
        string shapes = string.Join(", ", inputs);
        if (inputs.Any(shape => shape.Rank == 4 && shape[2] != shape[3]))
            throw Program.Usage(
                $"--flatten fold depends on the input's height and width, which the file does not state; {shapes} " +
                $"would fit: state it with --input-shape");
        terminal.Error.WriteLine(
            $"note: the file states no input shape; folded for {shapes}; --input-shape states another");
    }
}
