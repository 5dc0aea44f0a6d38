namespace Harness.MSBuild.Tests.Packages;

/// <summary>The gate of the package under every way in which people build.</summary>
public sealed class PackageGateTests
{
    const string Fault = "conv1:weights";

    [PackageFact]
    public void Release_then_Debug_then_both_again_in_one_tree()
    {
        using var scaffold = PackageScaffold.WithGolden();

        foreach (var (configuration, runs) in new[] { ("Release", 1), ("Debug", 1), ("Release", 0), ("Debug", 0) })
            scaffold.Build("-c", configuration).ShouldBeGreen().Runs.Should().Be(runs, configuration);
        scaffold.Build("-c", "Nightly").ShouldBeGreen().Runs.Should().Be(1, "any configuration does");
    }

    [PackageFact]
    public void A_build_that_is_not_incremental_verifies_again()
    {
        using var scaffold = PackageScaffold.WithGolden();
        scaffold.Build().ShouldBeGreen().Runs.Should().Be(1);

        scaffold.Build("--no-incremental").ShouldBeGreen().Runs.Should().Be(1);

        scaffold.Fault = Fault;
        scaffold.Build("--no-incremental").ShouldBeRed("PAR2001");
    }

    [PackageFact]
    public void Many_target_frameworks_are_one_gate()
    {
        // Without reference assemblies nothing has to be downloaded for the second framework.
        using var scaffold = PackageScaffold.WithGolden("""
            <TargetFrameworks>net10.0;net9.0</TargetFrameworks>
            <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
            <GenerateAssemblyInfo>false</GenerateAssemblyInfo>
            <GenerateTargetFrameworkAttribute>false</GenerateTargetFrameworkAttribute>
            <ImplicitUsings>disable</ImplicitUsings>
            <NoWarn>$(NoWarn);CS2008;CS8021</NoWarn>
            """);

        scaffold.Build().ShouldBeGreen().Runs.Should().Be(1);
        scaffold.Build("--no-restore", "-f", "net9.0").ShouldBeGreen().Runs.Should().Be(0);

        scaffold.Fault = Fault;
        scaffold.Build("--no-restore").Only("PAR2001");
        scaffold.Build("--no-restore", "-f", "net9.0").Only("PAR2001");
    }

    [PackageFact]
    public void A_tree_of_projects_builds_in_parallel_and_neighbours_without_models_are_left_alone()
    {
        using var scaffold = new PackageScaffold("");
        File.Delete(scaffold["Gate.csproj"]);
        scaffold.Write("Directory.Build.props",
            $"<Project><ItemGroup>{PackageScaffold.Reference}</ItemGroup></Project>");
        string[] gated = ["one", "two"], others = ["library", "tool"];
        foreach (var name in gated.Concat(others))
            scaffold.WriteProject($"{name}/{name}.csproj", others.Contains(name) ? "" : """
                <ItemGroup><ParityModel Include="golden/models/mine/model.pt" Golden="golden/models/mine" /></ItemGroup>
                """);
        // A folder of this name may hold anybody's files.
        scaffold.Write("library/golden/snapshot.json", "{}");
        foreach (var name in gated)
            scaffold.CopyModel(name);
        scaffold.Write("All.slnx", $"<Solution>{string.Concat(gated.Concat(others)
            .Select(name => $"<Project Path=\"{name}/{name}.csproj\" />"))}</Solution>");

        var build = scaffold.Build("-m").ShouldBeGreen();
        build.Runs.Should().Be(2);
        build.Warnings.Should().BeEmpty();
        scaffold.Build("-m").ShouldBeGreen().Runs.Should().Be(0);
        scaffold.Build("-m", "-t:ParityRecord").ShouldBeGreen().Output.Should().Contain("one/golden/models/mine: ")
            .And.Contain("two/golden/models/mine: ");

        scaffold.Fault = Fault;
        scaffold.Build("-m").ShouldBeRed("PAR2001", "PAR2001");
    }

    [PackageFact]
    public void Models_that_went_away_are_told_from_models_that_never_were()
    {
        using var scaffold = new PackageScaffold($"<ItemGroup>{PackageScaffold.Reference}</ItemGroup>");
        scaffold.Build().ShouldBeGreen().Runs.Should().Be(0);
        scaffold.Build("-p:ParityEnabled=true").ShouldBeRed("PAR9003").Only("PAR9003").Text.Should()
            .Contain("ParityEnabled is true");

        scaffold.CopyModel("");

        scaffold.Build().ShouldBeRed("PAR9003").Only("PAR9003").Text.Should().Contain("holds goldens");
        scaffold.Build("-p:ParityEnabled=false").ShouldBeGreen();

        Directory.Delete(scaffold["golden/models"], recursive: true);
        scaffold.Build().ShouldBeRed("PAR9003").Only("PAR9003").Text.Should().Contain("golden.cases.json is a set");
    }

    [PackageFact]
    public void The_folder_that_the_command_is_typed_in_does_not_matter()
    {
        using var scaffold = PackageScaffold.WithGolden();
        Directory.CreateDirectory(scaffold["else where"]);

        scaffold.BuildIn(scaffold["else where"], "../Gate.csproj").ShouldBeGreen().Runs.Should().Be(1);
        scaffold.Build().ShouldBeGreen().Runs.Should().Be(0);
        scaffold.BuildIn(Path.GetTempPath(), scaffold["Gate.csproj"]).ShouldBeGreen().Runs.Should().Be(0);

        scaffold.Fault = Fault;
        scaffold.BuildIn(scaffold["else where"], "../Gate.csproj").Only("PAR2001").File.Should()
            .Be(scaffold["golden/models/mine/golden.json"]);
    }

    [PackageFact]
    public void An_editor_and_who_opts_out_are_left_alone()
    {
        using var scaffold = PackageScaffold.WithGolden();
        scaffold.Fault = Fault;

        foreach (var off in new[] { "DesignTimeBuild=true", "BuildingForLiveUnitTesting=true", "ParityEnabled=false" })
            scaffold.Build($"-p:{off}").ShouldBeGreen().Runs.Should().Be(0, off);
    }

    [PackageFact]
    public void Warnings_obey_the_rules_of_warnings()
    {
        using var scaffold = PackageScaffold.WithGolden();
        scaffold.Build("-warnaserror").ShouldBeGreen().Warnings.Should().BeEmpty();

        scaffold.Fault = Fault;
        const string AsWarning = "-p:ParityTreatDriftAs=warning";
        scaffold.Build(AsWarning).ShouldBeGreen().Only("PAR2001").Kind.Should().Be("warning");
        scaffold.Build(AsWarning, "-warnaserror").ExitCode.Should().Be(1);
        scaffold.Build(AsWarning, "-warnaserror:PAR2001").ExitCode.Should().Be(1);
        scaffold.Build(AsWarning, "-p:NoWarn=PAR2001%3BPAR2002").ShouldBeGreen().Warnings.Should().BeEmpty();
        scaffold.Build(AsWarning, "-warnaserror", "-p:NoWarn=PAR2001%3BPAR2002").ShouldBeGreen();
    }

    [PackageTheory]
    [InlineData("--tl:on")]
    [InlineData("--tl:off")]
    public void Either_logger_shows_a_red_build_s_code_and_file(string logger)
    {
        using var scaffold = PackageScaffold.WithGolden();
        scaffold.Build(logger).ShouldBeGreen();

        scaffold.Fault = Fault;
        var build = scaffold.Build(logger);

        build.ExitCode.Should().Be(1);
        build.Only("PAR2001");
        build.Output.Should().Contain("PAR2001").And.Contain("golden.json").And.Contain("'conv1'");
    }

    [PackageFact]
    public void MSBuild_s_own_checks_find_nothing()
    {
        using var scaffold = PackageScaffold.WithGolden();

        var build = scaffold.Build("-check").ShouldBeGreen();

        build.Runs.Should().Be(1);
        build.Events.Where(e => e.Code?.StartsWith("BC", StringComparison.Ordinal) == true).Should().BeEmpty();
    }

    // Whatever says nothing about threads is sent to a process of its own.
    [PackageFact]
    public void A_build_of_many_threads_keeps_the_task_in_its_process()
    {
        using var scaffold = PackageScaffold.WithGolden();

        var build = scaffold.Build("-mt").ShouldBeGreen();

        build.Runs.Should().Be(1);
        build.Says("ran in TaskHost process").Should().BeTrue("the SDK says so of others");
        build.Says("\"ParityVerify\" ran in TaskHost process").Should().BeFalse();
        scaffold.Fault = Fault;
        scaffold.Build("-mt").Only("PAR2001");
    }

    // What holds for the project that records must not hold for what restores libtorch beside it.
    [PackageFact]
    public void A_strict_tree_with_central_versions_and_lock_files_records()
    {
        using var scaffold = new PackageScaffold("""
            <ItemGroup>
              <PackageReference Include="Harness.MSBuild" PrivateAssets="all" />
              <ParityModel Include="model.pt" />
            </ItemGroup>
            """);
        scaffold.Copy("golden/models/guide_cnn/model.pt", "model.pt");
        scaffold.Write("Directory.Packages.props", $"""
            <Project>
              <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
              <ItemGroup><PackageVersion Include="Harness.MSBuild" Version="{Feed.Version}" /></ItemGroup>
            </Project>
            """);
        scaffold.Write("Directory.Build.props", """
            <Project>
              <PropertyGroup>
                <RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <MSBuildTreatWarningsAsErrors>true</MSBuildTreatWarningsAsErrors>
                <UseArtifactsOutput>true</UseArtifactsOutput>
                <ArtifactsPath>$(MSBuildThisFileDirectory)artifacts</ArtifactsPath>
              </PropertyGroup>
            </Project>
            """);

        scaffold.Build("-t:ParityRecord", "-c", "Release", "-p:OutputPath=out/", "-warnaserror").ShouldBeGreen();

        File.Exists(scaffold["golden/models/model/golden.json"]).Should().BeTrue();
        scaffold.Build("-c", "Release", "-warnaserror").ShouldBeGreen().Runs.Should().Be(1);
    }

    [PackageFact]
    public void What_cannot_record_says_so_before_anything_is_fetched()
    {
        using var scaffold = PackageScaffold.WithGolden();

        scaffold.Build("-t:ParityRecord", "-p:ParityTorch=tpu").ShouldBeRed("PAR9003").Only("PAR9003").Text.Should()
            .Contain("expected cpu or cuda");
        scaffold.Build("-t:ParityRecord", "-p:NETCoreSdkPortableRuntimeIdentifier=linux-riscv64").ShouldBeRed("PAR9001")
            .Only("PAR9001").Text.Should().Contain("linux-x64, win-x64, osx-arm64");

        Directory.Exists(scaffold["obj/parity-torch"]).Should().BeFalse();
    }
}
