using System.Text.Json;
using Harness.MSBuild.Tests;

/// <summary>What .NET runs before the program of a process that is told so: it makes the SDK's MSBuild, with the
/// assemblies and settings that the SDK gives it, take orders from a <see cref="BuildHost"/>.</summary>
static class StartupHook
{
    /// <summary>Makes a process one that takes orders; holds the <see cref="Hooks"/> that are left to its
    /// children.</summary>
    public const string Variable = "HARNESS_TESTS_BUILD_HOST";

    /// <summary>.NET's own: assemblies with a class of this one's name.</summary>
    public const string Hooks = "DOTNET_STARTUP_HOOKS";

    /// <summary>Called by .NET.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } others)
            return;
        Environment.SetEnvironmentVariable(Hooks, others is "" ? null : others);
        Environment.SetEnvironmentVariable(Variable, null);
        // What the builds start, the command above all, runs most of its code once: compiled in haste it costs a
        // quarter less. Whole builds start it as it is.
        Environment.SetEnvironmentVariable("DOTNET_JITMinOpts", "1");
        var execute = Type.GetType("Microsoft.Build.CommandLine.MSBuildApp, MSBuild", throwOnError: true)!
            .GetMethod("Execute", [typeof(string[])])!.CreateDelegate<Func<string[], int>>();
        var (input, output) = (Console.In, Console.Out);
        while (input.ReadLine() is { } line)
        {
            output.WriteLine(JsonSerializer.Serialize(Build(execute, JsonSerializer.Deserialize<BuildOrder>(line)!)));
            output.Flush();
        }
        Environment.Exit(0);
    }

    static BuildAnswer Build(Func<string[], int> execute, BuildOrder order)
    {
        var kept = order.Environment.Keys.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        foreach (var (name, value) in order.Environment)
            Environment.SetEnvironmentVariable(name, value);
        Directory.SetCurrentDirectory(order.Folder);
        using var text = new StringWriter();
        var all = TextWriter.Synchronized(text);
        Console.SetOut(all);
        Console.SetError(all);
        try
        {
            // Its first argument is the program.
            var exit = execute(["MSBuild.dll", .. order.Arguments]);
            return new BuildAnswer(exit == 0 ? 0 : 1, text.ToString());
        }
        finally
        {
            Directory.SetCurrentDirectory(AppContext.BaseDirectory);
            foreach (var (name, value) in kept)
                Environment.SetEnvironmentVariable(name, value);
        }
    }
}
