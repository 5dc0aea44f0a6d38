using System.Text.Json;
using Cake.Common.IO;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Records the goldens again, from the models they name.</summary>
[TaskName("RecordGoldens")]
[TaskDescription("Records every golden in golden/ again with TorchSharp. --cuda takes the GPU.")]
[IsDependentOn(typeof(CompileTask))]
public sealed class RecordGoldensTask : FrostingTask<BuildContext>
{
    /// <inheritdoc/>
    public override void Run(BuildContext context) => Record(context, context.Goldens);

    /// <summary>Records each golden of golden/ under another root, or in its place.</summary>
    internal static void Record(BuildContext context, DirectoryPath root)
    {
        var goldens = context.GetFiles($"{context.Goldens}/**/golden.json");
        if (goldens.Count == 0)
            throw new CakeException($"{context.Goldens}/ holds no golden.json; `harness record` makes the first");
        var from = context.Goldens.MakeAbsolute(context.Environment);
        foreach (var golden in goldens.OrderBy(golden => golden.FullPath, StringComparer.Ordinal))
            RecordOne(context, golden.GetDirectory(), root.Combine(from.GetRelativePath(golden.GetDirectory())));
    }

    static void RecordOne(BuildContext context, DirectoryPath golden, DirectoryPath destination)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(golden.CombineWithFilePath("golden.json").FullPath));
        var model = json.RootElement.GetProperty("model");
        List<string> arguments = ["record"];
        // A known architecture names itself; a file is named relative to golden.json.
        arguments.Add(model.TryGetProperty("architecture", out var architecture)
            ? $"arch:{architecture.GetString()}"
            : FileBeside(golden, model.GetProperty("path")));
        if (model.TryGetProperty("weights", out var weights))
            arguments.AddRange(["--weights", FileBeside(golden, weights)]);
        else if (model.TryGetProperty("seed", out var seed))
            arguments.AddRange(["--weights", $"seed:{seed}"]);
        arguments.AddRange(["--golden", destination.FullPath, "--device", context.Cuda ? "cuda" : "cpu"]);
        context.Harness([.. arguments]);
    }

    static string FileBeside(DirectoryPath golden, JsonElement path) =>
        golden.CombineWithFilePath(path.GetString()!).Collapse().FullPath;
}
