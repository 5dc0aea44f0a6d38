using System.CommandLine;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Formats.Flax.Source;
using Harness.Parity.Export;
using Harness.Parity.Golden;
using Harness.Parity.Runners;
using Harness.Parity.Verification;

namespace Harness.Cli.Verbs;

/// <summary><c>harness export</c>: a folder that runs with Flax as it is, and proves itself there.</summary>
static class ExportVerb
{
    const string ModelName = "model.py", GoldenName = "golden.npz";

    // Seeds the inputs where no golden gives any.
    const long Seed = 0;

    public static Command Create(Terminal terminal)
    {
        var (model, weights, key, shapes) =
            (Shared.Model(), Shared.Weights(), Shared.WeightsKey(), Shared.InputShape());
        var arguments = Shared.Arguments();
        var output = new Option<string>("--output")
        {
            Description = "The folder: a new or an empty one, or one that an export wrote.",
            Required = true,
        };
        var (api, flatten, dtype) = (ConvertedTree.Api(), ConvertedTree.Flatten(), ConvertedTree.Dtype());
        var golden = new Option<string?>("--golden")
        {
            Description = "A golden of this model: check.py holds to its inputs and to PyTorch's outputs. Without it " +
                "inputs are seeded, and this program computes the outputs.",
        };
        model.Arity = ArgumentArity.ZeroOrOne;
        var threads = Shared.Threads();
        var command = new Command("export", "Writes Flax source with its parameters, and a check of both.")
        {
            model, weights, key, arguments, shapes, output, api, flatten, dtype, golden, threads,
        };
        command.SetAction(result =>
        {
            string folder = Path.GetFullPath(result.GetValue(output)!);
            CheckFolder(folder);
            var recorded = result.GetValue(golden) is { } at ? GoldenStore.Read(Shared.GoldenFolder(at)) : null;
            var own = new VerifyRequest(recorded?.Directory ?? "");
            string name = result.GetValue(model) ?? (recorded is not null ? ExportRequest.NameOf(own, recorded)
                : throw Program.Usage("MODEL is missing; --golden alone does without, by the model that it names"));
            using var torch = result.GetValue(model) is null ? ExportRequest.Open(own, recorded!)
                : ModelSource.Open(terminal, name, Shared.Weights(result.GetValue(weights), result.GetValue(key)),
                    result.GetValue(arguments));
            string[] stated = result.GetValue(shapes) ?? [];
            if (recorded is not null && stated.Length == 0) stated = Shapes(recorded);
            var request = ConvertedTree.Read(
                stated, result.GetValue(flatten)!, result.GetValue(dtype)!, result.GetValue(api)!);
            Export(terminal, torch, name, folder, request, recorded, result.GetValue(threads));
            return 0;
        });
        return command;
    }

    /// <summary>Exports a case that holds, with its golden's inputs and PyTorch's outputs.</summary>
    public static void OfCase(Terminal terminal, VerifyRequest request, int threads)
    {
        var (folder, api) = request.Export!;
        folder = Path.GetFullPath(folder);
        CheckFolder(folder);
        var golden = GoldenStore.Read(request.Golden);
        using var torch = ExportRequest.Open(request, golden);
        Export(terminal, torch, ExportRequest.NameOf(request, golden), folder, new TreeRequest(
            Shapes(golden), FlattenMode.Transpose, FlaxDtype.Auto, api), golden, threads);
    }

    static string[] Shapes(GoldenCase golden) =>
        [.. golden.Document.Inputs.Select(port => string.Join(',', port.Shape.AsSpan().ToArray()))];

    static void Export(
        Terminal terminal, TorchModel torch, string name, string folder, TreeRequest request, GoldenCase? recorded,
        int threads)
    {
        var program = ConvertedTree.Program(terminal, torch, request);
        var format = request.Api == FlaxApi.Nnx ? FlaxFormat.Safetensors : FlaxFormat.Msgpack;
        var tree = FlaxTree.Of(program.Variables, request.Dtype, format, request.Api);
        // Everything that can be refused is refused before a file is there.
        string origin = Path.GetFileName(name.Replace('\\', '/'));
        var source = new FlaxSource(
            program, request.Api, tree, torch.ModuleTypes, FlaxSource.ClassName(NameOf(name)), origin);
        var inputs = recorded is null ? Seeded(torch, program) : Recorded(recorded, program);
        Tensor[]? outputs = recorded is null ? null
            : [.. recorded.Document.Outputs.Select(recorded.Output)];
        if (outputs is not null && outputs.Length != program.Outputs.Length)
            throw Program.Usage($"--golden has {outputs.Length} outputs, the model {program.Outputs.Length}");
        using var runner = new CpuRunner(threads);
        var arrays = ExportGolden.Of(
            runner, Shipped(program, tree), source.LayerCalls, inputs, outputs, terminal.Cancellation);
        string truth = recorded is null ? "outputs that harness computed in float64, on seeded inputs"
            : $"outputs of PyTorch {recorded.Document.RecordedBy.Torch} in float64, as its golden has them";
        terminal.Cancellation.ThrowIfCancellationRequested();
        AtomicFile.MakeFolder(folder);
        string At(string file) => Path.Combine(folder, file);
        AtomicFile.WriteText(At(ModelName), source.Model);
        ConvertedTree.Write(torch, program, tree, request, At(source.ParametersName), format);
        AtomicFile.WriteText(At("load.py"), source.Load());
        AtomicFile.WriteText(At("check.py"), source.Check());
        NpzFile.Write(At(GoldenName), arrays);
        AtomicFile.WriteText(At("README.md"), source.Readme(ConvertedTree.Version, truth));
        terminal.Out.WriteLine($"{folder}: {request.Api.ToString().ToLowerInvariant()}, " +
            $"{program.Variables.Leaves.Length} leaves, {source.LayerCalls.Length} calls of layers; check it with: " +
            $"python {At("check.py")}");
        ConvertedTree.Tell(terminal, tree.Notes.Concat(ConvertedTree.Notes(program)));
    }

    // What else lies in a folder is somebody's.
    static void CheckFolder(string folder)
    {
        if (File.Exists(folder)) throw Program.Usage($"--output '{folder}' is a file, expected a folder");
        if (!Directory.Exists(folder)) return;
        if (Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Combine(folder, ModelName)))
            throw Program.Usage($"--output '{folder}' is not empty and holds no {ModelName}; name another folder");
    }

    static string NameOf(string model) =>
        Path.GetFileNameWithoutExtension(model[(model.LastIndexOf(':') + 1)..]) is { Length: > 0 } name
            ? name : "Model";

    // The program over what is written: a narrower type is what the receiver gets.
    static NhwcProgram Shipped(NhwcProgram program, FlaxTree tree) => program.With(program.Variables with
    {
        Leaves = [.. program.Variables.Leaves.Zip(tree.Arrays, (leaf, array) => array.Type == leaf.Type ? leaf
            : leaf with { Elements = () => Widened(array, leaf) })],
    });

    static BorrowedTensor Widened(FlaxArray array, Leaf leaf)
    {
        using var elements = array.Elements();
        return BorrowedTensor.Of(FlaxTypes.Convert(elements.Tensor, leaf.Type, leaf.TorchKey));
    }

    static Tensor[] Seeded(TorchModel torch, NhwcProgram program)
    {
        var values = new SeededValues(Seed);
        Shape[] shapes = [.. program.Inputs.Select(port => program.Values[port.Value].Shape)];
        var limits = InputLimits.Of(torch, shapes);
        return [.. program.Inputs.Select((port, i) => values.Next(
            program.Values[port.Value].Type, shapes[i], limits[i] ?? DefaultLimit))];
    }

    // The end of integers that are no indices; as `record` has it.
    const long DefaultLimit = 8;

    static Tensor[] Recorded(GoldenCase golden, NhwcProgram program)
    {
        if (golden.Document.Inputs.Length != program.Inputs.Length)
            throw Program.Usage($"--golden has {golden.Document.Inputs.Length} inputs, the model " +
                $"{program.Inputs.Length}");
        return [.. golden.Document.Inputs.Select(golden.Input)];
    }
}
