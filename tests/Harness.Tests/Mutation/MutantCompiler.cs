using System.Text.Json;
using Harness.Tests.Naive;

namespace Harness.Tests.Mutation;

/// <summary>Compiles a project of this repository with one source in another form, as the build compiles it: the
/// compiler is told what MSBuild would tell it. Neither the sources nor what was built of them change.</summary>
/// <param name="folder">For what it makes.</param>
sealed class MutantCompiler(string folder)
{
    // An assembly that differs in nothing but the mistake; documents and warnings are of no use.
    static readonly string[] s_left = ["/doc:", "/refout:", "/out:", "/warnaserror", "/noconfig", "/analyzerconfig:"];

    readonly Dictionary<string, (string Compiler, string[] Words)> _words = new(StringComparer.Ordinal);

    /// <summary>The assembly of a project.</summary>
    /// <param name="project"><c>Harness.Executor</c>.</param>
    /// <param name="source">A source, from the repository's root.</param>
    /// <param name="text">What stands in it.</param>
    /// <exception cref="InvalidOperationException">It does not compile, or the project was not built
    /// before.</exception>
    public string Compile(string project, string source, string text)
    {
        if (!_words.TryGetValue(project, out var known)) _words[project] = known = WordsOf(project);
        string home = Path.Combine(NaiveWalkTests.Repository, "src", project);
        string relative = Path.GetRelativePath(home, Path.Combine(NaiveWalkTests.Repository, source));
        string changed = Path.Combine(folder, "changed.cs"), rsp = Path.Combine(folder, "words.rsp");
        // The file's name is the assembly's.
        string made = Path.Combine(folder, "made");
        string assembly = Path.Combine(made, AssemblyOf(project));
        File.WriteAllText(changed, text);
        Directory.CreateDirectory(made);
        int replaced = 0;
        // A word with a blank in it would be two.
        File.WriteAllLines(rsp, known.Words.Select(word =>
        {
            if (Path.GetFullPath(word, home) != Path.GetFullPath(relative, home)) return Quoted(word);
            replaced++;
            return Quoted(changed);
        }).ToArray());
        if (replaced != 1) throw new InvalidOperationException($"{source} is {replaced} times a source of {project}");
        File.Delete(assembly);
        var (exit, output) = ChildProcess.Run(ChildProcess.DotNet,
            [known.Compiler, "/shared", "/keepalive:60", "/noconfig", "/skipanalyzers+", "/nologo",
                $"/out:{assembly}", $"@{rsp}"], home);
        return exit == 0 && File.Exists(assembly) ? assembly
            : throw new InvalidOperationException($"{source} does not compile with the mistake in it:\n{output}");
    }

    static (string, string[]) WordsOf(string project)
    {
        string file = Path.Combine(NaiveWalkTests.Repository, "src", project, $"{project}.csproj");
        var (exit, output) = ChildProcess.Run(ChildProcess.DotNet,
        [
            "build", file, "-c", Configuration, "--no-restore", "-t:PrepareResources;Compile",
            // Tells, and compiles nothing.
            "-p:DesignTimeBuild=true", "-p:ProvideCommandLineArgs=true", "-p:SkipCompilerExecution=true",
            "-p:NonExistentFile=nonexistent", "-p:BuildProjectReferences=false",
            "-getItem:CscCommandLineArgs", "-getProperty:RoslynTargetsPath",
        ], NaiveWalkTests.Repository);
        if (exit != 0)
            throw new InvalidOperationException($"MSBuild does not say how {project} is compiled:\n{output}");
        using var json = JsonDocument.Parse(output);
        string roslyn = json.RootElement.GetProperty("Properties").GetProperty("RoslynTargetsPath").GetString()!;
        string[] words = [.. json.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!)
            .Where(word => !Array.Exists(s_left, left => word.StartsWith(left, StringComparison.Ordinal)))];
        return (Path.Combine(roslyn, "bincore", "csc.dll"), words);
    }

    /// <summary>The file of a project's assembly.</summary>
    public static string AssemblyOf(string project) => project == "Harness.Cli" ? "harness.dll" : $"{project}.dll";

    /// <summary>What the test assembly was built as, and so all that it is held against.</summary>
    public static string Configuration { get; } = Path.GetFileName(
        Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    static string Quoted(string word) =>
        word.Contains(' ', StringComparison.Ordinal) && !word.Contains('"', StringComparison.Ordinal)
            ? $"\"{word}\"" : word;
}
