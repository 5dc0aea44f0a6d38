using System.Collections.Immutable;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Reference.Recording;

/// <summary>Where the shapes of a case's inputs come from.</summary>
enum ShapeOrigin
{
    /// <summary>Files of the user's.</summary>
    Files,

    /// <summary><c>--input-shape</c>.</summary>
    Stated,

    /// <summary>The model states them.</summary>
    Model,

    /// <summary>An earlier golden, which keeps its inputs.</summary>
    Earlier,

    /// <summary>Nothing states them.</summary>
    Guessed,

    /// <summary>Those of another case, made oblong.</summary>
    Oblong,
}

/// <summary>What a case feeds: the user's inputs, else an earlier golden's, else seeded values in the user's shapes,
/// else in the file's, else in inferred ones.</summary>
/// <param name="Inputs">One tensor an input.</param>
/// <param name="Generator">How the first is made again, where it is not stored.</param>
/// <param name="Shapes">Where the shapes come from.</param>
sealed record InputChoice(ImmutableArray<Tensor> Inputs, GoldenGenerator? Generator, ShapeOrigin Shapes)
{
    /// <summary>True for inputs that nobody asked for: never a case alone, but a second one that tells what another
    /// cannot.</summary>
    public bool IsCompanion => Shapes == ShapeOrigin.Oblong;

    // What integers stay below where they are no index.
    const long DefaultLimit = 8;

    // Seeds that are tried in one shape.
    const int Seeds = 4;

    /// <summary>All that may be recorded, the most wanted first: another is for where the one before cannot tell
    /// enough.</summary>
    /// <exception cref="ModelException">PAR9003: shapes do not fit the number of inputs, or cannot be found
    /// out.</exception>
    public static IEnumerable<InputChoice> Candidates(RecordOptions options, TorchModel model, Earlier? earlier)
    {
        var ports = model.Graph.Inputs;
        if (!options.Inputs.IsEmpty)
        {
            // Read now: what is wrong with a file is told before libtorch is loaded.
            var read = Rounded(InputFiles.Read(model.Graph, options.Inputs));
            return [new InputChoice(read, null, ShapeOrigin.Files), .. Oblong(read)];
        }
        var origin = !options.InputShapes.IsEmpty ? ShapeOrigin.Stated
            : InputShapes.AreStatedBy(model) ? ShapeOrigin.Model : ShapeOrigin.Guessed;
        string second = Path.Combine(options.Golden, GoldenStore.SecondName);
        var shapes = options.InputShapes.IsEmpty ? OwnShapes(model, options.Model) : options.InputShapes;
        if (shapes.Length != ports.Length)
            throw Bad(options.Model, $"{shapes.Length} --input-shape given, the model has {Names(ports)}");
        return Sought();

        IEnumerable<InputChoice> Sought()
        {
            if (options is { InputShapes.IsEmpty: true, Seed: null } && earlier?.InputsFor(model) is { } kept)
            {
                yield return new InputChoice(
                    kept, earlier.Generator, earlier.GuessesShapes ? ShapeOrigin.Guessed : ShapeOrigin.Earlier);
                if (OblongOf(model, kept) is { } shape && Earlier.Of(second)?.InputsFor(model) is { } beside
                    && beside.Select(tensor => tensor.Shape).SequenceEqual(shape))
                    yield return new InputChoice(beside, null, ShapeOrigin.Oblong);
                foreach (var companion in Oblong(kept)) yield return companion;
            }
            // Whoever states a seed wants that one.
            long[] seeds = options.Seed is { } stated ? [stated] : [.. Enumerable.Range(0, Seeds).Select(n => (long)n)];
            foreach (long seed in seeds)
            {
                var choice = Seeded(shapes, seed, origin);
                yield return choice;
                if (seed == seeds[0])
                    foreach (var companion in Oblong(choice.Inputs)) yield return companion;
                else if (OblongOf(model, choice.Inputs) is { } shape)
                    yield return Seeded([.. shape], seed, ShapeOrigin.Oblong);
            }
            if (origin != ShapeOrigin.Guessed) yield break;
            foreach (var larger in InputShapes.Larger(model, [.. shapes]))
                foreach (long seed in seeds.Take(2)) yield return Seeded([.. larger], seed, origin);
        }

        // The same numbers in oblong planes: what they mean to the model, and where it takes them, only the user knows.
        IEnumerable<InputChoice> Oblong(ImmutableArray<Tensor> inputs) => OblongOf(model, inputs) is { } oblong
            ? [new InputChoice([.. inputs.Zip(oblong, OfPlane)], null, ShapeOrigin.Oblong)] : [];

        InputChoice Seeded(ImmutableArray<Shape> chosen, long seed, ShapeOrigin from)
        {
            foreach (var shape in chosen) RequireRoom(shape);
            var values = new SeededValues(seed);
            // An index must stay inside every table that it reads from.
            var limits = InputLimits.Of(model, chosen);
            return new InputChoice(
                [.. ports.Select((port, i) => values.Next(port.Type, chosen[i], limits[i] ?? DefaultLimit))],
                model.IsArchitecture ? new GoldenGenerator(seed) : null, from);
        }
    }

    /// <summary>Shapes like those of these inputs with oblong planes; null where they are oblong, and where the model
    /// takes no others or states its own.</summary>
    /// <remarks>An architecture is recorded on oblong planes by itself; whoever states its published size does so
    /// beside that.</remarks>
    public static Shape[]? OblongOf(TorchModel model, ImmutableArray<Tensor> inputs) =>
        model.IsArchitecture ? null : InputShapes.Oblong(model, [.. inputs.Select(tensor => tensor.Shape)]);

    // The first rows and columns; of more than there are, all of them again.
    static Tensor OfPlane(Tensor square, Shape shape)
    {
        if (square.Shape == shape) return square;
        RequireRoom(shape);
        int size = square.Type.Size(), side = square.Shape[-1], from = side * size, to = shape[-1] * size;
        var bytes = new byte[shape.Elements * size];
        for (int row = 0; row < shape.Elements / shape[-1]; row++)
        {
            int sourceRow = (row / shape[-2] * side) + (row % shape[-2] % side);
            var source = square.Bytes.Span.Slice(sourceRow * from, from);
            var target = bytes.AsSpan(row * to, to);
            for (int at = 0; at < to; at += from) source[..Math.Min(from, to - at)].CopyTo(target[at..]);
        }
        return new Tensor(square.Type, shape, bytes);
    }

    // A tensor's bytes are one array.
    static void RequireRoom(Shape shape)
    {
        double elements = 1;
        foreach (int extent in shape) elements *= extent;
        if (elements <= Array.MaxLength / sizeof(double)) return;
        throw new ModelException(new Finding(Codes.OutOfMemory, "harness", FormattableString.Invariant(
            $"an input of shape {shape} has {elements:R} elements, ") +
            $"a recording takes {Array.MaxLength / sizeof(double)}"));
    }

    /// <summary>Floating-point inputs as float32, which is what goldens hold; others as they are.</summary>
    public static ImmutableArray<Tensor> Rounded(ImmutableArray<Tensor> inputs) =>
    [
        .. inputs.Select(tensor => tensor.Type is ElementType.Float32 || !tensor.Type.IsFloating()
            ? tensor
            : Tensor.Of(tensor.Shape, tensor.ToSingles())),
    ];

    // Inference of shapes is the one thing that is shared with the executor: it computes no value.
    static ImmutableArray<Shape> OwnShapes(TorchModel model, string path)
    {
        var ports = model.Graph.Inputs;
        if (InputShapes.AreStatedBy(model))
        {
            Shape[] stated = [.. ports.Select(port => port.Shape!.Value)];
            // An architecture states the size it was published for, and takes others.
            return [.. model.IsArchitecture ? InputShapes.Oblong(model, stated) ?? stated : stated];
        }
        try
        {
            return [.. InputShapes.Infer(model, square: false)];
        }
        catch (ModelException exception)
        {
            throw new ModelException(exception.Finding with { Place = path }, exception);
        }
    }

    static string Names(ImmutableArray<Port> ports) =>
        $"{ports.Length} input{(ports.Length == 1 ? "" : "s")} ({string.Join(", ", ports.Select(port => port.Name))})";

    static ModelException Bad(string path, string message) => new(new Finding(Codes.BadUsage, path, message));
}
