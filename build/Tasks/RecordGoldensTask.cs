using System.Text.Json;
using Cake.Common.IO;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;
using Harness.Formats;

namespace Build.Tasks;

/// <summary>Records the goldens from the models they name, or that lie beside them.</summary>
[TaskName("RecordGoldens")]
[TaskDescription("Records every golden in golden/ with TorchSharp, new or again.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class RecordGoldensTask : FrostingTask<BuildContext>
{
    // What a golden's folder holds where no golden.json names another model.
    static readonly string[] s_models = ["graph.json", "model.pt", "model.pt2"];

    /// <inheritdoc/>
    public override void Run(BuildContext context) => Record(context, context.Goldens);

    /// <summary>Records each golden of golden/ under another root, or in its place.</summary>
    internal static void Record(BuildContext context, DirectoryPath root)
    {
        var from = context.Goldens.MakeAbsolute(context.Environment);
        var folders = s_models.Append("golden.json")
            .SelectMany(name => context.GetFiles($"{context.Goldens}/**/{name}"))
            .Select(file => file.GetDirectory().FullPath)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(folder => new DirectoryPath(folder))
            .ToList();
        if (folders.Count == 0)
            throw new CakeException($"{context.Goldens}/ holds no model and no golden; there is nothing to record");
        foreach (var folder in folders)
            context.Harness([
                "record", .. Model(folder),
                "--golden", root.Combine(from.GetRelativePath(folder)).FullPath,
                "--device", context.Cuda ? "cuda" : "cpu",
            ]);
    }

    static IEnumerable<string> Model(DirectoryPath folder)
    {
        var golden = folder.CombineWithFilePath("golden.json").FullPath;
        if (!File.Exists(golden))
            return [s_models.Select(name => folder.CombineWithFilePath(name).FullPath).First(File.Exists)];
        using var json = JsonDocument.Parse(File.ReadAllText(golden));
        var model = json.RootElement.GetProperty("model");
        return [
            model.TryGetProperty("architecture", out var architecture)
                ? ModelName.OfArchitecture(architecture.GetString()!).Text
                : FileBeside(folder, model.GetProperty("path")),
            .. json.RootElement.TryGetProperty("weights", out var weights) ? Weights(folder, weights) : [],
            .. Generated(json.RootElement),
        ];
    }

    // Under another root no golden says how the input was made. Stored inputs are made anew there.
    static string[] Generated(JsonElement golden) =>
        golden.TryGetProperty("inputs", out var inputs) && inputs.GetArrayLength() == 1
            && inputs[0].TryGetProperty("generator", out var generator)
            ? ["--input-shape", string.Join(',', inputs[0].GetProperty("shape").EnumerateArray()),
                "--seed", $"{generator.GetProperty("seed")}"]
            : [];

    // A model that holds its own weights names neither a file nor a seed for them.
    static string[] Weights(DirectoryPath folder, JsonElement weights) =>
        weights.TryGetProperty("path", out var path) ? ["--weights", FileBeside(folder, path)]
        : weights.TryGetProperty("seed", out var seed) ? ["--weights", WeightsName.OfSeed(seed.GetInt64()).Text]
        : [];

    // Files are named relative to golden.json.
    static string FileBeside(DirectoryPath folder, JsonElement path) =>
        folder.CombineWithFilePath(path.GetString()!).Collapse().FullPath;
}
