using System.CommandLine;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary><c>harness golden-inputs</c>: what another program must run on to be held to a golden.</summary>
static class GoldenInputsVerb
{
    public static Command Create(Terminal terminal)
    {
        var golden = Shared.Golden();
        var output = new Option<string>("--output")
        {
            Description = "A .npz for the inputs by name, or a .npy for a single one.",
            Required = true,
        };
        var layouts = Shared.Layouts();
        var command = new Command("golden-inputs", "Writes the inputs of a golden, for a program to be compared.")
        {
            golden, output, layouts,
        };
        command.SetAction(result =>
        {
            string path = Shared.ArrayPath(result.GetValue(output)!);
            var read = GoldenStore.Read(Shared.GoldenFolder(result.GetValue(golden)!));
            var layout = ArrayLayouts.Of(result.GetValue(layouts)!);
            KeyValuePair<string, Tensor>[] inputs = [.. read.Document.Inputs.Select(port =>
                KeyValuePair.Create(port.Name, layout.FromTorch(port.Name, read.Input(port))))];
            if (NpzFile.IsNamed(path)) NpzFile.Write(path, inputs);
            else if (inputs.Length == 1) NpyFile.Write(path, inputs[0].Value);
            else
                throw Program.Usage($"--output '{path}' holds one array, the golden has {inputs.Length} inputs " +
                    $"({string.Join(", ", inputs.Select(input => input.Key))}); name a .npz");
            foreach (var (name, tensor) in inputs) terminal.Out.WriteLine($"input {name}: {tensor}");
            foreach (var port in read.Document.Outputs)
                terminal.Out.WriteLine(
                    $"output {port.Name}: {port.Type.NumPyName()} {port.Shape} in PyTorch's axis order");
            return 0;
        });
        return command;
    }
}
