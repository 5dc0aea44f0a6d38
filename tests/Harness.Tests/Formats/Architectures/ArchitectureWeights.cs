using Harness.Formats;
using Harness.Formats.Architectures;

namespace Harness.Tests.Formats.Architectures;

/// <summary>Writes the weights that a seed stands for, so that real torchvision can be given them:
/// <c>make_outputs.py</c>.</summary>
static class ArchitectureWeights
{
    /// <summary>The word that makes the test assembly do it: <c>weights arch:NAME seed:0 FILE</c>.</summary>
    public const string Verb = "weights";

    /// <summary>Writes the file.</summary>
    public static void Write(string model, string seed, string file) =>
        SafetensorsFile.Write(file, WeightsFile.Open(seed, ArchitectureSet.Find(model).Build()));
}
