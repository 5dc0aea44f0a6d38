using System.Collections.Immutable;
using System.Text;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Reference.Modules;

namespace Harness.Reference.Commands;

/// <summary>Models and weights as the command line names them.</summary>
static class Models
{
    /// <summary>Opens a model.</summary>
    /// <exception cref="ModelException">The file is missing or cannot be read.</exception>
    public static TorchModel Open(string path, string? weights, IReadOnlyList<string> arguments)
    {
        foreach (string? file in (string?[])[new ModelName(path).File, NameOf(weights)?.File])
            if (file is not null && PathFault.OfFile(file) is { } why)
                throw new ModelException(new Finding(Codes.ModelUnreadable, file, why));
        return ModelFile.Open(path, weights, note => Console.Error.WriteLine($"{weights ?? path}: note: {note}"),
            arguments);
    }

    /// <summary>A module of an assembly as a model.</summary>
    /// <param name="module">The module.</param>
    /// <param name="name">What the command line says.</param>
    /// <param name="weights">Weights in place of those that its constructor gave; null for those.</param>
    /// <exception cref="ModelException">The weights cannot be read, or do not fit.</exception>
    public static TorchModel Open(UserModule module, string name, string? weights) => new(
        module.Graph, weights is null ? module.Weights
            : WeightsFile.Open(weights, module.Graph, note => Console.Error.WriteLine($"{weights}: note: {note}")),
        "TorchSharp")
    {
        Path = name,
    };

    /// <summary>A module of an assembly as a golden names it: by the graph that lies beside it.</summary>
    /// <param name="golden">The golden's folder, or the second one's in it.</param>
    /// <param name="home">The golden's folder.</param>
    /// <param name="module">The module.</param>
    public static GoldenModel Describe(string golden, string home, UserModule module) => new(
        GoldenStore.RelativePath(golden, ModuleFiles.GraphOf(home)),
        Sha256Hash.Of(Encoding.UTF8.GetBytes(GraphJson.Text(module.Graph))));

    /// <summary>The model as a golden names it: a file, or an architecture with the seed of its weights.</summary>
    /// <param name="golden">The golden's folder.</param>
    /// <param name="path">What the command line says.</param>
    /// <param name="weights">The weights as the golden names them.</param>
    /// <param name="arguments">What else the model takes.</param>
    public static GoldenModel Describe(
        string golden, string path, GoldenWeights weights, ImmutableArray<string> arguments) =>
        new ModelName(path) is { IsArchitecture: true } known
        ? new GoldenModel(null, null, known.Architecture, weights.Seed)
        : GoldenModel.OfFile(golden, path) with { Arguments = arguments };

    /// <summary>The weights as a golden names them.</summary>
    /// <param name="golden">The golden's folder.</param>
    /// <param name="weights">What the command line says: a file, <c>seed:N</c>, or nothing.</param>
    /// <param name="model">The model with them.</param>
    public static GoldenWeights Describe(string golden, string? weights, TorchModel model) => new(
        NameOf(weights) is { File: { } file, Key: var key }
            ? WeightsName.Of(GoldenStore.RelativePath(golden, file), key).Text : null,
        NameOf(weights)?.Seed,
        Sha256Hash.Of(model.Weights));

    static WeightsName? NameOf(string? weights) => weights is null ? null : new WeightsName(weights);
}
