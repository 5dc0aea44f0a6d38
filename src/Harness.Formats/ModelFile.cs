using Harness.Executor.Model;
using Harness.Formats.Architectures;
using Harness.Formats.Export;
using Harness.Formats.Storage;
using Harness.Formats.TorchScript;
using Harness.Formats.Weights;
using Harness.Formats.Zip;

namespace Harness.Formats;

/// <summary>Opens model files. The first bytes tell the format, never the name.</summary>
public static class ModelFile
{
    /// <summary>Reads a model: a TorchScript archive, traced or scripted, a torch.export archive, a graph document of
    /// ours with weights beside it, or a known architecture with weights.</summary>
    /// <param name="path">The file, or <c>arch:NAME</c>.</param>
    /// <param name="weights">What <see cref="WeightsFile.Open(string, Graph, Action{string})"/> takes; replaces the
    /// file's own weights. A graph document with parameters and an architecture need it.</param>
    /// <param name="note">Told what a user should know and what is no error.</param>
    /// <param name="arguments">What is given to arguments of a script's <c>forward</c> that are no tensors:
    /// <c>sr=16000</c>.</param>
    /// <returns>The model; dispose it when its tensors are no longer needed.</returns>
    /// <exception cref="ModelFormatException">The file cannot be read: <c>PAR1001</c> when damaged or of another kind,
    /// <c>PAR1002</c> when it holds what is not supported, <c>PAR1003</c> when the weights do not fit.</exception>
    public static TorchModel Open(
        string path, string? weights = null, Action<string>? note = null, IReadOnlyList<string>? arguments = null)
    {
        var given = arguments ?? [];
        if (new ModelName(path).IsArchitecture)
            return given.Count == 0 ? ArchitectureSet.Open(path, weights, note) : throw NoArguments(path, given);
        if (new ModelName(path).Module is not null)
        {
            throw new ModelFormatException(path, -1, Codes.BadUsage,
                "a module of an assembly is read by Harness.Reference, which alone may load it");
        }
        var file = OpenedFile.Open(path);
        try
        {
            return Read(file, weights, note, given);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What was read of a module in an assembly: a graph document, and weights.</summary>
    /// <param name="name">What the user calls the model, for messages.</param>
    /// <param name="graph">The document.</param>
    /// <param name="weights">What <see cref="WeightsFile.Open(string, Graph, Action{string})"/> takes.</param>
    /// <param name="note">Told what a user should know and what is no error.</param>
    /// <exception cref="ModelFormatException">PAR1003: the weights do not fit.</exception>
    public static TorchModel OpenModule(string name, string graph, string weights, Action<string>? note)
    {
        var read = GraphJson.Read(graph);
        var dict = WeightsFile.Map(weights, WeightSlots.Of(read), note, out var file);
        return new TorchModel(read, dict, "TorchSharp", file) { Path = name };
    }

    /// <summary>Bytes of the parameters that a graph document states and another file, or a seed, gives; 0 for models
    /// that hold their own.</summary>
    /// <exception cref="ModelFormatException">The file cannot be read.</exception>
    public static double StatedBytes(string path)
    {
        if (new ModelName(path) is { IsArchitecture: true } or { Module: not null }) return 0;
        using var file = OpenedFile.Open(path);
        return FileKinds.Of(file) != FileKind.Json ? 0
            : WeightSlots.Of(GraphJson.Read(file)).Sum(slot => (double)(slot.Shape?.Elements ?? 0) * slot.Type.Size());
    }

    static TorchModel Read(OpenedFile file, string? weights, Action<string>? note, IReadOnlyList<string> arguments)
    {
        var kind = FileKinds.Of(file);
        if (kind == FileKind.Json && arguments.Count > 0) throw NoArguments(file.Path, arguments);
        if (kind == FileKind.Json)
        {
            var graph = GraphJson.Read(file);
            if (weights is null && graph.Parameters.Length > 0)
                throw file.Bad(-1,
                    $"the graph has {graph.Parameters.Length} parameters and no weights of its own; give weights, or " +
                    $"seed:1");
            OpenedFile? apart = null;
            var dict = weights is null ? new StateDict()
                : WeightsFile.Map(weights, WeightSlots.Of(graph), note, out apart);
            return new TorchModel(graph, dict, "graph", new Owners(file, apart)) { Path = file.Path };
        }
        if (kind != FileKind.Zip) throw file.Bad(0, FileKinds.NotAModel(kind));
        var zip = ZipView.Open(file);
        var model = !ExportArchive.Is(zip) ? Script(zip, arguments)
            : arguments.Count == 0 ? ExportFile.Read(zip) : throw NoArguments(file.Path, arguments);
        if (weights is null) return model;
        var given = WeightsFile.Map(weights, WeightSlots.Of(model.Weights), note, out var other);
        return model.With(given, new Owners(file, other));
    }

    static ModelFormatException NoArguments(string path, IReadOnlyList<string> arguments) => new(
        path, -1, Codes.BadUsage, $"argument '{arguments[0]}' is given, and only TorchScript files take arguments that "
            + "are no tensors");

    static TorchModel Script(ZipView zip, IReadOnlyList<string> arguments)
    {
        string? root = FileKinds.PickleRoot(zip);
        return root is not null && FileKinds.HasCode(zip, root) 
            ? TorchScriptFile.Read(zip, root, arguments)
            : throw zip.File.Bad(-1, FileKinds.NotAModel(zip, root));
    }

    // A model's file and that of its weights.
    sealed class Owners(OpenedFile model, OpenedFile? weights) : IDisposable
    {
        public void Dispose()
        {
            model.Dispose();
            weights?.Dispose();
        }
    }
}
