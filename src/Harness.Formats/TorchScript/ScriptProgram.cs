using Harness.Executor.Model;

namespace Harness.Formats.TorchScript;

/// <summary>A script whose conditions ask for shapes or types of its inputs.</summary>
sealed class ScriptProgram(ScriptArchive archive, ScriptArguments arguments) : InputProgram
{
    /// <inheritdoc/>
    public override Graph For(IReadOnlyList<Fact> inputs)
    {
        var walk = new ScriptWalk(archive, arguments, inputs);
        try
        {
            return walk.Run();
        }
        finally
        {
            Steps += walk.Steps;
        }
    }
}
