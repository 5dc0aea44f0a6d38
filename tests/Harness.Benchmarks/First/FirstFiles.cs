namespace Harness.Benchmarks.First;

/// <summary>The files that the engines' processes read, prepared once.</summary>
/// <param name="Folder">Where they lie.</param>
sealed record FirstFiles(string Folder)
{
    /// <summary>Our graph.</summary>
    public string Graph => Path.Combine(Folder, "graph.json");

    /// <summary>Its weights.</summary>
    public string Weights => Path.Combine(Folder, "weights.safetensors");

    /// <summary>The same model for ONNX Runtime.</summary>
    public string Onnx => Path.Combine(Folder, "model.onnx");

    /// <summary>The input in PyTorch's order.</summary>
    public string Input => Path.Combine(Folder, "x.npy");

    /// <summary>Where an engine leaves its first result, in PyTorch's order.</summary>
    public string Output(string engine) => Path.Combine(Folder, $"y.{engine}.npy");
}
