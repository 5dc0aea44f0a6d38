using System.CommandLine;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Cli.Verbs;

/// <summary><c>harness convert</c>: the Flax tree alone, and the way back.</summary>
static class ConvertVerb
{
    static readonly string[] s_stateFormats = [".safetensors", ".npz"];

    public static Command Create(Terminal terminal)
    {
        var (model, weights, key, shapes) =
            (Shared.Model(), Shared.Weights(), Shared.WeightsKey(), Shared.InputShape());
        var arguments = Shared.Arguments();
        model.Arity = ArgumentArity.ZeroOrOne;
        var output = new Option<string>("--output")
        {
            Description = "A .msgpack, .npz or .safetensors file; with --back a .safetensors or .npz.",
            Required = true,
        };
        var (api, flatten, dtype) = (ConvertedTree.Api(), ConvertedTree.Flatten(), ConvertedTree.Dtype());
        var back = new Option<string?>("--back")
        {
            Description = "A tree to turn into a PyTorch state dict, by the conversion.json beside it or by MODEL.",
        };
        var command = new Command("convert", "Writes a model's weights as Flax's variables, or those as a state dict.")
        {
            model, weights, key, arguments, shapes, output, api, flatten, dtype, back,
        };
        command.SetAction(result =>
        {
            var request = new Request(
                result.GetValue(model), Shared.Weights(result.GetValue(weights), result.GetValue(key)),
                result.GetValue(arguments) ?? [], ConvertedTree.Read(
                    result.GetValue(shapes), result.GetValue(flatten)!, result.GetValue(dtype)!, result.GetValue(api)!),
                result.GetValue(output)!);
            return result.GetValue(back) is { } tree
                ? Back(terminal, request, tree)
                : Forth(terminal, request);
        });
        return command;
    }

    sealed record Request(
        string? Model, string? Weights, string[] Arguments, TreeRequest Tree, string Output);

    static int Forth(Terminal terminal, Request request)
    {
        var format = FlaxTree.FormatOf(request.Output)
            ?? throw Program.Usage($"--output '{request.Output}': expected {string.Join(", ", FlaxTree.Endings)}");
        string model = request.Model
            ?? throw Program.Usage(
                "MODEL is missing; --back alone does without, by the conversion.json beside the tree");
        using var torch = ModelSource.Open(terminal, model, request.Weights, request.Arguments);
        var program = ConvertedTree.Program(terminal, torch, request.Tree);
        var variables = program.Variables;
        var tree = FlaxTree.Of(variables, request.Tree.Dtype, format, request.Tree.Api);
        terminal.Cancellation.ThrowIfCancellationRequested();
        ConvertedTree.Write(torch, program, tree, request.Tree, request.Output, format);
        terminal.Out.WriteLine($"{request.Output}: {variables.Leaves.Length} leaves, " +
            $"{variables.Leaves.Sum(leaf => leaf.Shape.Elements)} parameters");
        ConvertedTree.Tell(terminal, tree.Notes.Concat(ConvertedTree.Notes(program)));
        return 0;
    }

    static int Back(Terminal terminal, Request request, string path)
    {
        if (!s_stateFormats.Any(ending => request.Output.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            throw Program.Usage(
                $"--output '{request.Output}': expected {string.Join(" or ", s_stateFormats)} with --back");
        var format = FlaxTree.FormatOf(path)
            ?? throw Program.Usage($"--back '{path}': expected {string.Join(", ", FlaxTree.Endings)}");
        using var torch = request.Model is { } model
            ? ModelSource.Open(terminal, model, request.Weights, request.Arguments) : null;
        string record = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Conversion.FileName);
        if (torch is null && !File.Exists(record))
            throw Program.Usage($"no {Conversion.FileName} is beside '{path}'; name the MODEL that the tree is of");
        var conversion = torch is null ? Conversion.Read(record) : Described(terminal, torch, request);
        using var tree = FlaxTreeFile.Open(path, format);
        var restored = Located(path, () =>
            conversion.Restore(tree, note => terminal.Error.WriteLine($"note: {note}")));
        // What no inference reads is no part of a tree; the model may still have it.
        if (torch is not null)
            foreach (var dropped in conversion.Dropped) restored.Add(dropped.Key, torch.Weights[dropped.Key]);
        else
            ConvertedTree.Tell(terminal, conversion.Dropped.Select(dropped =>
                ConvertedTree.LeftOut(dropped.Key, "is in no tree")));
        terminal.Cancellation.ThrowIfCancellationRequested();
        // In the order of the model's own state dict, where that is known.
        KeyValuePair<string, Tensor>[] entries = torch is null ? [.. restored]
            : [.. torch.Weights.Keys.Select(key => KeyValuePair.Create(key, restored[key]))];
        if (NpzFile.IsNamed(request.Output)) NpzFile.Write(request.Output, entries);
        else SafetensorsFile.Write(request.Output, entries, new Dictionary<string, string> { ["format"] = "pt" });
        terminal.Out.WriteLine($"{request.Output}: {entries.Length} tensors");
        return 0;
    }

    static Conversion Described(Terminal terminal, TorchModel torch, Request request)
    {
        var variables = ConvertedTree.Program(terminal, torch, request.Tree).Variables;
        return Conversion.Of(torch, variables, FlaxTree.Of(variables));
    }

    static StateDict Located(string path, Func<StateDict> restore)
    {
        try
        {
            return restore();
        }
        catch (ModelException e) when (!Path.IsPathRooted(e.Finding.Place))
        {
            throw new ModelException(e.Finding with { Place = Path.GetFullPath(path) }, e);
        }
    }
}
