using System.Diagnostics;

namespace Harness.Aot.Tests;

/// <summary>Harness.AotSample as one native executable, published once for all tests.</summary>
/// <remarks>Built into artifacts/aot, so that nothing that the tests run from is written; a second time costs
/// seconds.</remarks>
public sealed class PublishedSample
{
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    readonly Lazy<string> _executable = new(Publish);

    /// <summary>The folder that holds the solution.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Runs the executable and returns what it wrote to stderr.</summary>
    public string Run(params string[] arguments) => Start(_executable.Value, arguments);

    static string Publish()
    {
        string artifacts = Path.Combine(Repository, "artifacts", "aot");
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        Start(dotnet, "publish", Path.Combine(Repository, "tests", "Harness.AotSample"), "-c", "Release",
            "--use-current-runtime",
            $"-p:ArtifactsPath={artifacts}", $"-p:LockFolder={artifacts}", "-p:RunAnalyzers=false", "-nodeReuse:false",
            "-v", "quiet", "-nologo");
        string name = OperatingSystem.IsWindows() ? "Harness.AotSample.exe" : "Harness.AotSample";
        return Directory.GetFiles(Path.Combine(artifacts, "publish"), name, SearchOption.AllDirectories)
            .OrderByDescending(File.GetLastWriteTimeUtc).First();
    }

    static string Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
            { RedirectStandardOutput = true, RedirectStandardError = true };
        // What the test host's MSBuild says about itself is not true of another.
        foreach (string name in start.Environment.Keys.Where(
            key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} took longer than {s_patience}");
        }
        process.ExitCode.Should()
            .Be(0, "{0} {1} wrote {2}{3}", program, string.Join(' ', arguments), output.Result, error.Result);
        return error.Result;
    }

    static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Harness.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
