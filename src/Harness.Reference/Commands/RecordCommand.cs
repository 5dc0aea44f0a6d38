using System.Collections.Immutable;
using System.Globalization;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Reference.Modules;
using Harness.Reference.Recording;

namespace Harness.Reference.Commands;

/// <summary><c>record MODEL --golden DIR</c>: writes a golden case.</summary>
static class RecordCommand
{
    /// <summary>What follows the verb.</summary>
    public const string Usage = "record MODEL [--weights W] [--input [name=]x.npy]... [--input-shape 1,3,224,224]... "
        + "--golden DIR [--device cpu|cuda] [--argument NAME=VALUE]... [--seed N] [--allow-nan] [--reason TEXT]";

    /// <summary>Reads the words after the verb.</summary>
    /// <exception cref="ModelException">PAR9003.</exception>
    public static RecordOptions Parse(ReadOnlySpan<string> words)
    {
        var line = CommandLine.Parse("record", words,
            ["--weights", "--input", "--input-shape", "--golden", "--device", "--seed", "--reason",
                "--argument"], ["--allow-nan"]);
        var options = new RecordOptions(
            line.Model, line.One("--weights"), line.Needed("--golden"),
            line.All("--input"), line.Shapes("--input-shape"), line.Integer("--seed"),
            line.Choice("--device", "cpu", "cuda"), line.Has("--allow-nan"),
            line.One("--reason"))
        {
            Arguments = line.All("--argument"),
        };
        return options.Inputs.IsEmpty || options.InputShapes.IsEmpty
            ? options
            : throw line.Bad("--input and --input-shape exclude each other: a file has its shape");
    }

    /// <summary>Records, and says in one line what was done.</summary>
    /// <exception cref="ModelException">Whatever hinders it; nothing is written then.</exception>
    public static int Run(RecordOptions options, Interruption interruption)
    {
        var earlier = Earlier.Of(options.Golden);
        using var module = new ModelName(options.Model) is { Module: not null } name ? UserModule.Open(name) : null;
        // What was kept of a module last time is no choice of anybody's.
        string kept = ModuleFiles.WeightsOf(Path.GetFullPath(options.Golden));
        string? weights = options.Weights ?? (module is null || earlier?.Weights != kept ? earlier?.Weights : null);
        if (module is not null && weights is null) module.DemandSameAgain();
        using var model = module is not null ? Models.Open(module, options.Model, weights)
            : Models.Open(options.Model, weights, options.Arguments.IsEmpty
                ? earlier?.Arguments ?? [] : options.Arguments);
        string? named = module is null ? weights : weights ?? kept;
        var described = Models.Describe(options.Golden, named, model);
        string second = Path.Combine(options.Golden, GoldenStore.SecondName);
        if (earlier?.IsBesideAnother == true)
        {
            throw new ModelException(new Finding(Codes.BadUsage, options.Golden,
                "is the second case of the golden in the folder above it, and is recorded together with that"));
        }
        if (model.IsWhole && model.Graph.Calls.IsEmpty)
        {
            throw new ModelException(new Finding(Codes.ModelUnreadable, options.Model,
                "the model computes nothing, so nothing would be verified"));
        }
        if (!options.AllowNaN && earlier?.Permits(described) != true) FiniteWeights.Demand(model, options.Model);
        var candidates = InputChoice.Candidates(options, model, earlier);
        Torch.Load();
        var device = TorchDevice.Open(options.Device, options.Model);
        GoldenModel Source(string golden, GoldenWeights from) => module is not null
            ? Models.Describe(golden, options.Golden, module)
            : Models.Describe(golden, options.Model, from, model.Arguments);
        var source = Source(options.Golden, described);
        var told = MostTelling(candidates, options, earlier, Earlier.Of(second), inputs =>
            new Recorder(model.For(FactsOf(inputs)), options.Model, weights is null, device) { Module = module }
                .Record(source, described, inputs));
        // Files are named as they lie from the folder of each.
        if (told is [_, var other])
        {
            var from = Models.Describe(second, named, model);
            told = told.SetItem(1, other with
            {
                Document = other.Document with
                {
                    Model = Source(second, from), Weights = from,
                },
            });
        }
        // What somebody recorded there is no case beside this one.
        if (told.Length > 1 && WhyNoPlace(second) is { } why)
        {
            throw new ModelException(new Finding(Codes.BadUsage, second, $"{why}, and the place of " +
                $"the case that is recorded beside {options.Golden}; move either"));
        }
        interruption.Shield(() =>
        {
            if (module is not null)
                ModuleFiles.Write(options.Golden, module.Graph, weights is null ? module.Weights : null);
            // The second first: where it cannot be written, the other stays as it was.
            string[] lines = [.. told.Zip([options.Golden, second]).Reverse()
                .Select(pair => Keep(pair.First, pair.Second))];
            foreach (string line in lines.Reverse()) Console.Out.WriteLine(line);
        });
        // It is of the model as it was, and nothing else would say what to do with it.
        if (told.Length == 1 && File.Exists(Path.Combine(second, GoldenStore.JsonName)))
            Console.Error.WriteLine($"{second}: note: one case was recorded, and this second one of before stays as " +
                $"it was: delete it and take it off its set: harness accept \"{second}\" --remove --reason \"…\"");
        if (model.IsArchitecture && SquareNote(model, told[0].Document) is { } square)
            Console.Error.WriteLine($"{options.Golden}: note: {square}");
        return 0;
    }

    static Fact[] FactsOf(ImmutableArray<Tensor> inputs) =>
        [.. inputs.Select(input => Fact.Of(input.Type, input.Shape))];

    static string? WhyNoPlace(string second) =>
        new DirectoryInfo(second).LinkTarget is not null ? "is a link"
        : Earlier.Of(second) is { IsBesideAnother: false } ? "is a golden of its own"
        : null;

    static string Keep(Recording recording, string folder)
    {
        var document = recording.Document with { Tolerance = GoldenStore.ToleranceOf(folder) };
        string outcome = "unchanged";
        if (!Unchanged.Holds(folder, document, recording.Tensors))
        {
            outcome = File.Exists(Path.Combine(folder, GoldenStore.JsonName)) ? "updated" : "recorded";
            GoldenStore.Write(folder, document, recording.Tensors);
        }
        return $"{folder}: {outcome} ({Summary(document, recording.Shapes)})";
    }

    sealed record Recording(
        GoldenDocument Document, IReadOnlyDictionary<string, Tensor> Tensors, ShapeOrigin Shapes);

    // The first inputs that can tell all there is to tell; else two that can together; else, with a reason, those that
    // tell most. Where nothing but square planes hides something, two at once.
    static ImmutableArray<Recording> MostTelling(
        IEnumerable<InputChoice> candidates, RecordOptions options, Earlier? earlier, Earlier? second,
        Func<ImmutableArray<Tensor>, (GoldenDocument Document, IReadOnlyDictionary<string, Tensor> Tensors)> record)
    {
        // The same words again are given for what they were given for; other words for whatever there is.
        bool isNew = !string.IsNullOrWhiteSpace(options.Reason) && options.Reason != earlier?.Reason;
        Recording? best = null;
        ImmutableArray<VacuityFault> fewest = [];
        var tried = new List<(Recording Recording, bool IsCompanion)>();
        foreach (var candidate in candidates)
        {
            // Only for what shapes hide, unless a reason is given for just that.
            if (candidate.IsCompanion && (!fewest.Any(fault => fault.IsOfShapes)
                || (isNew && fewest.All(fault => fault.IsOfShapes)))) continue;
            Recording recording;
            try
            {
                recording = Recorded(candidate);
            }
            catch (ModelException e) when (candidate.IsCompanion)
            {
                throw new ModelException(e.Finding with
                {
                    Message = $"on oblong planes, which are recorded beside square ones: {e.Finding.Message}; where " +
                        "square ones are all it takes, say so: --reason \"…\"",
                });
            }
            var faults = Vacuity.Uncovered(recording.Document, recording.Tensors);
            tried.Add((recording, candidate.IsCompanion));
            if (candidate.IsCompanion)
            {
                if (fewest is [{ IsOfShapes: true }] && TellTogether(best!, recording)) return Pair(best!, recording);
                continue;
            }
            if (best is not null && faults.Length >= fewest.Length) continue;
            (best, fewest) = (recording, faults);
            if (faults.IsEmpty) return [recording];
            if (isNew && faults.All(fault => fault.IsOfShapes)) break;
        }
        var (chosen, held, shapes) = best!;
        if (isNew)
        {
            // A second case tells what shapes hide; the reason is for what nothing tells, if there is such.
            bool onlyShapes = Vacuity.Faults(chosen, held).All(fault => fault.IsOfShapes);
            chosen = Permitted(chosen, held, onlyShapes);
            tried = [.. tried.Where(other => other.IsCompanion).Select(other => (other.Recording with
            {
                Document = Permitted(other.Recording.Document, other.Recording.Tensors, shapesToo: false),
            }, true))];
        }
        var recorded = new Recording(chosen, held, shapes);
        if (Vacuity.Uncovered(chosen, held).IsEmpty) return [recorded];
        if (tried.Select(other => other.Recording).FirstOrDefault(other => TellTogether(recorded, other)) is { } beside)
            return Pair(recorded, beside);
        string blind = string.Join("; ", tried.Where(other => other.IsCompanion).Take(1)
            .SelectMany(other => Vacuity.Of(other.Recording.Document, other.Recording.Tensors)));
        // A model that is given another image than it is for may well be dead.
        string guess = chosen.GuessesShapes
            ? InputShapes.GuessOf(chosen.Inputs.Select(port => (port.Name, port.Shape)))
                + "; where the model takes others, state them with --input-shape; " : "";
        throw new ModelException(Vacuity.Finding(chosen, held, options.Model, (blind.Length == 0 ? ""
            : $"nor do oblong planes beside them: {blind}; ") + guess + Cure(isNew, earlier))!);

        GoldenDocument Permitted(GoldenDocument document, IReadOnlyDictionary<string, Tensor> tensors, bool shapesToo)
        {
            ImmutableArray<string> covers = [.. Vacuity.Faults(document, tensors)
                .Where(fault => fault.CanBeRight && (shapesToo || !fault.IsOfShapes)).Select(fault => fault.Key)];
            return covers.IsEmpty ? document : document with
            {
                Sensitivity = document.Sensitivity with { Reason = options.Reason, Covers = covers },
            };
        }

        Recording Recorded(InputChoice candidate)
        {
            // A reason that was given stands in both of two cases, for what each cannot tell.
            var before = candidate.IsCompanion ? second ?? earlier : earlier;
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
            if (!isNew && before is not null)
                document = document with { Sensitivity = before.WithReason(document, tensors) };
            return new Recording(document, tensors, candidate.Shapes);
        }
    }

    // What either cannot tell and nobody permitted, the other tells.
    static bool TellTogether(Recording one, Recording other) => IsTold(one, other) && IsTold(other, one);

    static bool IsTold(Recording one, Recording by) => Vacuity.Left(
        Vacuity.Uncovered(one.Document, one.Tensors), Vacuity.Faults(by.Document, by.Tensors)).IsEmpty;

    static ImmutableArray<Recording> Pair(Recording first, Recording second) =>
        [WithOther(first, GoldenStore.SecondName), WithOther(second, GoldenStore.FirstName)];

    static Recording WithOther(Recording recording, string other) => recording with
    {
        Document = recording.Document with
        {
            Sensitivity = recording.Document.Sensitivity with { Other = other },
        },
    };

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
            ShapeOrigin.Oblong => "oblong beside square ones",
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
