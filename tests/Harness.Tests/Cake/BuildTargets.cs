using System.Text.RegularExpressions;
using Build.Arguments;
using Harness.Tests.Naive;

namespace Harness.Tests.Cake;

/// <summary>The targets of build/, as its sources state them: the program itself is none of the solution's.</summary>
static partial class BuildTargets
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<BuildTarget> All { get; } = [.. Sources().Select(source => Read(source.Text))];

    /// <summary>The text of each task's file.</summary>
    public static IEnumerable<(string File, string Text)> Sources() =>
        Directory.EnumerateFiles(Path.Combine(NaiveWalkTests.Repository, "build", "Tasks"), "*.cs").Order()
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file)));

    /// <summary>The name of the target in a task's file.</summary>
    public static string NameIn(string text) => NamePattern().Match(text).Groups[1].Value;

    static BuildTarget Read(string text) => new(
        NameIn(text), "does something", [.. AfterPattern().Matches(text).Select(match => match.Groups[1].Value)]);

    [GeneratedRegex(@"\[TaskName\(""(\w+)""\)\]")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\[IsDependentOn\(typeof\((\w+)Task\)\)\]")]
    private static partial Regex AfterPattern();
}
