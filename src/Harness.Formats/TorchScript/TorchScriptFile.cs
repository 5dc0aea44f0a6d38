using Harness.Executor.Model;
using Harness.Formats.Zip;

namespace Harness.Formats.TorchScript;

/// <summary>Reads a traced TorchScript archive into a graph and a state dict.</summary>
static class TorchScriptFile
{
    /// <summary>The model; it owns the file.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="root">Its inner folder, with the slash: <c>resnet18/</c>.</param>
    /// <exception cref="ModelException">The archive is damaged, or holds what a trace does not.</exception>
    public static TorchModel Read(ZipView zip, string root)
    {
        var archive = new ScriptArchive(zip, root);
        var graph = new ScriptWalk(archive).Run();
        var weights = ModuleTree.StateDict(archive);
        return new TorchModel(graph, weights, "TorchScript", zip.File)
        {
            Path = zip.File.Path,
            IsScript = true,
        };
    }
}
