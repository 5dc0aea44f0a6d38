using System.CommandLine;
using System.Reflection;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Golden;

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
        var flatten = Shared.Choice(
            "--flatten", "Transposes before a flatten, or folds that into the kernel after it.", "transpose", "fold");
        var dtype = Shared.Choice(
            "--dtype", "The type of floats: the model's own, 64 bits narrowed where no bit is lost; or one for all.",
            "auto", "float16", "bfloat16", "float32", "float64");
        var back = new Option<string?>("--back")
        {
            Description = "A tree to turn into a PyTorch state dict, by the conversion.json beside it or by MODEL.",
        };
        var command = new Command("convert", "Writes a model's weights as Flax's variables, or those as a state dict.")
        {
            model, weights, key, arguments, shapes, output, flatten, dtype, back,
        };
        command.SetAction(result =>
        {
            var request = new Request(
                result.GetValue(model), Shared.Weights(result.GetValue(weights), result.GetValue(key)),
                result.GetValue(shapes) ?? [], result.GetValue(arguments) ?? [],
                Enum.Parse<FlattenMode>(result.GetValue(flatten)!, ignoreCase: true), result.GetValue(output)!);
            return result.GetValue(back) is { } tree
                ? Back(terminal, request, tree)
                : Forth(terminal, request, Enum.Parse<FlaxDtype>(result.GetValue(dtype)!, ignoreCase: true));
        });
        return command;
    }

    sealed record Request(
        string? Model, string? Weights, string[] Shapes, string[] Arguments, FlattenMode Flatten, string Output);

    static int Forth(Terminal terminal, Request request, FlaxDtype dtype)
    {
        var format = FlaxTree.FormatOf(request.Output)
            ?? throw Program.Usage($"--output '{request.Output}': expected {string.Join(", ", FlaxTree.Endings)}");
        string model = request.Model
            ?? throw Program.Usage(
                "MODEL is missing; --back alone does without, by the conversion.json beside the tree");
        using var torch = ModelSource.Open(terminal, model, request.Weights, request.Arguments);
        var program = Converted(terminal, torch, request);
        var variables = program.Variables;
        var tree = FlaxTree.Of(variables, dtype, format);
        terminal.Cancellation.ThrowIfCancellationRequested();
        string weights = Sha256Hash.Of(torch.Weights), mode = request.Flatten.ToString().ToLowerInvariant();
        string version = typeof(ConvertVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;
        tree.Write(request.Output, format, new Dictionary<string, string>
        {
            ["format"] = "flax", ["layout"] = "channels-last", ["flatten"] = mode, ["weights"] = weights,
            ["harness"] = version,
        });
        var computed = ComputedWeight.Of(program);
        var conversion = Conversion.Of(torch, variables, tree) with
        {
            Computed = computed,
            Facts =
            [
                new("tree", Path.GetFileName(request.Output)), new("layout", "channels-last"), new("flatten", mode),
                new("weights", weights), new("harness", version),
            ],
        };
        AtomicFile.WriteText(
            Path.Combine(Path.GetDirectoryName(Path.GetFullPath(request.Output))!, Conversion.FileName),
            conversion.ToJson());
        terminal.Out.WriteLine($"{request.Output}: {variables.Leaves.Length} leaves, " +
            $"{variables.Leaves.Sum(leaf => leaf.Shape.Elements)} parameters");
        Write(terminal, tree.Notes.Concat(Notes(program)).Concat(computed.Select(weight => new FlaxNote(
            "computed", $"the {weight.Rule.Leaf} of '{weight.Layer}' is computed from '{
                string.Join("' and '", weight.Keys)}': {Conversion.FileName} has the formula"))));
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
            Write(terminal, conversion.Dropped.Select(dropped => LeftOut(dropped.Key, "is in no tree")));
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
        var variables = Converted(terminal, torch, request).Variables;
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

    static NhwcProgram Converted(Terminal terminal, TorchModel torch, Request request)
    {
        var inputs = ModelSource.Shapes(torch, request.Shapes);
        var program = NhwcPass.Apply(torch, inputs, request.Flatten);
        if (request.Shapes.Length == 0) CheckPlane(terminal, torch, inputs, program.Variables);
        if (request.Flatten == FlattenMode.Fold) CheckFolds(terminal, program);
        return program;
    }

    // Networks repeat themselves: of a kind, one line tells as much as hundreds.
    static void Write(Terminal terminal, IEnumerable<FlaxNote> notes)
    {
        foreach (var kind in notes.GroupBy(note => note.Kind))
        {
            var (told, count) = (kind.MaxBy(note => note.Weight)!, kind.Count());
            terminal.Error.WriteLine($"note: {told.Text}{(count > 1 ? $"; and {count - 1} more of this kind" : "")}");
        }
    }

    // Of a kind is what has one name in its module.
    static FlaxNote LeftOut(string key, string why) =>
        new($"left out: {key[(key.LastIndexOf('.') + 1)..]}", $"'{key}' {why} and left out");

    static IEnumerable<FlaxNote> Notes(NhwcProgram program)
    {
        foreach (var leaf in program.Variables.Leaves)
        {
            string[] parts = leaf.TorchKey.Split('.');
            if (!leaf.Path[..^1].SequenceEqual(parts[..^1]) || leaf.Path[^1].Contains('_') && parts[^1].Contains('/'))
                yield return new FlaxNote(
                    "renamed", $"'{leaf.TorchKey}' is written as {leaf.FullPath}: Flax has no such names");
            if (!leaf.Aliases.IsEmpty)
                yield return new FlaxNote("alias", $"{leaf.FullPath} is '{leaf.TorchKey}' and " +
                    $"'{string.Join("', '", leaf.Aliases)}': one tensor");
        }
        foreach (string key in program.Variables.Dropped)
            yield return LeftOut(key, "is not needed for inference");
    }

    // A tree that is read as folded and is not computes something else without a word.
    static void CheckFolds(Terminal terminal, NhwcProgram program)
    {
        var kept = KeptFlatten.Of(program);
        bool folds = program.Nodes.Any(node => node.Op is FoldedFlatten);
        if (!folds && !kept.IsEmpty)
        {
            throw Program.Usage($"--flatten fold folds nothing: {string.Join(", ", kept)} cannot be folded; only an " +
                "image, a sequence or a volume on its way into linear layers can; use --flatten transpose");
        }
        foreach (var one in kept) terminal.Error.WriteLine($"note: {one} is not folded: transpose there");
        if (!folds) terminal.Error.WriteLine("note: --flatten fold changes nothing: nothing is flattened");
    }

    // A folded kernel depends on the plane that is flattened, and a trace does not state it: a square one is the common
    // case and is said aloud; an oblong one has a twin of the same size, so it must be stated.
    static void CheckPlane(Terminal terminal, TorchModel model, Shape[] inputs, Variables variables)
    {
        if (InputShapes.AreStatedBy(model)) return;
        if (!variables.Leaves.Any(leaf => leaf.Rearrangement.Sizes.ContainsKey('w'))) return;
        string shapes = string.Join(", ", inputs);
        if (inputs.Any(shape => shape.Rank is 4 or 5 && shape.AsSpan()[2..].ContainsAnyExcept(shape[2])))
            throw Program.Usage(
                $"--flatten fold depends on the input's {(inputs.Any(shape => shape.Rank == 5) ? "depth, " : "")}" +
                $"height and width, which the file does not state; {shapes} " +
                $"would fit: state it with --input-shape");
        terminal.Error.WriteLine(
            $"note: the file states no input shape; folded for {shapes}; --input-shape states another");
    }
}
