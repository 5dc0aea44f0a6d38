namespace Harness.MSBuild.Tests;

/// <summary>The columns that this repository's builds permit: CheckLongLines in Directory.Build.targets.</summary>
public sealed class LongLineTests : IDisposable
{
    // 120 columns, and what MSBuild would read if it took a source for a project.
    static readonly string s_longest = "// → %41%20 $(Nothing) @(Compile) %(FullPath) '\"` ; * ?".PadRight(120, 'x');

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("harness columns ");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_line_of_120_columns_is_green_and_one_more_is_red_at_its_place()
    {
        Write("Good.cs", "class Good;", s_longest, "", s_longest);
        Check().Should().BeEmpty();

        Write("First.cs", s_longest, s_longest + "x", "", s_longest + "xx", "class First;");
        Write("Last.cs", "class Last;", "", s_longest + "x");
        Write("Empty.cs");
        string[] red = [Place("First.cs", 2), Place("Last.cs", 3)];
        Check().Should().BeEquivalentTo(red);
        Check().Should().BeEquivalentTo(red, "what was red is looked at again");

        Write("First.cs", s_longest, "class First;");
        Write("Last.cs", "class Last;");
        Check().Should().BeEmpty();
        Check().Should().BeEmpty();
    }

    [Fact]
    public void What_nobody_writes_by_hand_is_left_alone()
    {
        Write("Made.g.cs", s_longest + "x");
        Write("artifacts/Made.cs", s_longest + "x");
        Write("written/Long.cs", s_longest + "x");

        Check().Should().Equal(Place("written/Long.cs", 1));
    }

    // As MSBuild begins the line of an error.
    string Place(string file, int line) => $"{Path.Combine(_folder.FullName, file)}({line}) : error HAR0001: ";

    void Write(string file, params string[] lines)
    {
        string path = Path.Combine(_folder.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Join('\n', lines));
    }

    // The errors of a build, without what follows the code; none where it is green.
    List<string> Check()
    {
        string targets = Path.Combine(Scaffold.Repository, "Directory.Build.targets");
        _folder.CreateSubdirectory("obj");
        File.WriteAllText(Path.Combine(_folder.FullName, "Columns.proj"), $"""
            <Project>
              <PropertyGroup>
                <IntermediateOutputPath>obj/</IntermediateOutputPath>
                <ArtifactsPath>{_folder.FullName}/artifacts</ArtifactsPath>
              </PropertyGroup>
              <ItemGroup>
                <Compile Include="**/*.cs" />
              </ItemGroup>
              <Import Project="{targets}" />
            </Project>
            """);
        var build = BuildHost.Run(new BuildOrder(
            _folder.FullName, [], ["Columns.proj", "-t:CheckLongLines", "-nologo", "-v:q", "-nodeReuse:false"]));
        string text = build.Output;
        const string Code = "HAR0001: ";
        var errors = text.Split('\n').Where(line => line.Contains(": error", StringComparison.Ordinal)).ToList();
        errors.Where(line => !line.Contains(Code, StringComparison.Ordinal)).Should().BeEmpty(text);
        build.ExitCode.Should().Be(errors.Count == 0 ? 0 : 1, text);
        return [.. errors.Select(
            line => line[..(line.IndexOf(Code, StringComparison.Ordinal) + Code.Length)]).Distinct()];
    }
}
