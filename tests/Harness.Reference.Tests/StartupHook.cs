using System.Reflection;
using System.Text.Json;
using Harness.Reference.Tests;

/// <summary>What .NET runs before the program of a process that is told so: it makes Harness.Reference, with the
/// assemblies and settings that it has, run again and again, a line of words a run, for
/// <see cref="ReferenceRun"/>.</summary>
static class StartupHook
{
    /// <summary>Makes a process one of these.</summary>
    public const string Variable = "HARNESS_TESTS_REFERENCE_HOST";

    /// <summary>.NET's own: assemblies with a class of this one's name.</summary>
    public const string Hooks = "DOTNET_STARTUP_HOOKS";

    /// <summary>Called by .NET.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
            return;
        Environment.SetEnvironmentVariable(Variable, null);
        var program = Assembly.Load("Harness.Reference").EntryPoint!.CreateDelegate<Func<string[], int>>();
        var (input, output) = (Console.In, Console.Out);
        while (input.ReadLine() is { } line)
        {
            var (text, error) = (new StringWriter(), new StringWriter());
            Console.SetOut(TextWriter.Synchronized(text));
            Console.SetError(TextWriter.Synchronized(error));
            int exitCode = program(JsonSerializer.Deserialize<string[]>(line)!);
            output.WriteLine(JsonSerializer.Serialize(new ReferenceRun(exitCode, $"{text}", $"{error}")));
            output.Flush();
        }
        Environment.Exit(0);
    }
}
