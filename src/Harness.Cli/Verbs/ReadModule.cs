using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Cli.Verbs;

/// <summary>A module of a user's assembly as Harness.Reference reads it, which alone may load TorchSharp and the user's
/// code: a graph and weights in a folder that goes with this.</summary>
sealed class ReadModule : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("harness-module-").FullName;

    ReadModule()
    {
    }

    /// <summary>Reads one.</summary>
    /// <param name="terminal">Gets what the reading, or the user's code, says.</param>
    /// <param name="model"><c>net.dll#Namespace.Type</c>.</param>
    /// <exception cref="ModelException">It cannot be read, for a reason that has been told; PAR9001: Harness.Reference
    /// is not there.</exception>
    public static ReadModule Of(Terminal terminal, string model)
    {
        var read = new ReadModule();
        try
        {
            // The user's code may write to it, and what this command writes there is for machines.
            string[] words = ["module", model, "--output", read._folder];
            var (exit, last) = ReferenceProcess.Hear(terminal, Codes.LibTorchMissing, words);
            if (exit == 0) return read;
            throw new ModelException(ReferenceProcess.FindingOf(last)
                ?? new Finding(Codes.RunnerEnded, model, $"reading the module ended with exit code {exit}"));
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    /// <summary>The graph's document.</summary>
    public string Graph => ModuleFiles.GraphOf(_folder);

    /// <summary>The weights' file.</summary>
    public string Weights => ModuleFiles.WeightsOf(_folder);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
