using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Parity.Golden;
using Harness.Reference.Recording;

namespace Harness.Reference.Commands;

/// <summary><c>record MODEL --golden DIR</c>: writes a golden case.</summary>
static class RecordCommand
{
    /// <summary>What follows the verb.</summary>
    public const string Usage = "record MODEL [--weights W] [--input [name=]x.npy]... [--input-shape 1,3,224,224]... "
        + "--golden DIR [--device cpu|cuda] [--seed N] [--allow-nan] [--reason TEXT]";

    /// <summary>Reads the words after the verb.</summary>
    /// <exception cref="ModelException">PAR9003.</exception>
    public static RecordOptions Parse(ReadOnlySpan<string> words)
    {
        var line = CommandLine.Parse("record", words,
            ["--weights", "--input", "--input-shape", "--golden", "--device", "--seed", "--reason"], ["--allow-nan"]);
        var options = new RecordOptions(
            line.Model, line.One("--weights"), line.Needed("--golden"),
            line.All("--input"), line.Shapes("--input-shape"), line.Integer("--seed"),
            line.Choice("--device", "cpu", "cuda"), line.Has("--allow-nan"),
            line.One("--reason"));
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
        var candidates = InputChoice.Candidates(options, model, earlier);
        Torch.Load();
        var device = TorchDevice.Open(options.Device, options.Model);
        var source = Models.Describe(options.Golden, options.Model, described);
        var (document, tensors) = MostTelling(candidates, options, inputs =>
            new Recorder(model, options.Model, weights is null, device).Record(source, described, inputs));
        document = document with { Tolerance = GoldenStore.ToleranceOf(options.Golden) };
        string outcome = "unchanged";
        if (!Unchanged.Holds(options.Golden, document, tensors))
        {
            outcome = File.Exists(Path.Combine(options.Golden, GoldenStore.JsonName)) ? "updated" : "recorded";
            interruption.Shield(() => GoldenStore.Write(options.Golden, document, tensors));
        }
        Console.Out.WriteLine($"{options.Golden}: {outcome} ({Summary(document)})");
        if (SquareNote(model, document) is { } square) Console.Error.WriteLine($"{options.Golden}: note: {square}");
        return 0;
    }

    // The first inputs that can tell all there is to tell; else, with a reason, those that tell most.
    static (GoldenDocument Document, IReadOnlyDictionary<string, Tensor> Tensors) MostTelling(
        IEnumerable<InputChoice> candidates, RecordOptions options,
        Func<ImmutableArray<Tensor>, (GoldenDocument Document, IReadOnlyDictionary<string, Tensor> Tensors)> record)
    {
        (GoldenDocument Document, IReadOnlyDictionary<string, Tensor> Tensors)? best = null;
        int fewest = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var (document, tensors) = record(candidate.Inputs);
            document = document with
            {
                DeclaresNonFinite = options.AllowNaN, GuessesShapes = candidate.IsGuessed,
            };
            if (candidate.Generator is { } generator)
            {
                document = document with
                {
                    Inputs = document.Inputs.SetItem(0, document.Inputs[0] with { Generator = generator }),
                };
            }
            int faults = Vacuity.Of(document, tensors).Length;
            if (faults >= fewest) continue;
            (best, fewest) = ((document, tensors), faults);
            if (faults == 0) break;
        }
        var (chosen, held) = best!.Value;
        if (fewest > 0 && string.IsNullOrWhiteSpace(options.Reason))
        {
            throw new ModelException(Vacuity.Finding(chosen, held, options.Model,
                "nothing is recorded; give inputs that can tell (--input, --input-shape, --seed), or say why it is "
                + "right: --reason \"…\"")!);
        }
        if (fewest > 0)
            chosen = chosen with { Sensitivity = chosen.Sensitivity with { Reason = options.Reason } };
        return (chosen, held);
    }

    // Whoever states a shape may have to; whoever need not should know what it hides.
    static string? SquareNote(TorchModel model, GoldenDocument document)
    {
        if (InputShapes.Oblong(model, [.. document.Inputs.Select(port => port.Shape)]) is not { } oblong) return null;
        string shapes = string.Join(" ", oblong.Select(shape => $"--input-shape {string.Join(',', shape)}"));
        return $"a square plane hides an exchange of height and width, and this model takes others: {shapes}";
    }

    static string Summary(GoldenDocument document)
    {
        string guessed = document.GuessesShapes
            ? $", {InputShapes.GuessOf(document.Inputs.Select(port => (port.Name, port.Shape)))} (state them with "
            + "--input-shape)" : "";
        long blind = document.Sensitivity.Blind.Sum(weight => weight.Elements);
        string unseen = blind > 0 ? $", {blind} elements of {document.Sensitivity.Blind.Length} weights unseen" : "";
        string casts = document.CastsLifted > 0 ? $", casts lifted: {document.CastsLifted}" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{document.Outputs.Length} outputs, {document.Probes.Length} probes, "
            + $"float32 noise {document.Float32Noise.Overall:0.0e+0}, {document.RecordedBy.Device}"
            + $"{casts}{unseen}{guessed}");
    }
}
