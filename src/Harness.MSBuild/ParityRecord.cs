using Microsoft.Build.Framework;

namespace Harness.MSBuild;

/// <summary>Records the golden of one model: <c>harness record MODEL --golden DIR</c>.</summary>
[MSBuildMultiThreadableTask]
public sealed class ParityRecord : HarnessTool
{
    /// <summary>All models of the project, of which this is one.</summary>
    public ITaskItem[] Others { get; set; } = [];

    /// <summary>What was recorded is what was asked for: shown by a plain <c>dotnet build</c>.</summary>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    protected override bool ValidateParameters()
    {
        if (Models.Length != 1)
            Fail($"One model is recorded at a time; this task was given {Models.Length}.");
        RefuseSharedGoldens(ResolveModels(Others));
        return base.ValidateParameters();
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> ToolArguments()
    {
        var model = Cases[0];
        string[] weights = model.Weights is null ? [] : ["--weights", model.Weights];
        // One an input: "2,3,12,9" or "2,4,7,11;2,2,7,11"; the commas are the shape's own.
        var shapes = Models[0].GetMetadata("InputShape").Split(';', Trimmed)
            .SelectMany(shape => new[] { "--input-shape", shape });
        string reason = Models[0].GetMetadata("Reason").Trim();
        // One word, whatever it begins with.
        string[] why = reason.Length == 0 ? [] : [$"--reason={reason}"];
        string[] permits = Models[0].GetMetadata("AllowNaN").Trim().Equals("true", StringComparison.OrdinalIgnoreCase)
            ? ["--allow-nan"] : [];
        return ["record", model.Model, .. weights, .. shapes, .. why, .. permits, "--golden", model.Golden];
    }
}
