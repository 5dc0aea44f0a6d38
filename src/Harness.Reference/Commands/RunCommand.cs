using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Reference.Recording;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using Stored = Harness.Executor.Model.Tensor;

namespace Harness.Reference.Commands;

/// <summary>What to run.</summary>
/// <param name="Model">The model file.</param>
/// <param name="Weights">The weights' file, or <c>seed:N</c>; null where the model file holds them.</param>
/// <param name="Inputs">Input files, in the order of the graph's inputs.</param>
/// <param name="Output">The file to write: <c>.npy</c> for one output, <c>.npz</c> for any number.</param>
/// <param name="InputIsNhwc">True where input files of rank 4 and more have channels last.</param>
/// <param name="OutputIsNhwc">True where outputs of rank 4 and more shall have channels last.</param>
/// <param name="Precision"><c>float32</c> or <c>float64</c>.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Threads">Threads on the CPU; 0 for libtorch's own choice.</param>
sealed record RunOptions(
    string Model,
    string? Weights,
    ImmutableArray<string> Inputs,
    string Output,
    bool InputIsNhwc,
    bool OutputIsNhwc,
    string Precision,
    string Device,
    int Threads);

/// <summary><c>run MODEL --input x.npy --output y.npy</c>: one inference over libtorch, on CPU or CUDA.</summary>
static class RunCommand
{
    /// <summary>What follows the verb.</summary>
    public const string Usage = "run MODEL [--weights W] --input x.npy... --output y.npy|y.npz "
        + "[--input-layout nchw|nhwc] [--output-layout nchw|nhwc] [--precision float32|float64] "
        + "[--device cpu|cuda] [--threads N]";

    /// <summary>Reads the words after the verb.</summary>
    /// <exception cref="ModelException">PAR9003.</exception>
    public static RunOptions Parse(ReadOnlySpan<string> words)
    {
        var line = CommandLine.Parse("run", words,
            [
                "--weights", "--input", "--output", "--input-layout", "--output-layout", "--precision", "--device",
                // The last two belong to `harness run` and mean nothing here: files have shapes, libtorch its widths.
                "--threads", "--lanes", "--input-shape",
            ], []);
        long threads = line.Integer("--threads") ?? 0;
        if (threads is < 0 or > 1024) throw line.Bad($"--threads {threads} is not between 0 and 1024");
        return new RunOptions(
            line.Model, line.One("--weights"), line.All("--input"),
            line.Needed("--output"),
            line.Choice("--input-layout", "nchw", "nhwc") == "nhwc",
            line.Choice("--output-layout", "nchw", "nhwc") == "nhwc",
            line.Choice("--precision", "float32", "float64"), line.Choice("--device", "cpu", "cuda"),
            (int)threads);
    }

    /// <summary>Runs, and writes the outputs.</summary>
    /// <exception cref="ModelException">Whatever hinders it; nothing is written then.</exception>
    public static int Run(RunOptions options, Interruption interruption)
    {
        using var model = Models.Open(options.Model, options.Weights);
        var inputs = InputChoice.Read(model, options.Model, options.Inputs);
        Torch.Load();
        var device = TorchDevice.Open(options.Device, options.Model);
        if (options.Threads > 0) set_num_threads(options.Threads);
        var type = options.Precision == "float64" ? ScalarType.Float64 : ScalarType.Float32;
        using var scope = NewDisposeScope();
        var fed = inputs.Select(input => Fed(TorchTensors.Widen(input, type, device), options.InputIsNhwc)).ToList();
        var outputs = new GraphWalk(model.Graph, model.Weights, options.Model, type, device).Run(fed)
            .Select(output => KeyValuePair.Create(output.Name, Wanted(output.Tensor, options.OutputIsNhwc)))
            .ToList();
        interruption.Shield(() => Write(options, outputs));
        foreach (var (name, tensor) in outputs) Console.Out.WriteLine($"{name}: {tensor}");
        return 0;
    }

    static void Write(RunOptions options, List<KeyValuePair<string, Stored>> outputs)
    {
        if (options.Output.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)) NpzFile.Write(options.Output, outputs);
        else if (outputs is [var only]) NpyFile.Write(options.Output, only.Value);
        else
        {
            string names = string.Join(", ", outputs.Select(output => output.Key));
            throw new ModelException(new Finding(Codes.BadUsage, options.Output,
                $"the model has {outputs.Count} outputs ({names}); give a .npz file"));
        }
    }

    // Channels last in the file becomes PyTorch's order here, and back at the end.
    static TorchSharp.torch.Tensor Fed(TorchSharp.torch.Tensor tensor, bool isNhwc) =>
        isNhwc && tensor.ndim > 3 ? tensor.movedim([-1], [1]).contiguous() : tensor;

    static Stored Wanted(TorchSharp.torch.Tensor tensor, bool isNhwc)
    {
        using (tensor) return TorchTensors.Store(isNhwc && tensor.ndim > 3 ? tensor.movedim([1], [-1]) : tensor);
    }
}
