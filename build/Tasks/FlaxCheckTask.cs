using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cake.Common;
using Cake.Common.Diagnostics;
using Cake.Core;
using Cake.Core.IO;
using Cake.Frosting;
using Path = System.IO.Path;

namespace Build.Tasks;

/// <summary>Holds what is exported to flax and jax themselves.</summary>
[TaskName("FlaxCheck")]
[TaskDescription(
    "Exports every golden of golden/models for linen and nnx, runs each folder's check.py with the flax and jax of " +
    "--python, and writes docs/flax.md; what drifts fails.")]
[IsDependentOn(typeof(CompileTask))]
public sealed partial class FlaxCheckTask : FrostingTask<BuildContext>
{
    const string Versions =
        "import sys, jax, flax, numpy; print(sys.version.split()[0], jax.__version__, flax.__version__, " +
        "numpy.__version__, jax.devices()[0].platform)";

    static readonly string[] s_apis = ["linen", "nnx"];

    /// <inheritdoc/>
    public override void Run(BuildContext context)
    {
        if (Python(context, "-c", Versions) is not (0, [.., var found]))
            throw new CakeException(2, $"{context.Python} has no flax and jax: pip install flax jax safetensors, or " +
                "name another by --python=PATH");
        var words = found.Split(' ');
        var rows = new List<string>();
        var failed = new List<string>();
        foreach (var golden in Directory.GetFiles("golden/models", "golden.json", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)!).Where(folder => Path.GetFileName(folder) != "second")
            .Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath("golden/models", golden).Replace('\\', '/');
            foreach (var api in s_apis)
            {
                var folder = context.Artifacts.Combine("flax").Combine(api).Combine(name).FullPath;
                context.Harness("export", "--golden", golden, "--api", api, "--output", folder);
                var (exit, lines) = Python(context, Path.Combine(folder, "check.py"), "--taps");
                foreach (var line in lines) context.Information($"{name} {api}: {line}");
                string Drift(string type) => lines.Select(line => DriftLine().Match(line))
                    .FirstOrDefault(match => match.Success && match.Groups["type"].Value == type)?
                    .Groups["drift"].Value ?? "none";
                rows.Add($"| {name} | {api} | {Drift("float64")} | {Drift("float32")} | " +
                    $"{(exit == 0 ? "holds" : "FAILS")} |");
                if (exit != 0) failed.Add($"{name} ({api})");
                // A model's weights are as large here as where they came from.
                Directory.Delete(folder, recursive: true);
            }
        }
        Write(words, rows);
        if (failed.Count > 0)
            throw new CakeException(1, $"{failed.Count} exports do not hold: {string.Join(", ", failed)}");
    }

    static void Write(string[] versions, List<string> rows)
    {
        var text = new StringBuilder();
        text.Append(string.Create(CultureInfo.InvariantCulture, $"""
            # Exports on Flax

            What `harness export` writes of the goldens in `golden/models`, run with flax {versions[2]} and jax
            {versions[1]} (Python {versions[0]}, NumPy {versions[3]}, {versions[4]}): the largest difference from
            PyTorch's float64 outputs beside the largest output. Written by
            `dotnet run --project build -- --target=FlaxCheck --python=PATH`.

            | model | API | float64 | float32 | |
            |---|---|---:|---:|---|

            """).ReplaceLineEndings("\n"));
        foreach (var row in rows) text.Append(row).Append('\n');
        File.WriteAllText("docs/flax.md", text.ToString());
    }

    static (int Exit, string[] Lines) Python(BuildContext context, params string[] words)
    {
        var settings = new ProcessSettings { Arguments = new ProcessArgumentBuilder(), RedirectStandardOutput = true };
        foreach (var word in words)
            settings.Arguments.AppendQuoted(word);
        try
        {
            var exit = context.StartProcess(context.Python, settings, out var lines);
            return (exit, [.. lines]);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or CakeException)
        {
            throw new CakeException(2, $"'{context.Python}' cannot be started: {e.Message}");
        }
    }

    [GeneratedRegex("(?<type>float64|float32): scaled drift (?<drift>[^,]+),")]
    private static partial Regex DriftLine();
}
