using Harness.MSBuild.Names;
using Microsoft.Build.Framework;

namespace Harness.MSBuild;

/// <summary>Records the golden of one model: <c>harness record MODEL --golden DIR</c>.</summary>
[MSBuildMultiThreadableTask]
public sealed class ParityRecord : HarnessTool
{
    bool _isRefused;

    /// <summary>All models of the project, of which this is one.</summary>
    public ITaskItem[] Others { get; set; } = [];

    /// <summary>What was recorded is what was asked for: shown by a plain <c>dotnet build</c>.</summary>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    protected override bool ValidateParameters()
    {
        if (Models.Length != 1)
            Fail($"One model is recorded at a time; this task was given {Models.Length}.");
        var others = ResolveModels(Others);
        // Told once, and nothing is recorded: the first model's task has failed the build.
        if (IsFirst)
            RefuseSharedGoldens(others);
        else
            _isRefused = SharedGoldens(others).Any();
        return base.ValidateParameters();
    }

    /// <inheritdoc/>
    protected override bool SkipTaskExecution() => _isRefused;

    bool IsFirst => new[] { "Identity", "Golden", "Weights" }.All(
        fact => Models[0].GetMetadata(fact) == Others[0].GetMetadata(fact));

    // Once a project, not once a model.
    private protected override List<UnknownName> UnknownNames() =>
        !IsFirst ? [] : UnknownName.Of(
            new ProjectNames(ProjectFile, NameFiles, PackageNameFiles, PackageRoot), Others, BuildEngine);

    /// <inheritdoc/>
    protected override IEnumerable<string> ToolArguments()
    {
        var model = Cases[0];
        string[] weights = model.Weights is null ? [] : ["--weights", model.Weights];
        string[] allows = Models[0].GetMetadata("AllowNaN").Trim() switch
        {
            "" => [],
            var text when bool.TryParse(text, out var isTrue) => isTrue ? ["--allow-nan"] : [],
            // The command says what is wrong with it.
            var text => [$"--allow-nan={text}"],
        };
        var reason = Models[0].GetMetadata("RecordReason").Trim();
        // One word, whatever it begins with.
        string[] why = reason.Length == 0 ? [] : [$"--reason={reason}"];
        return
        [
            // One an input: "2,3,12,9" or "2,4,7,11;2,2,7,11"; the commas are the shape's own.
            "record", model.Model, .. weights, .. Each("Arguments", "--argument"),
            .. Each("InputShape", "--input-shape"), .. Each("Input", "--input"),
            .. One("Seed", "--seed"), .. allows, .. why, "--golden", model.Golden,
        ];
    }

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance) =>
        // What is no finding says what to state, too.
        base.LogEventsFromTextOutput(
            CanonicalLine.Read(singleLine) is null ? Words.Of(singleLine) : singleLine, messageImportance);

    IEnumerable<string> Each(string metadata, string option) =>
        Models[0].GetMetadata(metadata).Split(';', Trimmed).SelectMany(value => new[] { option, value });

    string[] One(string metadata, string option) =>
        Models[0].GetMetadata(metadata) is { Length: > 0 } value ? [option, value] : [];
}
