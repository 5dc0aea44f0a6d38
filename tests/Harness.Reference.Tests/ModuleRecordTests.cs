using System.Diagnostics;

namespace Harness.Reference.Tests;

/// <summary>Modules of a compiled assembly as MODEL: this one's <see cref="SampleModules"/>.</summary>
public sealed class ModuleRecordTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("harness-modules-");

    static string Assembly => typeof(SampleModules).Assembly.Location;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Picture", "2,3,40,56", "seed:1")]
    [InlineData("Activations", "3,6", null)]
    [InlineData("Words", "2,4", null)]
    [InlineData("Volume", "2,2,8,9,10", "seed:2")]
    public void A_module_is_recorded_by_its_own_forward_and_verified_without_it(
        string member, string shape, string? weights)
    {
        string golden = Path.Combine(_folder.FullName, "golden"), model = Name($".{member}");
        // What is drawn, ranges and shapes, may hide some weights; this is about layers.
        string[] words =
            ["record", model, "--golden", golden, "--input-shape", shape, "--reason", "a sample of layers",
                .. weights is null ? (string[])[] : ["--weights", weights]];
        var record = ReferenceRun.Of(words);
        record.ExitCode.Should().Be(0, record.Error);

        var verify = Harness("verify", golden);
        verify.Output.Should().Contain("1 of 1 cases hold", verify.Error);

        // Anew from the assembly, as a build does; and with other weights, which are not those that were recorded.
        string cases = Path.Combine(_folder.FullName, "cases.json");
        File.WriteAllText(cases, $$"""[{"model": "{{model}}", "golden": "{{golden}}"}]""".Replace('\\', '/'));
        Harness("verify", "--cases", cases).Output.Should().Contain("1 of 1 cases hold");
        string other = Name(member == "Volume" ? ".Words" : ".Volume");
        File.WriteAllText(cases, $$"""[{"model": "{{other}}", "golden": "{{golden}}"}]""".Replace('\\', '/'));
        Harness("verify", "--cases", cases).Output.Should().Contain("error PAR3002: golden stale: the model '");

        string before = File.ReadAllText(Path.Combine(golden, "golden.json"));
        var again = ReferenceRun.Of(words);
        again.Output.Should().Contain("unchanged", again.Error);
        File.ReadAllText(Path.Combine(golden, "golden.json")).Should().Be(before);
    }

    [Theory]
    [InlineData(".Unsupported", "PAR1002: 4 of its modules are not supported: 'own' is a "
        + "'Harness.Reference.Tests.SampleModules+Own' with a forward of its own, and C# is not read: state what it "
        + "computes by the graph builder (docs/architectures.md); 'norm': LocalResponseNorm; 'tanh': Hardtanh with")]
    [InlineData("+Own", "PAR1002: 1 of its modules are not supported: it is a ")]
    [InlineData("+Abstract", "PAR1001: 'Harness.Reference.Tests.SampleModules+Abstract' is abstract")]
    [InlineData("+Generic`1", "PAR1001: 'Harness.Reference.Tests.SampleModules+Generic`1' is generic")]
    [InlineData("+NeedsWords", "has no public constructor without parameters")]
    [InlineData(".Throws", "throws InvalidOperationException: no file of mine")]
    [InlineData(".NoModule", "PAR1002: 'Harness.Reference.Tests.SampleModules.NoModule' gives a 'System.String'")]
    [InlineData(".Nothing", "no public static method without parameters, and no such property, that is called")]
    [InlineData("s.Nothing", "PAR1001: there is no type 'Harness.Reference.Tests.SampleModuless.Nothing' in it; its "
        + "modules are Harness.Reference.Tests.SampleModules+Derived, ")]
    public void What_is_no_module_is_refused_in_one_line(string member, string reason)
    {
        var run = ReferenceRun.Of("module", Name(member), "--output", Path.Combine(_folder.FullName, "out"));

        run.ExitCode.Should().Be(2);
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle()
            .Which.Should().Contain(reason);
        Directory.Exists(Path.Combine(_folder.FullName, "out")).Should().BeFalse();
    }

    [Fact]
    public void A_constructor_that_draws_other_weights_each_time_asks_for_weights()
    {
        string golden = Path.Combine(_folder.FullName, "golden");

        var run = ReferenceRun.Of("record", Name(".Drawn"), "--golden", golden);

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain("error PAR1003: 'fc.bias' has other elements whenever the module is made");
        Directory.Exists(golden).Should().BeFalse();
    }

    [Fact]
    public void What_is_no_assembly_is_refused()
    {
        string text = Path.Combine(_folder.FullName, "text.dll");
        File.WriteAllText(text, "no assembly");

        ReferenceRun.Of("module", $"{text}#A.B", "--output", text + "s").Error.Should()
            .Contain("error PAR1001: this is no assembly of .NET");
        ReferenceRun.Of("module", "absent.dll#A.B", "--output", text + "s").Error.Should()
            .Contain("error PAR1001: the assembly is not there");
        var bare = Harness("inspect", Assembly);
        (bare.ExitCode, bare.Error).Should().Be((2, $"{Assembly}: error PAR1001: this is a program or an assembly; "
            + "name the module of TorchSharp's that is meant, as net.dll#Namespace.Type (byte 0)\n"));
    }

    [Fact]
    public void Every_verb_that_takes_a_model_takes_one_of_an_assembly()
    {
        var inspect = Harness("inspect", Name("+Derived"));
        (inspect.ExitCode, inspect.Error).Should().Be((0, ""));
        inspect.Output.Should().StartWith("TorchSharp: 2 calls, 2 tensors, 15 parameters\n");

        var unsupported = Harness("inspect", Name(".Unsupported"));
        unsupported.ExitCode.Should().Be(2);
        unsupported.Error.Should().StartWith($"{Name(".Unsupported")}: error PAR1002: 4 of its modules");

        string tree = Path.Combine(_folder.FullName, "tree.npz");
        Harness("convert", Name("+Derived"), "--output", tree).ExitCode.Should().Be(0);
        File.Exists(tree).Should().BeTrue();
    }

    static string Name(string member) => $"{Assembly}#Harness.Reference.Tests.SampleModules{member}";

    static ReferenceRun Harness(params string[] words)
    {
        // The configuration that these tests are of.
        string configuration = Path.GetFileName(NativeReference.Directory.TrimEnd(Path.DirectorySeparatorChar));
        string program = Path.GetFullPath(Path.Combine(
            NativeReference.Directory, "..", "..", "Harness.Cli", configuration, "harness.dll"));
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ReferenceRun(process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
