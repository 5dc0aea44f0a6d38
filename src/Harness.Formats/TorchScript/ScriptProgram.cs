using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>A script whose conditions ask for shapes or types of its inputs.</summary>
sealed class ScriptProgram(ScriptArchive archive, ScriptArguments arguments) : InputProgram
{
    ScriptWalk? _refused;

    /// <inheritdoc/>
    public override Graph? Reached => _refused?.Known();

    /// <inheritdoc/>
    public override Graph For(IReadOnlyList<Fact> inputs)
    {
        var walk = new ScriptWalk(archive, arguments, inputs);
        _refused = walk;
        try
        {
            var graph = walk.Run();
            _refused = null;
            return graph;
        }
        finally
        {
            Steps += walk.Steps;
        }
    }
}
