using System.CommandLine;
using System.Reflection;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Cli.Verbs;

/// <summary>How a tree is wanted.</summary>
/// <param name="Shapes">Stated shapes of inputs.</param>
/// <param name="Flatten">What becomes of a flatten.</param>
/// <param name="Dtype">The type of floats.</param>
/// <param name="Api">Whose names.</param>
sealed record TreeRequest(string[] Shapes, FlattenMode Flatten, FlaxDtype Dtype, FlaxApi Api);

/// <summary>A model's Flax tree, as <c>convert</c> and <c>export</c> write it.</summary>
static class ConvertedTree
{
    /// <summary>The version of this program.</summary>
    public static string Version { get; } = typeof(ConvertedTree).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static Option<string> Api() => Shared.Choice(
        "--api", "Flax's library: linen's names begin with the collection, nnx's are the attributes.", "linen", "nnx");

    public static Option<string> Flatten() => Shared.Choice(
        "--flatten", "Transposes before a flatten, or folds that into the kernel after it.", "transpose", "fold");

    public static Option<string> Dtype() => Shared.Choice(
        "--dtype", "The type of floats: the model's own, 64 bits narrowed where no bit is lost; or one for all.",
        "auto", "float16", "bfloat16", "float32", "float64");

    /// <summary>What the command line says of the tree.</summary>
    public static TreeRequest Read(string[]? shapes, string flatten, string dtype, string api) => new(
        shapes ?? [], Enum.Parse<FlattenMode>(flatten, ignoreCase: true),
        Enum.Parse<FlaxDtype>(dtype, ignoreCase: true), Enum.Parse<FlaxApi>(api, ignoreCase: true));

    /// <summary>Writes the tree, and how it came to be beside it.</summary>
    public static void Write(
        TorchModel torch, NhwcProgram program, FlaxTree tree, TreeRequest request, string path, FlaxFormat format)
    {
        string weights = Sha256Hash.Of(torch.Weights), mode = request.Flatten.ToString().ToLowerInvariant();
        string api = request.Api.ToString().ToLowerInvariant();
        tree.Write(path, format, new Dictionary<string, string>
        {
            ["format"] = "flax", ["layout"] = "channels-last", ["api"] = api, ["flatten"] = mode,
            ["weights"] = weights, ["harness"] = Version,
        });
        var conversion = Conversion.Of(torch, program.Variables, tree) with
        {
            Computed = ComputedWeight.Of(program),
            Facts =
            [
                new("tree", Path.GetFileName(path)), new("layout", "channels-last"), new("api", api),
                new("flatten", mode), new("weights", weights), new("harness", Version),
            ],
        };
        AtomicFile.WriteText(
            Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Conversion.FileName), conversion.ToJson());
    }

    /// <summary>The model in Flax's layout; says what a user should know of it.</summary>
    /// <exception cref="ModelException">It cannot be converted as asked.</exception>
    public static NhwcProgram Program(Terminal terminal, TorchModel torch, TreeRequest request)
    {
        var inputs = ModelSource.Shapes(torch, request.Shapes);
        var program = NhwcPass.Apply(torch, inputs, request.Flatten);
        if (request.Shapes.Length == 0) CheckPlane(terminal, torch, inputs, program.Variables);
        if (request.Flatten == FlattenMode.Fold) CheckFolds(terminal, program);
        return program;
    }

    /// <summary>Writes notes. Networks repeat themselves: of a kind, one line tells as much as hundreds.</summary>
    public static void Tell(Terminal terminal, IEnumerable<FlaxNote> notes)
    {
        foreach (var kind in notes.GroupBy(note => note.Kind))
        {
            var (told, count) = (kind.MaxBy(note => note.Weight)!, kind.Count());
            terminal.Error.WriteLine($"note: {told.Text}{(count > 1 ? $"; and {count - 1} more of this kind" : "")}");
        }
    }

    /// <summary>A note of a key without a leaf; of a kind is what has one name in its module.</summary>
    public static FlaxNote LeftOut(string key, string why) =>
        new($"left out: {key[(key.LastIndexOf('.') + 1)..]}", $"'{key}' {why} and left out");

    /// <summary>What whoever receives the tree should know of its names.</summary>
    public static IEnumerable<FlaxNote> Notes(NhwcProgram program)
    {
        foreach (var weight in ComputedWeight.Of(program))
        {
            yield return new FlaxNote("computed", $"the {weight.Rule.Leaf} of '{weight.Layer}' is computed from '{
                string.Join("' and '", weight.Keys)}': {Conversion.FileName} has the formula");
        }
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
            throw Cli.Program.Usage($"--flatten fold folds nothing: {string.Join(", ", kept)} cannot be folded; " +
                "only an image, a sequence or a volume on its way into linear layers can; use --flatten transpose");
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
            throw Cli.Program.Usage(
                $"--flatten fold depends on the input's {(inputs.Any(shape => shape.Rank == 5) ? "depth, " : "")}" +
                $"height and width, which the file does not state; {shapes} " +
                $"would fit: state it with --input-shape");
        terminal.Error.WriteLine(
            $"note: the file states no input shape; folded for {shapes}; --input-shape states another");
    }
}
