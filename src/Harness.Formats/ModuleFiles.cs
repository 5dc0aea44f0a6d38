using Harness.Executor.Model;

namespace Harness.Formats;

/// <summary>What was read of a module in an assembly, in a folder: its graph and its weights.</summary>
public static class ModuleFiles
{
    const string GraphName = "graph.json", WeightsName = "weights.safetensors";

    /// <summary>The graph's document.</summary>
    public static string GraphOf(string folder) => Path.Combine(folder, GraphName);

    /// <summary>The weights' file.</summary>
    public static string WeightsOf(string folder) => Path.Combine(folder, WeightsName);

    /// <summary>Writes both.</summary>
    /// <param name="folder">The folder, which is made where it is not there.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="weights">The weights; null where others took their place, so that none must lie there.</param>
    /// <exception cref="IOException">They cannot be written.</exception>
    public static void Write(string folder, Graph graph, StateDict? weights)
    {
        Directory.CreateDirectory(folder);
        if (weights is not null) SafetensorsFile.Write(WeightsOf(folder), weights);
        else File.Delete(WeightsOf(folder));
        GraphJson.Write(GraphOf(folder), graph);
    }
}
