using System.IO.Compression;

namespace Harness.MSBuild.Tests.Packages;

/// <summary>A stranger's project: outside the repository, with packages and nothing else, in a package folder of its
/// own.</summary>
sealed class PackageScaffold : IDisposable
{
    /// <summary>The reference as the documents show it.</summary>
    public static readonly string Reference =
        $"""<PackageReference Include="Harness.MSBuild" Version="{Feed.Version}" PrivateAssets="all" />""";

    /// <summary>One model with a golden of this repository's.</summary>
    public static readonly string Gated = $"""
        <ItemGroup>
          {Reference}
          <ParityModel Include="golden/models/mine/model.pt" Golden="golden/models/mine" />
        </ItemGroup>
        """;

    readonly Scaffold _scaffold = Scaffold.Empty();

    public PackageScaffold(string project, string frameworks = Scaffold.OneFramework)
    {
        _scaffold.Write("nuget.config", Feed.Configuration);
        WriteProject("Gate.csproj", project, frameworks);
        _scaffold.Environment["NUGET_PACKAGES"] = this["packages"];
        _scaffold.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        // What only CI is told, or told not to do, is no part of this.
        foreach (var name in new[] { "CI", "GITHUB_ACTIONS", "TF_BUILD" })
            _scaffold.Environment[name] = "";
    }

    /// <summary>A project with a model and its golden.</summary>
    public static PackageScaffold WithGolden(string frameworks = Scaffold.OneFramework)
    {
        var scaffold = new PackageScaffold(Gated, frameworks);
        scaffold.CopyModel("");
        return scaffold;
    }

    /// <summary>A fault for the command to inject, or null.</summary>
    public string? Fault
    {
        set
        {
            _scaffold.Environment.Remove("HARNESS_INJECT_FAULT");
            if (value is not null)
                _scaffold.Environment.Add("HARNESS_INJECT_FAULT", value);
        }
    }

    public string Root => _scaffold.Root;

    public string this[string path] => _scaffold[path];

    /// <summary>Copies a model and its golden into a folder.</summary>
    public void CopyModel(string folder)
    {
        foreach (var file in new[] { "model.pt", "golden.json", "golden.safetensors" })
            _scaffold.Copy($"golden/models/guide_cnn/{file}", Path.Combine(folder, "golden/models/mine", file));
        // What recording leaves beside them.
        const string Set = """{"schema": 1, "cases": ["models/mine"]}""";
        _scaffold.Write(Path.Combine(folder, "golden/golden.cases.json"), Set);
    }

    /// <summary>Copies a file of the repository.</summary>
    public void Copy(string source, string target) => _scaffold.Copy(source, target);

    public void Write(string path, string text) => _scaffold.Write(path, text);

    public void WriteProject(string path, string project, string frameworks = Scaffold.OneFramework) =>
        _scaffold.Write(path, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                {frameworks}
                <EnableDefaultItems>false</EnableDefaultItems>
              </PropertyGroup>
              {project}
            </Project>
            """);

    /// <summary><c>dotnet build</c>, as it is typed in the project's folder.</summary>
    public BuildResult Build(params string[] arguments) => BuildIn(Root, arguments);

    /// <summary><c>dotnet build</c>, as it is typed in a folder.</summary>
    public BuildResult BuildIn(string folder, params string[] arguments)
    {
        using var build = _scaffold.StartLogged(out var events, folder, ["build", .. arguments]);
        return Scaffold.Finish(build, events);
    }

    /// <summary>Any other command of <c>dotnet</c>.</summary>
    public BuildResult DotNet(params string[] arguments)
    {
        using var command = _scaffold.StartPlain(Root, arguments);
        return Scaffold.Finish(command, "");
    }

    /// <summary>A program that a package brought.</summary>
    public BuildResult Run(string program, params string[] arguments)
    {
        using var command = _scaffold.StartProgram(this[program], Root, arguments);
        return Scaffold.Finish(command, "");
    }

    /// <summary>What a package says, read from the package.</summary>
    public static string Text(string package, string entry)
    {
        using var zip = ZipFile.OpenRead(Feed.File(package));
        using var text = new StreamReader(zip.GetEntry(entry)!.Open());
        return text.ReadToEnd();
    }

    public void Dispose() => _scaffold.Dispose();
}
