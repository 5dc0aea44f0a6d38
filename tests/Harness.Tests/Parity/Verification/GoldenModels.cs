using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;

namespace Harness.Tests.Parity.Verification;

/// <summary>The models this repository gates itself with, as tests open them.</summary>
static class GoldenModels
{
    public static string Folder { get; } = Path.Combine(Repository(), "golden", "models");

    /// <summary>The traced models, which hold their own weights.</summary>
    public static IEnumerable<string> Traced =>
        Directory.GetFiles(Folder, "model.pt", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal);

    /// <summary>The golden and the converted model of a traced one; the caller disposes the file.</summary>
    public static (GoldenCase Golden, NhwcProgram Model) Open(
        string name, out TorchModel torch, FlattenMode flatten = FlattenMode.Transpose)
    {
        var golden = GoldenStore.Read(Path.Combine(Folder, name));
        torch = ModelFile.Open(golden.ModelPath!);
        return (golden, NhwcPass.Apply(torch, [.. golden.Document.Inputs.Select(port => port.Shape)], flatten));
    }

    static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Harness.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
