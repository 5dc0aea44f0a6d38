using System.Collections.Immutable;
using System.CommandLine;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Runners;

namespace Harness.Cli.Verbs;

/// <summary><c>harness run</c>: one inference. Files are in PyTorch's layout unless the command line says
/// otherwise.</summary>
static class RunVerb
{
    const string ChannelsLast = "nhwc";

    // PyTorch's is the default.
    static readonly string[] s_layouts = ["nchw", ChannelsLast];

    public static Command Create(Terminal terminal)
    {
        var (model, weights, key) = (Shared.Model(), Shared.Weights(), Shared.WeightsKey());
        var arguments = Shared.Arguments();
        var (threads, lanes) = (Shared.Threads(), Shared.Lanes());
        var input = new Option<string[]>("--input")
        {
            // A model may have no input; one that has some says which are not given.
            Description = InputFiles.Help,
            Arity = ArgumentArity.ZeroOrMore,
        };
        var output = new Option<string>("--output")
        {
            Description = "A .npy, or a .npz for several outputs.",
            Required = true,
        };
        var inputLayout = Shared.Choice("--input-layout", "The layout of images in the input files.", s_layouts);
        var outputLayout = Shared.Choice("--output-layout", "The layout of images in the output file.", s_layouts);
        var precision = Shared.Choice(
            "--precision", "The arithmetic, and the output's element type.", "float32", "float64");
        var device = Shared.Device();
        var (shapes, exactOrder) = (Shared.InputShape(), Shared.ExactOrder());
        var command = new Command("run", "Runs one inference.")
        {
            model, weights, key, arguments, input, inputLayout, output, outputLayout, precision, threads, lanes,
            device, shapes, exactOrder,
        };
        command.SetAction(result =>
        {
            string path = Shared.ArrayPath(result.GetValue(output)!);
            var (where, exact) = (result.GetValue(device)!, result.GetValue(exactOrder));
            Shared.CheckOrder(where, exact);
            using var torch = ModelSource.Open(terminal, result.GetValue(model)!,
                Shared.Weights(result.GetValue(weights), result.GetValue(key)), result.GetValue(arguments));
            if (torch.IsWhole) CheckOutputs(torch.Graph.Outputs, path);
            CheckPlace(path, result.GetValue(input) ?? []);
            var files = InputFiles.Read(torch.Graph, [.. result.GetValue(input) ?? []]);
            string layout = result.GetValue(inputLayout)!;
            var inputs = InTorchOrder(files, layout);
            CheckShapes(torch.Graph, inputs, Shared.ToShapes(result.GetValue(shapes)));
            var converted = Converted(torch, files, layout);
            // One output of a graph may be a list of tensors.
            CheckOutputs(converted.Outputs, path);
            var type = Shared.ToPrecision(result.GetValue(precision)!);
            var outputs = Shared.WithRunner(
                terminal, where, result.GetValue(threads), Shared.ToLanes(result.GetValue(lanes)!), exact,
                runner => Run(runner, converted, inputs, type, terminal.Cancellation));
            if (result.GetValue(outputLayout) == ChannelsLast)
                outputs = [.. outputs.Select(entry => KeyValuePair.Create(
                    entry.Key, Move(entry.Value, Permutation.ChannelsLast(entry.Value.Shape.Rank))))];
            Write(path, outputs);
            foreach (var (name, tensor) in outputs) terminal.Out.WriteLine($"{name}: {tensor}");
            return 0;
        });
        return command;
    }

    static List<KeyValuePair<string, Tensor>> Run(
        Runner runner, NhwcProgram model, List<Tensor> inputs, ElementType precision, CancellationToken cancellation)
    {
        using var session = runner.Open(model, RunMode.Fast, precision);
        for (int i = 0; i < inputs.Count; i++) session.Write(model.Inputs[i].Value, inputs[i]);
        session.Run(cancellation);
        return [.. model.Outputs.Select(port => KeyValuePair.Create(port.Name, session.Read(port.Value)))];
    }

    static List<Tensor> InTorchOrder(IEnumerable<Tensor> files, string layout) => layout == ChannelsLast
        ? [.. files.Select(tensor => Move(tensor, Permutation.ChannelsLast(tensor.Shape.Rank).Inverse()))]
        : [.. files];

    // Files in the other layout are the likeliest mistake here, and a shape that does not fit tells of it.
    static NhwcProgram Converted(TorchModel torch, IReadOnlyCollection<Tensor> files, string layout)
    {
        string other = s_layouts.Single(one => one != layout);
        try
        {
            return Apply(layout);
        }
        catch (ModelException e) when (e.Finding.Code == Codes.ShapeMismatch && Fits(other))
        {
            throw new ModelException(e.Finding with
            {
                Message = $"{e.Finding.Message}; in the other layout the files fit: --input-layout {other}",
            }, e);
        }

        NhwcProgram Apply(string read) => NhwcPass.Apply(
            torch, [.. InTorchOrder(files, read).Select(tensor => Fact.Of(tensor.Type, tensor.Shape))]);

        bool Fits(string read)
        {
            try
            {
                return files.Any(tensor => tensor.Shape.Rank > 3) && Apply(read) is not null;
            }
            catch (ModelException)
            {
                return false;
            }
        }
    }

    static void CheckShapes(Graph graph, List<Tensor> inputs, Shape[] stated)
    {
        if (stated.Length != 0 && !stated.SequenceEqual(inputs.Select(tensor => tensor.Shape)))
        {
            throw Program.Usage($"--input-shape states {string.Join(", ", stated)}, the files hold " +
                $"{string.Join(", ", inputs.Select(tensor => tensor.Shape))} for " +
                $"{string.Join(", ", graph.Inputs.Select(port => port.Name))}");
        }
    }

    // Told before anything is computed.
    static void CheckOutputs(ImmutableArray<Port> ports, string path)
    {
        if (NpzFile.IsNamed(path) || ports.Length == 1) return;
        throw Program.Usage(
            $"--output '{path}' holds one array, the model has {ports.Length} outputs " +
            $"({string.Join(", ", ports.Select(port => port.Name))}); name a .npz");
    }

    static void CheckPlace(string path, IEnumerable<string> inputs)
    {
        string full = Path.GetFullPath(path);
        // A word that names a file is that file, and name=file otherwise.
        if (inputs.FirstOrDefault(input => full == Path.GetFullPath(File.Exists(input) ? input
            : input[(input.IndexOf('=') + 1)..])) is { } same)
            throw Program.Usage($"--output '{path}' is --input {same} too, and would take its place");
    }

    static void Write(string path, List<KeyValuePair<string, Tensor>> outputs)
    {
        if (NpzFile.IsNamed(path)) NpzFile.Write(path, outputs);
        else NpyFile.Write(path, outputs[0].Value);
    }

    // Only images have two layouts; tensors of lower rank lie as PyTorch has them in both.
    static Tensor Move(Tensor tensor, Permutation permutation)
    {
        if (tensor.Shape.Rank < 4) return tensor;
        const string Letters = "abcdefghijklmnopqrstuvwxyz";
        string from = Letters[..tensor.Shape.Rank];
        return new Rearrangement(from, string.Concat(permutation.AsSpan().ToArray().Select(axis => from[axis])))
            .Apply(tensor);
    }
}
