using System.Diagnostics;
using System.Text.RegularExpressions;
using Harness.Parity.Verification;
using Harness.Tests.Naive;

namespace Harness.Tests.Mutation;

/// <summary>What became of one mistake.</summary>
/// <param name="Fault">The mistake.</param>
/// <param name="SeenBy">Who saw it first; null where nobody did.</param>
/// <param name="Said">The line that it was seen by.</param>
sealed record CodeMutant(CodeFault Fault, CodeJudge? SeenBy, string Said)
{
    /// <summary>Caught where it should be, or equivalent and green.</summary>
    public bool IsAsStated => Fault.Equivalent is null ? SeenBy <= Fault.By : SeenBy is null;
}

/// <summary>The truth of the gate and of the tests: mistakes in the code, one at a time, each compiled into copies of
/// the command and of the tests that this build made.</summary>
/// <remarks>What CI runs judges: <c>harness verify golden</c>, on as many threads and as wide as this machine is; where
/// that is green, the tests of the folder that the mistake is in, and all that need nothing but .NET.</remarks>
sealed class CodeMutations : IDisposable
{
    // So often as long as without a mistake, and it goes round for ever.
    const int Patience = 20;
    static readonly TimeSpan s_leastPatience = TimeSpan.FromMinutes(2);
    // All tests on a busy machine.
    static readonly TimeSpan s_patienceOfTests = TimeSpan.FromMinutes(30);

    // Most mistakes are seen here, in a few seconds.
    const string Operators = "golden/ops";

    // The tests of each folder.
    static readonly (string Folder, string Tests)[] s_tests =
    [
        ("Executor/Cpu/", "Cpu"), ("Executor/Model/", "Formats|Program"), ("Executor/", "Ops|Program|Schema"),
        ("Formats/", "Formats"), ("Parity/", "Parity"), ("Cli/", "Cli"),
    ];

    // Below the repository, which tests look for above themselves.
    readonly string _folder = Path.Combine(
        NaiveWalkTests.Repository, "artifacts", "mutate", Guid.NewGuid().ToString("n"));
    readonly MutantCompiler _compiler;
    readonly string _command, _tests;
    readonly HashSet<string> _controlled = new(StringComparer.Ordinal);
    readonly string[] _goldens = [.. Goldens()];
    TimeSpan _patience = s_leastPatience;

    /// <summary>Copies what was built.</summary>
    public CodeMutations()
    {
        Directory.CreateDirectory(_folder);
        _compiler = new MutantCompiler(_folder);
        _command = Copied("Harness.Cli");
        _tests = Copied("Harness.Tests");
    }

    /// <summary>Makes a mistake and sees who sees it.</summary>
    /// <exception cref="InvalidOperationException">It cannot be made, or something is wrong without it.</exception>
    public CodeMutant Try(CodeFault fault)
    {
        string source = Path.Combine(NaiveWalkTests.Repository, fault.Source), text = File.ReadAllText(source);
        Control(fault, text);
        string assembly = _compiler.Compile(fault.Project, fault.Source, fault.Apply(text));
        foreach (var (judge, told) in Judges(fault))
        {
            if (judge == CodeJudge.Tests) ControlTests(told);
            if (With(fault, assembly, () => judge == CodeJudge.Gate ? Run(told) : Failing(told)) is { } seen)
                return new CodeMutant(fault, judge, seen);
        }
        return new CodeMutant(fault, null, "");
    }

    // Whoever sees it ends the search, so that whoever is likely to comes first: of what the gate is not expected to
    // see, the tests nearby before whole architectures.
    IEnumerable<(CodeJudge, string)> Judges(CodeFault fault)
    {
        string[] folders = s_tests
            .First(entry => fault.File.StartsWith(entry.Folder, StringComparison.Ordinal)).Tests.Split('|');
        string near = string.Join('|', folders.Select(tests => $"FullyQualifiedName~Harness.Tests.{tests}."));
        yield return (CodeJudge.Gate, _goldens[0]);
        if (fault.By == CodeJudge.Tests)
        {
            if (TestsOf(fault) is { } own) yield return (CodeJudge.Tests, own);
            yield return (CodeJudge.Tests, near);
        }
        foreach (string goldens in _goldens[1..]) yield return (CodeJudge.Gate, goldens);
        if (fault.By != CodeJudge.Tests) yield return (CodeJudge.Tests, near);
        // All others; the list of mistakes is of the sources, which have none.
        yield return (CodeJudge.Tests, $"FullyQualifiedName!~{nameof(CodeFaultTests)}" + string.Concat(
            folders.Select(tests => $"&FullyQualifiedName!~Harness.Tests.{tests}.")));
    }

    // Those that speak of the file's class: seconds, where a folder of tests takes minutes.
    static string? TestsOf(CodeFault fault)
    {
        string name = Path.GetFileNameWithoutExtension(fault.File);
        var classes = Directory.EnumerateFiles(
                Path.Combine(NaiveWalkTests.Repository, "tests", "Harness.Tests"), "*Tests.cs",
                SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) == $"{name}Tests.cs"
                || Regex.IsMatch(File.ReadAllText(file), $@"\b{name}\b"))
            .Select(Path.GetFileNameWithoutExtension).Where(one => one != nameof(CodeFaultTests)).Order().ToArray();
        return classes.Length == 0 ? null
            : string.Join('|', classes.Select(one => $"FullyQualifiedName~.{one}."));
    }

    // All goldens in parts, a blank between their folders, the cheapest first, each about as dear as all before it: a
    // part that is red ends the search.
    static IEnumerable<string> Goldens()
    {
        string root = NaiveWalkTests.Repository;
        long CostOf(string folder) => GoldenSearch.Below(Path.Combine(root, folder))
            .Sum(golden => CaseCost.Of(new VerifyRequest(golden)).Nanoseconds);
        yield return Operators;
        long spent = CostOf(Operators), cost = 0;
        var part = new List<string>();
        foreach (var (folder, more) in Directory.GetDirectories(Path.Combine(root, "golden", "models"))
            .Select(folder => Path.GetRelativePath(root, folder).Replace('\\', '/'))
            .Select(folder => (Folder: folder, Cost: CostOf(folder))).OrderBy(pair => pair.Cost))
        {
            part.Add(folder);
            cost += more;
            if (cost < spent) continue;
            yield return string.Join(' ', part);
            (spent, cost) = (spent + cost, 0);
            part.Clear();
        }
        if (part.Count > 0) yield return string.Join(' ', part);
    }

    // What is red without a mistake says nothing: the same way, through the same compiler, once a project.
    void Control(CodeFault fault, string text)
    {
        if (!_controlled.Add(fault.Project)) return;
        string assembly = _compiler.Compile(fault.Project, fault.Source, text);
        long started = Stopwatch.GetTimestamp();
        if (With(fault, assembly, () => Run(Operators)) is { } red)
            throw new InvalidOperationException($"{fault.Project} compiled as it is makes the gate red: {red}");
        var patience = Stopwatch.GetElapsedTime(started) * Patience;
        if (patience > _patience) _patience = patience;
    }

    // Copies stand elsewhere than the tests think.
    void ControlTests(string filter)
    {
        if (_controlled.Add(filter) && Failing(filter) is { } failed)
            throw new InvalidOperationException($"a test fails without any mistake: {failed}");
    }

    T With<T>(CodeFault fault, string assembly, Func<T> judge)
    {
        string name = MutantCompiler.AssemblyOf(fault.Project);
        string[] places = [Path.Combine(_command, name), Path.Combine(_tests, name)];
        string kept = Path.Combine(_folder, "whole.dll");
        File.Copy(places[0], kept, overwrite: true);
        foreach (string place in places) File.Copy(assembly, place, overwrite: true);
        try
        {
            return judge();
        }
        finally
        {
            foreach (string place in places) File.Copy(kept, place, overwrite: true);
        }
    }

    string? Run(string goldens)
    {
        string harness = Path.Combine(_command, OperatingSystem.IsWindows() ? "harness.exe" : "harness");
        var (exit, output) = ChildProcess.Run(
            harness,
            ["verify", .. goldens.Split(' '), "--received", Path.Combine(_folder, "received"), "--no-progress"],
            NaiveWalkTests.Repository, _patience);
        return exit switch
        {
            0 => null,
            ChildProcess.Hung => "it does not end",
            _ => output.Split('\n').FirstOrDefault(line => line.Contains(": error PAR", StringComparison.Ordinal))
                ?? $"exit code {exit}: {output.Split('\n').FirstOrDefault()}",
        };
    }

    string? Failing(string filter)
    {
        var (exit, output) = ChildProcess.Run(
            ChildProcess.DotNet,
            ["test", Path.Combine(_tests, "Harness.Tests.dll"), "--filter", filter, "--nologo", "--",
                "xUnit.StopOnFail=true"],
            NaiveWalkTests.Repository, s_patienceOfTests);
        return exit switch
        {
            0 => null,
            ChildProcess.Hung => "they do not end",
            _ => output.Split('\n').FirstOrDefault(line => line.Contains("[FAIL]", StringComparison.Ordinal))
                ?? $"exit code {exit}",
        };
    }

    string Copied(string project)
    {
        string from = Path.Combine(
            NaiveWalkTests.Repository, "artifacts", "bin", project, MutantCompiler.Configuration);
        if (!Directory.Exists(from))
            throw new InvalidOperationException($"{from} is missing: build the solution first");
        string to = Path.Combine(_folder, project, MutantCompiler.Configuration);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return to;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
