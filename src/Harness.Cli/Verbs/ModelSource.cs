using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Cli.Verbs;

/// <summary>A model as the command line names it.</summary>
static class ModelSource
{
    /// <summary>Opens MODEL with <c>--weights</c> and <c>--argument</c>.</summary>
    /// <exception cref="ModelException">It is not there, or cannot be read.</exception>
    public static TorchModel Open(Terminal terminal, string model, string? weights, string[]? arguments)
    {
        if (new ModelName(model).File is { } file && PathFault.OfFile(file, "the model is not there") is { } why)
            throw new ModelException(new Finding(Codes.ModelUnreadable, Path.GetFullPath(file), why));
        void Note(string note) => terminal.Error.WriteLine($"note: {note}");
        if (new ModelName(model).Module is null) return ModelFile.Open(model, weights, Note, arguments);
        if (arguments is { Length: > 0 })
            throw Program.Usage("--argument is for scripts: a module takes nothing besides its tensor");
        using var read = ReadModule.Of(terminal, model);
        return ModelFile.OpenModule(model, read.Graph, weights ?? read.Weights, Note);
    }

    /// <summary>The input shapes: those stated, else those of the file, else ones that fit.</summary>
    /// <exception cref="ModelException">PAR1004: none fit; PAR9003: too many or too few are stated.</exception>
    public static Shape[] Shapes(TorchModel model, string[]? stated)
    {
        var shapes = Shared.ToShapes(stated);
        int inputs = model.Graph.Inputs.Length;
        return shapes.Length == 0 ? InputShapes.Infer(model, square: true)
            : shapes.Length == inputs ? shapes
            : throw Program.Usage($"--input-shape is given {shapes.Length} times, the model has {inputs} inputs: " +
                string.Join(", ", model.Graph.Inputs.Select(port => port.Name)));
    }

    /// <summary>What is said of the shapes that <see cref="Shapes"/> found where nobody states them; null where they
    /// are stated.</summary>
    /// <param name="model">The model.</param>
    /// <param name="stated">What was stated.</param>
    /// <param name="converted">The model in those shapes.</param>
    public static string? Guess(TorchModel model, string[]? stated, NhwcProgram converted) =>
        stated is { Length: > 0 } || InputShapes.AreStatedBy(model) ? null
            : InputShapes.GuessOf(converted.Inputs.Select(port => (port.Name, converted.Values[port.Value].Shape)));

    /// <summary>A guess as a line for people.</summary>
    public static void WriteGuess(TextWriter text, string? guess)
    {
        if (guess is not null) text.WriteLine($"{guess} (state them with --input-shape)");
    }
}
