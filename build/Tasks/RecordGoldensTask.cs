using System.Text.Json;
using Cake.Common.IO;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;
using Harness.Formats;

namespace Build.Tasks;

/// <summary>Records the goldens from the models they name, or that lie beside them. What somebody decided about one,
/// <c>record</c> keeps by itself, as far as it was decided.</summary>
[TaskName("RecordGoldens")]
[TaskDescription("Records every golden in golden/ with TorchSharp, new or again, in its place or elsewhere.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class RecordGoldensTask : FrostingTask<BuildContext>
{
    // What a golden's folder holds where no golden.json names another model.
    static readonly string[] s_models = ["graph.json", "model.pt", "model.pt2"];

    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        if (context.Golden is not null)
        {
            RecordElsewhere(context, context.Recorded);
            return;
        }
        // Those that were never recorded are in no shard: they are recorded where all are.
        var folders = context.Shard is not null ? Recorded(context) : [.. Recorded(context).Concat(New(context))];
        foreach (var folder in folders)
            Record(context, folder, folder);
    }

    /// <summary>Records each golden again in a copy of its folder, which says its inputs.</summary>
    internal static void RecordElsewhere(BuildContext context, DirectoryPath root)
    {
        var from = context.Goldens.MakeAbsolute(context.Environment);
        if (root.MakeAbsolute(context.Environment).FullPath == from.FullPath)
            throw new CakeException(2, $"--golden is {root}, the goldens themselves; leave it out to record these");
        foreach (var folder in Recorded(context))
        {
            var copy = root.MakeAbsolute(context.Environment).Combine(from.GetRelativePath(folder));
            context.EnsureDirectoryExists(copy);
            foreach (var file in context.GetFiles($"{folder}/*"))
                context.CopyFileToDirectory(file, copy);
            Record(context, folder, copy);
        }
    }

    static List<DirectoryPath> Recorded(BuildContext context) =>
        [.. context.Ask(["verify", context.Goldens.FullPath, "--list", .. context.ShardWords])
            .Select(name => new DirectoryPath(name).MakeAbsolute(context.Environment))
            // Recorded with the one in whose folder it lies.
            .Where(folder => folder.GetDirectoryName() != "second"
                || !File.Exists(folder.GetParent().CombineWithFilePath("golden.json").FullPath))];

    static IEnumerable<DirectoryPath> New(BuildContext context) => s_models
        .SelectMany(name => context.GetFiles($"{context.Goldens}/**/{name}"))
        .Select(file => file.GetDirectory().FullPath)
        .Where(folder => !File.Exists($"{folder}/golden.json"))
        .Distinct()
        .Order(StringComparer.Ordinal)
        .Select(folder => new DirectoryPath(folder));

    static void Record(BuildContext context, DirectoryPath folder, DirectoryPath golden) => context.Harness([
        "record", .. Model(folder), "--golden", golden.FullPath, "--device", context.Cuda ? "cuda" : "cpu",
    ]);

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
        ];
    }

    // A model that holds its own weights names neither a file nor a seed for them.
    static string[] Weights(DirectoryPath folder, JsonElement weights) =>
        weights.TryGetProperty("path", out var path) ? ["--weights", FileBeside(folder, path)]
        : weights.TryGetProperty("seed", out var seed) ? ["--weights", WeightsName.OfSeed(seed.GetInt64()).Text]
        : [];

    // Files are named relative to golden.json.
    static string FileBeside(DirectoryPath folder, JsonElement path) =>
        folder.CombineWithFilePath(path.GetString()!).Collapse().FullPath;
}
