using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Harness.MSBuild.Tests;

/// <summary>The SDK's own MSBuild, in a process that builds one project after another: most of what a small build costs
/// is a process that starts and compiles its own code. Each build has a folder, an environment and a reading of its
/// projects of its own. The process ends with that of the tests, whose orders then end.</summary>
sealed class BuildHost
{
    static readonly ConcurrentBag<BuildHost> s_idle = [];

    static readonly string s_dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    static readonly string s_sdk = FindSdk();

    readonly Process _process;

    BuildHost()
    {
        var start = new ProcessStartInfo(s_dotnet, ["exec", Path.Combine(s_sdk, "MSBuild.dll")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var others = Environment.GetEnvironmentVariable(StartupHook.Hooks);
        start.Environment[StartupHook.Variable] = others ?? "";
        start.Environment[StartupHook.Hooks] =
            string.Join(Path.PathSeparator, others is null ? [Scaffold.FakeTool] : [others, Scaffold.FakeTool]);
        // What the command line tells MSBuild.
        start.Environment["MSBuildExtensionsPath"] = s_sdk + Path.DirectorySeparatorChar;
        start.Environment["MSBuildSDKsPath"] = Path.Combine(s_sdk, "Sdks");
        start.Environment["DOTNET_HOST_PATH"] = s_dotnet;
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment.Remove("GITHUB_STEP_SUMMARY");
        _process = Process.Start(start)!;
    }

    /// <summary>Builds, in a process that nobody else uses meanwhile.</summary>
    public static BuildAnswer Run(BuildOrder order)
    {
        if (!s_idle.TryTake(out var host))
            host = new BuildHost();
        host._process.StandardInput.WriteLine(JsonSerializer.Serialize(order));
        host._process.StandardInput.Flush();
        var answer = host._process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"MSBuild ended instead of building in {order.Folder}");
        // One that failed us is not asked again.
        s_idle.Add(host);
        return JsonSerializer.Deserialize<BuildAnswer>(answer)!;
    }

    // Of several the one that dotnet itself takes where no global.json asks for another: in the folders of tests.
    static string FindSdk()
    {
        var version = Ask("--version").Trim();
        var line = Ask("--list-sdks").Split('\n')
            .First(line => line.StartsWith($"{version} [", StringComparison.Ordinal));
        return Path.Combine(line.Trim()[(version.Length + 2)..^1], version);
    }

    static string Ask(string question)
    {
        using var process = Process.Start(new ProcessStartInfo(s_dotnet, [question])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
        })!;
        return process.StandardOutput.ReadToEnd();
    }
}

/// <summary>A build to do.</summary>
/// <param name="Folder">The current folder.</param>
/// <param name="Environment">Variables besides the process's own.</param>
/// <param name="Arguments">MSBuild's.</param>
sealed record BuildOrder(string Folder, Dictionary<string, string> Environment, string[] Arguments);

/// <summary>What it came to.</summary>
/// <param name="ExitCode">0 is green.</param>
/// <param name="Output">What the console would have shown.</param>
sealed record BuildAnswer(int ExitCode, string Output);
