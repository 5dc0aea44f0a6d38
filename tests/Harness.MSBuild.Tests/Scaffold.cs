using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Harness.MSBuild.Tests;

/// <summary>A real project in a folder of its own, outside the repository, with the gate of the source tree.</summary>
sealed class Scaffold : IDisposable
{
    /// <summary>The repository: the folder with Harness.sln above this assembly.</summary>
    public static readonly string Repository = FindRepository();

    static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;

    /// <summary>The harness command as the solution built it.</summary>
    public static readonly string RealTool =
        Path.Combine(Repository, "artifacts", "bin", "Harness.Cli", Configuration, "harness.dll");

    /// <summary>This assembly, which plays a misbehaving harness command.</summary>
    public static readonly string FakeTool = typeof(Scaffold).Assembly.Location;

    /// <summary>The gate without the build before it.</summary>
    public static readonly string[] GateAlone = ["-t:ParityVerify", "--no-restore"];

    /// <summary>The usual project.</summary>
    public const string OneFramework = "<TargetFramework>net10.0</TargetFramework>";

    Scaffold() =>
        // A space, an apostrophe and a letter beyond ASCII: what paths of real users hold.
        Root = Directory.CreateTempSubdirectory("harness é o'gate ").FullName;

    public Scaffold(string project = "", string frameworks = OneFramework) : this()
    {
        var package = Path.Combine(Repository, "src", "Harness.MSBuild", "build", "Harness.MSBuild");
        Write("Directory.Build.props", $"<Project><Import Project=\"{package}.props\" /></Project>");
        Write("Directory.Build.targets", $"<Project><Import Project=\"{package}.targets\" /></Project>");
        Write("nuget.config", "<configuration><packageSources><clear /></packageSources></configuration>");
        Write("Gate.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                {frameworks}
                <EnableDefaultItems>false</EnableDefaultItems>
                <ImplicitUsings>disable</ImplicitUsings>
              </PropertyGroup>
              {project}
            </Project>
            """);
    }

    /// <summary>A folder without a file.</summary>
    public static Scaffold Empty() => new();

    /// <summary>The project's folder.</summary>
    public string Root { get; }

    /// <summary>Variables of the build's environment.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>A path in the project's folder.</summary>
    public string this[string path] => Path.Combine(Root, path);

    /// <summary>The stamps of green runs that are still there.</summary>
    public string[] Stamps =>
        Directory.Exists(this["obj"]) ? Directory.GetFiles(this["obj"], "*.stamp", SearchOption.AllDirectories) : [];

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    /// <summary>Copies files of the repository's golden folder, so that a test can spoil them.</summary>
    public void Copy(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[target])!);
        File.Copy(Path.Combine(Repository, source), this[target]);
    }

    /// <summary>Runs <c>dotnet build</c> to its end. Targets alone, without a restore, are built as that would build
    /// them by a <see cref="BuildHost"/>.</summary>
    public BuildResult Build(params string[] arguments)
    {
        const string NoRestore = "--no-restore";
        if (arguments.Contains(NoRestore) && arguments.Any(a => a.StartsWith("-t:", StringComparison.Ordinal)))
            return BuildInHost([.. arguments.Where(argument => argument != NoRestore)]);
        using var build = Start(out var events, arguments);
        return Finish(build, events);
    }

    // The task is loaded into the process, which is of these tests alone and locks it for nobody.
    BuildResult BuildInHost(string[] arguments)
    {
        var log = this[$"{Guid.NewGuid():N}.events"];
        var answer = BuildHost.Run(new BuildOrder(Root, Environment, [
            "Gate.csproj", $"-p:Configuration={Configuration}", "-p:ParityTaskFactory=AssemblyTaskFactory",
            .. arguments, .. Logged(log),
        ]));
        return new BuildResult(answer.ExitCode, answer.Output, File.Exists(log) ? EventLog.Read(log) : []);
    }

    /// <summary>Starts <c>dotnet build</c>.</summary>
    public Process Start(out string events, params string[] arguments) =>
        StartLogged(out events, Root, ["build", "Gate.csproj", "-c", Configuration, .. arguments]);

    /// <summary>Starts a command of <c>dotnet</c> that builds.</summary>
    public Process StartLogged(out string events, string folder, params string[] arguments)
    {
        events = this[$"{Guid.NewGuid():N}.events"];
        return StartPlain(folder, [.. arguments, .. Logged(events)]);
    }

    static string[] Logged(string events) =>
        ["-nologo", "-v:m", "-nodeReuse:false", $"-logger:{typeof(EventLog).FullName},{FakeTool};{events}"];

    /// <summary>Starts any command of <c>dotnet</c>.</summary>
    public Process StartPlain(string folder, params string[] arguments) =>
        StartProgram(System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", folder, arguments);

    /// <summary>Starts any program.</summary>
    public Process StartProgram(string program, string folder, params string[] arguments)
    {
        // A shell's background job ignores Ctrl-C, and so does what it starts: then a cancelled build would wait for
        // ever.
        var start = new ProcessStartInfo(IgnoresInterrupt() ? "env" : program)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] all =
        [
            .. IgnoresInterrupt() ? new[] { "--default-signal=INT", program }
                : [], .. arguments,
        ];
        foreach (var argument in all)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        // What builds here come to is no part of what the tests' own run shows.
        start.Environment.Remove("GITHUB_STEP_SUMMARY");
        return Process.Start(start)!;
    }

    static bool IgnoresInterrupt()
    {
        const string Status = "/proc/self/status";
        const ulong Interrupt = 1UL << (2 - 1);
        if (!File.Exists(Status)) return false;
        string line = File.ReadLines(Status).First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & Interrupt) != 0;
    }

    /// <summary>Waits for a started build.</summary>
    public static BuildResult Finish(Process build, string events)
    {
        var error = build.StandardError.ReadToEndAsync();
        var output = build.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        build.WaitForExit();
        return new BuildResult(build.ExitCode, output, File.Exists(events) ? EventLog.Read(events) : []);
    }

    /// <summary>What Ctrl-C sends, to this process alone.</summary>
    public static void Interrupt(Process build) => _ = Kill(build.Id, signal: 2);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    [DllImport("libc", EntryPoint = "kill")]
    static extern int Kill(int process, int signal);

    static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Harness.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("No Harness.sln above the tests.");
        return folder.FullName;
    }
}

/// <summary>What a build came to.</summary>
/// <param name="ExitCode">0 is green.</param>
/// <param name="Output">What the console showed.</param>
/// <param name="Events">What MSBuild's own event stream held.</param>
sealed record BuildResult(int ExitCode, string Output, IReadOnlyList<BuildEvent> Events)
{
    public IEnumerable<BuildEvent> Errors => Events.Where(e => e.Kind == "error");

    public IEnumerable<BuildEvent> Warnings => Events.Where(e => e.Kind == "warning");

    /// <summary>How often the gate started its tool.</summary>
    public int Runs => Events.Count(e => e is { Kind: "task", Code: "ParityVerify" });

    public bool Says(string text) => Events.Any(e => e.Text?.Contains(text, StringComparison.Ordinal) == true);

    /// <summary>Fails with the whole output where the build is not green.</summary>
    public BuildResult ShouldBeGreen()
    {
        ExitCode.Should().Be(0, Output);
        return this;
    }

    /// <summary>The one error or warning with this code.</summary>
    public BuildEvent Only(string code) =>
        Errors.Concat(Warnings).Where(e => e.Code == code).Should().ContainSingle(Output).Subject;

    /// <summary>Fails unless the build is red with exactly these codes, each once.</summary>
    public BuildResult ShouldBeRed(params string[] codes)
    {
        ExitCode.Should().Be(1, Output);
        Errors.Select(e => e.Code).Should().Equal(codes, Output);
        return this;
    }
}
