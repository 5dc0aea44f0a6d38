using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Reference.Recording;

namespace Harness.Reference.Commands;

/// <summary><c>record MODEL --golden DIR</c>: writes a golden case.</summary>
static class RecordCommand
{
    /// <summary>What follows the verb.</summary>
    public const string Usage = "record MODEL [--weights W] [--input [name=]x.npy]... [--input-shape 1,3,224,224]... "
        + "--golden DIR [--device cpu|cuda] [--seed N] [--allow-nan]";

    /// <summary>Reads the words after the verb.</summary>
    /// <exception cref="ModelException">PAR9003.</exception>
    public static RecordOptions Parse(ReadOnlySpan<string> words)
    {
        var line = CommandLine.Parse("record", words,
            ["--weights", "--input", "--input-shape", "--golden", "--device", "--seed"], ["--allow-nan"]);
        var options = new RecordOptions(
            line.Model, line.One("--weights"), line.Needed("--golden"),
            line.All("--input"), line.Shapes("--input-shape"), line.Integer("--seed"),
            line.Choice("--device", "cpu", "cuda"), line.Has("--allow-nan"));
        return options.Inputs.IsEmpty || options.InputShapes.IsEmpty
            ? options
            : throw line.Bad("--input and --input-shape exclude each other: a file has its shape");
    }

    /// <summary>Records, and says in one line what was done.</summary>
    /// <exception cref="ModelException">Whatever hinders it; nothing is written then.</exception>
    public static int Run(RecordOptions options, Interruption interruption)
    {
        var earlier = Earlier.Of(options.Golden);
        string? weights = options.Weights ?? earlier?.Weights;
        using var model = Models.Open(options.Model, weights);
        if (!options.AllowNaN) FiniteWeights.Demand(model, options.Model);
        var described = Models.Describe(options.Golden, weights, model);
        var (inputs, generator) = Inputs(options, model, earlier);
        Torch.Load();
        var device = TorchDevice.Open(options.Device, options.Model);
        var (document, tensors) = new Recorder(model, options.Model, weights is null, device).Record(
            Models.Describe(options.Golden, options.Model, described), described, inputs);
        document = document with { Tolerance = GoldenStore.ToleranceOf(options.Golden) };
        if (generator is not null)
            document = document with { Inputs = document.Inputs.SetItem(0,
                document.Inputs[0] with { Generator = generator }) };
        string outcome = "unchanged";
        if (!Unchanged.Holds(options.Golden, document, tensors))
        {
            outcome = File.Exists(Path.Combine(options.Golden, GoldenStore.JsonName)) ? "updated" : "recorded";
            interruption.Shield(() => GoldenStore.Write(options.Golden, document, tensors));
        }
        Console.Out.WriteLine($"{options.Golden}: {outcome} ({Summary(document)})");
        return 0;
    }

    // An architecture's image is made again from its seed; a model file's inputs are stored beside it.
    static (ImmutableArray<Tensor> Inputs, GoldenGenerator? Generator) Inputs(
        RecordOptions options, TorchModel model, Earlier? earlier)
    {
        if (!options.Inputs.IsEmpty)
            return (InputChoice.Rounded(InputFiles.Read(model.Graph, options.Inputs)), null);
        if (options is { InputShapes.IsEmpty: true, Seed: null } && earlier?.InputsFor(model) is { } kept)
            return (kept, earlier.Generator);
        var seeded = InputChoice.Seeded(model, options.Model, options.InputShapes, options.Seed ?? 0);
        return (seeded, model.IsArchitecture ? new GoldenGenerator(options.Seed ?? 0) : null);
    }

    static string Summary(GoldenDocument document)
    {
        string casts = document.CastsLifted > 0 ? $", casts lifted: {document.CastsLifted}" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{document.Outputs.Length} outputs, {document.Probes.Length} probes, "
            + $"float32 noise {document.Float32Noise.Overall:0.0e+0}, {document.RecordedBy.Device}{casts}");
    }
}
