using Harness.Executor.Model;
using Harness.Formats.Zip;

namespace Harness.Formats.TorchScript;

/// <summary>Reads a TorchScript archive, traced or scripted, into a graph and a state dict.</summary>
static class TorchScriptFile
{
    /// <summary>The model; it owns the file.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="root">Its inner folder, with the slash: <c>resnet18/</c>.</param>
    /// <param name="given">What is given to arguments of <c>forward</c> that are no tensors:
    /// <c>sr=16000</c>.</param>
    /// <exception cref="ModelException">The archive is damaged, or holds what is not supported.</exception>
    public static TorchModel Read(ZipView zip, string root, IReadOnlyList<string> given)
    {
        var archive = new ScriptArchive(zip, root);
        var arguments = new ScriptArguments(given);
        var walk = new ScriptWalk(archive, arguments, null);
        var weights = ModuleTree.StateDict(archive, out var types);
        try
        {
            return new TorchModel(walk.Run(), weights, "TorchScript", zip.File)
            {
                Path = zip.File.Path, IsScript = true, Arguments = [.. given], ModuleTypes = types,
            };
        }
        catch (InputsNeededException)
        {
            var program = new ScriptProgram(archive, arguments);
            return new TorchModel(program, walk.Known(), weights, "TorchScript", zip.File)
            {
                Path = zip.File.Path, IsScript = true, Arguments = [.. given], ModuleTypes = types,
            };
        }
    }
}
