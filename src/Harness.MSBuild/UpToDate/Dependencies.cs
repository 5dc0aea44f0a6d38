using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Harness.Formats;
using Microsoft.Build.Framework;

namespace Harness.MSBuild.UpToDate;

/// <summary>Everything that decides what a run of the gate says.</summary>
/// <param name="Project">The project's file.</param>
/// <param name="Cases">The models beside their goldens.</param>
/// <param name="Goldens">The folder of all goldens.</param>
/// <param name="Tool">The command.</param>
/// <param name="Host">What runs it, where it is an assembly.</param>
/// <param name="Task">The assembly of the task that starts it.</param>
/// <param name="Words">All else that is no file: arguments and properties.</param>
/// <param name="Files">All else that is a file.</param>
sealed record Dependencies(
    string Project, IReadOnlyList<ParityCase> Cases, string Goldens, string Tool, string Host, string Task,
    IReadOnlyList<string> Words, IReadOnlyList<string> Files)
{
    const string GoldenFile = "golden.json", TensorsFile = "golden.safetensors", SetFile = "golden.cases.json";

    /// <summary>In a golden's folder, that of the case that was recorded beside it.</summary>
    public const string SecondFolder = "second";

    // Of the command: HARNESS_INJECT_FAULT, HARNESS_LANES. Of the runtime: which instructions it may use.
    static readonly string[] s_variables = ["HARNESS_", "DOTNET_Enable", "COMPlus_Enable"];

    static readonly string[] s_toolFiles = [".dll", ".exe", ".json", ".so", ".dylib"];

    /// <summary>From what a task is given.</summary>
    public static Dependencies Of(
        string project, IReadOnlyList<ParityCase> cases, string goldens, string tool, string host, string task,
        ITaskItem[] arguments, string[] facts, string[] files)
    {
        var line = string.Join(' ', arguments.Select(item => item.ItemSpec));
        var words = new List<string>(facts) { $"arguments={line}" };
        return new(project, cases, goldens, tool, host, task, words, files);
    }

    /// <summary>What counts by its value, one fact a line.</summary>
    public List<string> Facts()
    {
        var facts = new List<string>
        {
            $"project={Project}", $"goldens={Goldens}", $"tool={Tool}", $"host={Host}", $"task={Task}",
            $"platform={RuntimeInformation.RuntimeIdentifier}", $"runtimes={string.Join(' ', Runtimes())}",
        };
        foreach (var word in Words)
            facts.Add(word);
        foreach (var one in Cases)
            facts.Add($"model={one.Model} weights={one.Weights} golden={one.Golden} tolerance="
                + one.Tolerance?.ToString("R", CultureInfo.InvariantCulture)
                + $" actual={one.Actual} taps={one.Taps} layout={one.Layout} arguments={one.Arguments}"
                + $" export={one.ExportFlax} api={one.FlaxApi}");
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (Array.Exists(s_variables, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
                facts.Add($"variable={name}={variable.Value}");
        }
        facts.Sort(StringComparer.Ordinal);
        return facts;
    }

    /// <summary>What counts by its content, whether it is there or not; without what goldens refer to.</summary>
    public SortedSet<string> Paths()
    {
        var paths = new SortedSet<string>(Files, StringComparer.Ordinal) { Tool, Task };
        if (Path.IsPathRooted(Host))
            paths.Add(Host);
        foreach (var file in ToolFiles())
            paths.Add(file);
        foreach (var one in Cases)
        {
            if (new ModelName(one.Model).File is { } model)
                paths.Add(model);
            // What a module is made by may lie in any assembly that its own one is deployed with.
            if (new ModelName(one.Model) is { Module: not null, File: var assembly }
                && Path.GetDirectoryName(assembly) is { } deployed && Directory.Exists(deployed))
            {
                foreach (var file in Directory.EnumerateFiles(deployed))
                    if (Path.GetExtension(file) is ".dll" or ".json")
                        paths.Add(file);
            }
            if (one.Weights is { } weights)
                paths.UnionWith(FilesOf(new WeightsName(weights)));
            foreach (var actual in (string?[])[one.Actual, one.Taps])
                if (actual is not null)
                    paths.Add(actual);
            paths.Add(Path.Combine(one.Golden, GoldenFile));
            paths.Add(Path.Combine(one.Golden, TensorsFile));
            // Two cases may have been recorded together; the second lies in the first one's folder.
            paths.Add(Path.Combine(one.Golden, SecondFolder, GoldenFile));
            paths.Add(Path.Combine(one.Golden, SecondFolder, TensorsFile));
        }
        // A golden that appears below the folder, or goes, is news too, and so is a set of cases.
        if (Directory.Exists(Goldens))
            foreach (var folder in LinkedFolders.AtAndBelow(Goldens))
                foreach (var name in (string[])[GoldenFile, SetFile])
                    if (Path.Exists(Path.Combine(folder, name)))
                        paths.Add(Path.Combine(folder, name));
        // Sets lie above goldens.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var golden in Cases.Select(one => one.Golden).Append(Path.TrimEndingDirectorySeparator(Goldens)))
            for (var folder = golden; folder is not null && seen.Add(folder); folder = Path.GetDirectoryName(folder))
                paths.Add(Path.Combine(folder, SetFile));
        return paths;
    }

    /// <summary>The files that the goldens among these files refer to, wherever those lie: models and
    /// weights.</summary>
    public static SortedSet<string> References(IEnumerable<string> paths)
    {
        var references = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (Path.GetFileName(path) != GoldenFile || !File.Exists(path))
                continue;
            try
            {
                // The command reads one with a byte order mark as well.
                var text = WholeFile.Read(path).AsMemory();
                using var json = JsonDocument.Parse(text.Span.StartsWith("\uFEFF"u8) ? text[3..] : text);
                foreach (var fact in json.RootElement.EnumerateObject())
                    if (fact.Value.ValueKind == JsonValueKind.Object && fact.Value.TryGetProperty("path", out var file)
                        && file.ValueKind == JsonValueKind.String)
                        references.UnionWith(
                            FilesOf(new WeightsName(file.GetString()!).In(Path.GetDirectoryName(path)!)));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
            {
                // A corrupt golden refers to nothing, and the command is about to say that it is corrupt.
            }
        }
        return references;
    }

    // A file of weights, and those beside an index of several: which of them it names, the command reads.
    static IEnumerable<string> FilesOf(WeightsName weights)
    {
        if (weights.File is not { } file)
            yield break;
        yield return file;
        var folder = Path.GetDirectoryName(file);
        if (!file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || !Directory.Exists(folder))
            yield break;
        foreach (var shard in Directory.EnumerateFiles(folder, "*.safetensors"))
            yield return shard;
    }

    // A newer runtime is taken without any file of ours being changed.
    IEnumerable<string> Runtimes()
    {
        var folder = Path.Combine(Path.GetDirectoryName(Host) ?? "", "shared", "Microsoft.NETCore.App");
        return Path.IsPathRooted(Host) && Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!
            : [];
    }

    IEnumerable<string> ToolFiles()
    {
        if (!File.Exists(Tool))
            yield break;
        var real = File.ResolveLinkTarget(Tool, returnFinalTarget: true)?.FullName ?? Tool;
        yield return real;
        var folder = Path.GetDirectoryName(real)!;
        foreach (var file in Directory.EnumerateFiles(folder))
            if (Array.IndexOf(s_toolFiles, Path.GetExtension(file)) >= 0)
                yield return file;
        var native = Path.Combine(folder, "runtimes");
        if (Directory.Exists(native))
            foreach (var file in Directory.EnumerateFiles(native, "*", SearchOption.AllDirectories))
                yield return file;
    }
}
