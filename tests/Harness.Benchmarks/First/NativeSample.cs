using System.Diagnostics;
using System.Globalization;

namespace Harness.Benchmarks.First;

/// <summary>Harness.AotSample as one native executable for this processor: what an embedder would ship, with no
/// compiler at work while it starts.</summary>
static class NativeSample
{
    /// <summary>Publishes it into the repository's artifacts and returns its path.</summary>
    /// <exception cref="InvalidOperationException">There is no repository around this program, or publishing
    /// failed.</exception>
    public static string Publish()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Harness.sln"))) folder = folder.Parent;
        string root = folder?.FullName
            ?? throw new InvalidOperationException("--native needs the repository, expected above this program");
        string artifacts = Path.Combine(root, "artifacts", "aot-native");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [
            "publish", Path.Combine(root, "tests", "Harness.AotSample"), "-c", "Release", "--use-current-runtime",
            "-p:IlcInstructionSet=native", $"-p:ArtifactsPath={artifacts}", $"-p:LockFolder={artifacts}",
            "-p:RunAnalyzers=false", "-nodeReuse:false",
            "-v", "quiet", "-nologo",
        ]);
        using var publish = Process.Start(start)!;
        publish.WaitForExit();
        if (publish.ExitCode != 0)
            throw new InvalidOperationException($"publishing Harness.AotSample ended with {publish.ExitCode}");
        string name = OperatingSystem.IsWindows() ? "Harness.AotSample.exe" : "Harness.AotSample";
        return Directory.GetFiles(Path.Combine(artifacts, "publish"), name, SearchOption.AllDirectories)
            .OrderByDescending(File.GetLastWriteTimeUtc).First();
    }

    /// <summary>Its command line on prepared files.</summary>
    public static string[] CommandLine(string executable, FirstFiles files, int threads) =>
        [executable, files.Graph, files.Input, files.Output("harnessNative"), "float32",
            threads.ToString(CultureInfo.InvariantCulture), files.Weights];
}
