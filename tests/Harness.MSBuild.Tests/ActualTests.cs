using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Harness.MSBuild.Tests;

/// <summary>A program of the user's own, held to a golden by the build that runs it.</summary>
public class ActualTests
{
    const string Golden = "golden/models/guide_cnn/golden.json";

    // The port: a copy of what some program computed. The build runs it before it verifies.
    const string Project = """
        <PropertyGroup>
          <ParityVerifyDependsOn>$(ParityVerifyDependsOn);RunPort</ParityVerifyDependsOn>
        </PropertyGroup>
        <ItemGroup>
          <ParityModel Include="golden/models/guide_cnn/model.pt" Golden="golden/models/guide_cnn"
                       Actual="out/port.npz" />
          <ParityModel Include="golden/models/multi_out/model.pt" Golden="golden/models/multi_out" />
          <ParityModel Include="golden/models/se_silu_small/model.pt" Golden="golden/models/se_silu_small" />
        </ItemGroup>
        <Target Name="RunPort" Inputs="port.npz" Outputs="out/port.npz">
          <Copy SourceFiles="port.npz" DestinationFiles="out/port.npz" />
        </Target>
        """;

    [Fact]
    public void A_port_is_green_then_up_to_date_and_red_when_it_drifts()
    {
        using var scaffold = new GoldenScaffold(Project);
        Compute(scaffold, "float64");

        var first = scaffold.Verify().ShouldBeGreen();

        var report = Directory.GetFiles(scaffold["obj"], "parity.json", SearchOption.AllDirectories).Single();
        var cases = JsonNode.Parse(File.ReadAllText(report))!["cases"]!.AsArray();
        cases.Select(one => (string)one!["device"]!).Should().Equal("cpu", "port.npz", "cpu", "cpu");
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(0);

        // The same program in another precision is another file: held anew, by the limits of float32.
        Compute(scaffold, "float32");
        scaffold.Verify().ShouldBeGreen().Runs.Should().Be(1);

        Spoil(scaffold["port.npz"]);
        for (int i = 0; i < 2; i++)
        {
            var error = scaffold.Verify().ShouldBeRed("PAR2002").Only("PAR2002");
            error.File.Should().Be(scaffold[Golden]);
            error.Text.Should().Contain("on port.npz: in float32 output '0' drifts");
        }
    }

    [Fact]
    public void A_port_that_computed_nothing_is_red()
    {
        using var scaffold = new GoldenScaffold(Project.Replace("SourceFiles=\"port.npz\"", "SourceFiles=\"\""));
        File.WriteAllText(scaffold["port.npz"], "");

        scaffold.Verify().ShouldBeRed("PAR9003").Only("PAR9003").Text.Should().Contain("no such file");
    }

    // By the command itself, from a golden's inputs and without its verifier.
    static void Compute(GoldenScaffold scaffold, string precision)
    {
        Harness("golden-inputs", scaffold["golden/models/guide_cnn"], "--output", scaffold["x.npz"]);
        Harness("run", scaffold["golden/models/guide_cnn/model.pt"], "--input", scaffold["x.npz"], "--output",
            scaffold["port.npz"], "--precision", precision);
        File.SetLastWriteTimeUtc(scaffold["port.npz"], DateTime.UtcNow);
    }

    // The last number of the first array, with another exponent.
    static void Spoil(string npz)
    {
        using var archive = ZipFile.Open(npz, ZipArchiveMode.Update);
        var entry = archive.Entries[0];
        using var bytes = new MemoryStream();
        using (var read = entry.Open()) read.CopyTo(bytes);
        bytes.GetBuffer()[bytes.Length - 1] ^= 0x10;
        entry.Delete();
        using var write = archive.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
        bytes.WriteTo(write);
    }

    static void Harness(params string[] arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        using var process = Process.Start(new ProcessStartInfo(dotnet, ["exec", Scaffold.RealTool, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, error);
    }
}
