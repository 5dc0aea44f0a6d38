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
        var described = Models.Describe(options.Golden, weights, model);
        if (!options.AllowNaN && earlier?.Permits(described) != true) FiniteWeights.Demand(model, options.Model);
        var candidates = InputChoice.Candidates(options, model, earlier);
        Torch.Load();
        var device = TorchDevice.Open(options.Device, options.Model);
        var source = Models.Describe(options.Golden, options.Model, described);
        var (document, tensors, shapes) = MostTelling(candidates, options, earlier, inputs =>
            new Recorder(model, options.Model, weights is null, device).Record(source, described, inputs));
        document = document with { Tolerance = GoldenStore.ToleranceOf(options.Golden) };
        string outcome = "unchanged";
        if (!Unchanged.Holds(options.Golden, document, tensors))
        {
            outcome = File.Exists(Path.Combine(options.Golden, GoldenStore.JsonName)) ? "updated" : "recorded";
            interruption.Shield(() => GoldenStore.Write(options.Golden, document, tensors));
        }
        Console.Out.WriteLine($"{options.Golden}: {outcome} ({Summary(document, shapes)})");
        if (SquareNote(model, document) is { } square) Console.Error.WriteLine($"{options.Golden}: note: {square}");
        return 0;
    }

    // The first inputs that can tell all there is to tell; else, with a reason, those that tell most.
    static (GoldenDocument Document, IReadOnlyDictionary<string, Tensor> Tensors, ShapeOrigin Shapes) MostTelling(
        IEnumerable<InputChoice> candidates, RecordOptions options, Earlier? earlier,
        Func<ImmutableArray<Tensor>, (GoldenDocument Document, IReadOnlyDictionary<string, Tensor> Tensors)> record)
    {
        // The same words again are given for what they were given for; other words for whatever there is.
        bool isNew = !string.IsNullOrWhiteSpace(options.Reason) && options.Reason != earlier?.Reason;
        (GoldenDocument Document, IReadOnlyDictionary<string, Tensor> Tensors, ShapeOrigin Shapes)? best = null;
        int fewest = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var (document, tensors) = record(candidate.Inputs);
            document = document with
            {
                DeclaresNonFinite = options.AllowNaN || earlier?.Permits(document) == true,
                GuessesShapes = candidate.Shapes == ShapeOrigin.Guessed,
            };
            if (candidate.Generator is { } generator)
            {
                document = document with
                {
                    Inputs = document.Inputs.SetItem(0, document.Inputs[0] with { Generator = generator }),
                };
            }
            if (!isNew && earlier is not null)
                document = document with { Sensitivity = earlier.WithReason(document, tensors) };
            int faults = Vacuity.Of(document, tensors).Length;
            if (faults >= fewest) continue;
            (best, fewest) = ((document, tensors, candidate.Shapes), faults);
            if (faults == 0) break;
        }
        var (chosen, held, shapes) = best!.Value;
        if (fewest == 0) return best.Value;
        if (isNew)
        {
            chosen = chosen with
            {
                Sensitivity = chosen.Sensitivity with
                {
                    Reason = options.Reason,
                    Covers = [.. Vacuity.Faults(chosen, held).Where(fault => fault.CanBeRight)
                        .Select(fault => fault.Key)],
                },
            };
        }
        return Vacuity.Finding(chosen, held, options.Model, Cure(isNew, earlier)) is { } finding
            ? throw new ModelException(finding) : (chosen, held, shapes);
    }

    static string Cure(bool isNew, Earlier? earlier) => "nothing is recorded; "
        + (isNew ? "no reason makes numbers of them: where they are right, permit them with --allow-nan"
            : "give inputs that can tell (--input, --input-shape, --seed), or say why it is right: --reason \"…\""
                + (earlier?.Reason is { } given ? $", in other words than \"{given}\", which was said of less" : ""));

    // Whoever states a shape may have to; whoever need not should know what it hides.
    static string? SquareNote(TorchModel model, GoldenDocument document)
    {
        if (InputShapes.Oblong(model, [.. document.Inputs.Select(port => port.Shape)]) is not { } oblong) return null;
        string shapes = string.Join(" ", oblong.Select(shape => $"--input-shape {string.Join(',', shape)}"));
        return $"a square plane hides an exchange of height and width, and this model takes others: {shapes}";
    }

    static string Summary(GoldenDocument document, ShapeOrigin origin)
    {
        string shapes = string.Join("; ", document.Inputs.Select(port => $"{port.Name} {port.Shape}"));
        string from = origin switch
        {
            ShapeOrigin.Files => "of the files",
            ShapeOrigin.Stated => "as stated",
            ShapeOrigin.Model => "of the model",
            ShapeOrigin.Earlier => "of the earlier golden",
            _ => "guessed",
        };
        string cure = origin == ShapeOrigin.Guessed ? " (state them with --input-shape)" : "";
        long blind = document.Sensitivity.Blind.Sum(weight => weight.Elements);
        string unseen = blind > 0 ? $", {blind} elements of {document.Sensitivity.Blind.Length} weights unseen" : "";
        string casts = document.CastsLifted > 0 ? $", casts lifted: {document.CastsLifted}" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{document.Outputs.Length} outputs, {document.Probes.Length} probes, "
            + $"float32 noise {document.Float32Noise.Overall:0.0e+0}, {document.RecordedBy.Device}"
            + $"{casts}{unseen}, input shapes {from}: {shapes}{cure}");
    }
}
