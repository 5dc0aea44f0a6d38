using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats.Zip;

namespace Harness.Formats.Export;

/// <summary>Reads a torch.export archive (<c>.pt2</c>) into a graph and a state dict.</summary>
static class ExportFile
{
    /// <summary>The model; it owns the file.</summary>
    /// <param name="zip">The archive.</param>
    /// <exception cref="ModelException">The archive is damaged, or holds what is not supported.</exception>
    public static TorchModel Read(ZipView zip)
    {
        var archive = ExportArchive.Open(zip);
        using var program = archive.Program();
        var reader = new ExportGraph(archive);
        var graph = reader.Read(program.RootElement);
        var weights = archive.Weights();
        foreach (var (name, tensor) in reader.Unsaved) weights.Add(name, tensor);
        foreach (var parameter in graph.Parameters)
        {
            if (!weights.TryGetValue(parameter.Key, out var tensor))
                throw archive.Bad($"the weights lack '{parameter.Key}', which the graph uses; is the copy complete?");
            if (tensor.Type != parameter.Type || (parameter.Shape is { } shape && shape != tensor.Shape))
                throw archive.Bad($"'{parameter.Key}' is {tensor.Type.NumPyName()} {tensor.Shape}, and the graph says "
                    + $"{parameter.Type.NumPyName()} {parameter.Shape}");
        }
        return new TorchModel(graph, weights, "torch.export", zip.File)
        {
            Path = zip.File.Path, ModuleTypes = reader.ModuleTypes.ToImmutableDictionary(StringComparer.Ordinal),
        };
    }
}
