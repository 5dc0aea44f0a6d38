using System.Runtime.InteropServices;

namespace Harness.Benchmarks.First;

/// <summary>The files that both engines' processes read, prepared once.</summary>
/// <param name="Folder">Where they lie.</param>
sealed record FirstFiles(string Folder)
{
    /// <summary>Our graph.</summary>
    public string Graph => Path.Combine(Folder, "graph.json");

    /// <summary>Its weights.</summary>
    public string Weights => Path.Combine(Folder, "weights.safetensors");

    /// <summary>The same model for ONNX Runtime.</summary>
    public string Onnx => Path.Combine(Folder, "model.onnx");

    /// <summary>The input's float32 elements in PyTorch's order.</summary>
    public string Input => Path.Combine(Folder, "x.nchw");

    /// <summary>The input's float32 elements channels last.</summary>
    public string InputNhwc => Path.Combine(Folder, "x.nhwc");

    /// <summary>Where an engine leaves its first result, float32 in PyTorch's order.</summary>
    public string Output(string engine) => Path.Combine(Folder, $"y.{engine}");

    /// <summary>A file's float32 elements.</summary>
    public static float[] Read(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

    /// <summary>Writes float32 elements.</summary>
    public static void Write(string path, ReadOnlySpan<float> elements) => File.WriteAllBytes(path, MemoryMarshal.AsBytes(elements));
}
