using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Tests.Parity.Verification;

namespace Harness.Tests.Cli;

/// <summary>Paths as they are mistyped, on every verb that takes them: one clear line that names the file and the
/// trouble, exit code 2, and nothing written.</summary>
public sealed class BadPathTests : IDisposable
{
    const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";

    readonly SyntheticCase _case = new("golden/net");
    readonly TemporaryFolder _folder = new();

    public BadPathTests() =>
        NpzFile.Write(_folder["x.npz"], [new("x", GoldenStore.Read(_case.Directory).Tensors["input.x"])]);

    public void Dispose()
    {
        _case.Dispose();
        _folder.Dispose();
    }

    // BAD stands for the path, OUT for one that nothing must be written to.
    public static TheoryData<string> Reading => new()
    {
        "inspect BAD",
        "inspect MODEL --weights BAD",
        "run BAD --input x.npz --output OUT.npz",
        "run MODEL --weights BAD --input x.npz --output OUT.npz",
        "run MODEL --weights WEIGHTS --input BAD --output OUT.npz",
        "run MODEL --weights WEIGHTS --input x=BAD --output OUT.npz",
        "bench BAD",
        "convert BAD --output OUT.msgpack",
        "convert MODEL --weights BAD --output OUT.msgpack",
        "convert MODEL --weights WEIGHTS --back BAD --output OUT.npz",
        "compare GOLDEN --actual BAD --report OUT",
        "compare GOLDEN --actual y.npz --taps BAD --report OUT",
        "verify --cases BAD --report OUT",
    };

    [Theory]
    [MemberData(nameof(Reading))]
    public void A_folder_where_a_file_is_read(string line)
    {
        // Told apart by their names, where they are.
        foreach (string name in new[] { "bad.npy", "bad.npz", "bad.msgpack", "bad" })
        {
            if (line.Contains("--back", StringComparison.Ordinal) && name is "bad.npy" or "bad") continue;
            Directory.CreateDirectory(_folder[name]);
            Refused(line, _folder[name]).Should().Contain("folder, not a file");
        }
    }

    [Theory]
    [MemberData(nameof(Reading))]
    public void A_pointer_of_Git_LFS_where_a_file_is_read(string line)
    {
        foreach (string name in new[] { "bad.npy", "bad.npz", "bad.msgpack", "bad.safetensors" })
        {
            if (line.Contains("--back", StringComparison.Ordinal) && name == "bad.npy") continue;
            // An archive names its arrays itself.
            if (line.Contains("x=BAD", StringComparison.Ordinal) && name == "bad.npz") continue;
            // A list of cases is no file that a repository keeps in LFS.
            if (line.Contains("--cases", StringComparison.Ordinal)) continue;
            File.WriteAllText(_folder[name], Pointer);
            Refused(line, _folder[name]).Should().EndWith(
                "this is a Git LFS pointer, not the file itself; run 'git lfs pull'");
        }
    }

    [Theory]
    [InlineData("golden.json")]
    [InlineData("golden.safetensors")]
    public void A_pointer_of_Git_LFS_in_a_golden(string name)
    {
        File.WriteAllText(Path.Combine(_case.Directory, name), Pointer);
        foreach (string line in new[]
        {
            "verify GOLDEN", "compare GOLDEN --actual x.npz", "golden-inputs GOLDEN --output OUT.npz",
            "accept GOLDEN --reason r",
        })
        {
            var run = Run(line, "");
            run.ExitCode.Should().Be(1, line);
            (run.Out + run.Error).Should().Contain(
                "error PAR3003: this is a Git LFS pointer, not the file itself; run 'git lfs pull'\n", line);
        }
    }

    public static TheoryData<string> Writing => new()
    {
        "run MODEL --weights WEIGHTS --input x.npz --output BAD",
        "convert MODEL --weights WEIGHTS --output BAD",
        "convert MODEL --weights WEIGHTS --back TREE --output BAD",
        "golden-inputs GOLDEN --output BAD",
    };

    [Theory]
    [MemberData(nameof(Writing))]
    public void What_cannot_be_written_is_named_with_the_reason(string line)
    {
        CommandLine.Run("convert", _case.Model, "--weights", _case.Weights, "--output", _folder["tree.npz"]).ExitCode
            .Should().Be(0);
        Directory.CreateDirectory(_folder["folder.npz"]);
        Refused(line, _folder["folder.npz"]).Should().EndWith(
            $"'{_folder["folder.npz"]}' cannot be written: this is a folder, not a file");
        Refused(line, Path.Combine(_folder["x.npz"], "y.npz")).Should().EndWith(
            $"'{_folder["x.npz"]}' is a file, not a folder");
        // Where the system makes no files, not even for its administrator.
        if (Directory.Exists("/proc/self"))
        {
            Refused(line, "/proc/y.npz").Should().EndWith(
                "'/proc/y.npz' cannot be written: nothing can be made in that folder");
        }
        Directory.GetFiles(_folder.Path, "*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Theory]
    [InlineData("verify GOLDEN --report BAD")]
    [InlineData("compare GOLDEN --actual y.npz --report BAD")]
    public void A_report_folder_that_is_a_file(string line)
    {
        Run("run MODEL --weights WEIGHTS --input x.npz --output y.npz --precision float64", "").ExitCode.Should().Be(0);

        var run = Run(line, _folder["x.npz"]);

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Should().EndWith(
            $"'{_folder["x.npz"]}' is a file, not a folder");
    }

    [Theory]
    [InlineData("accept BAD --reason r")]
    [InlineData("compare BAD --actual x.npz")]
    [InlineData("golden-inputs BAD --output OUT.npz")]
    public void A_file_where_a_golden_is_meant(string line)
    {
        Refused(line, _folder["x.npz"]).Should().Be(
            $"{_folder["x.npz"]}: error PAR9003: this is a file, expected the folder of a golden.json");
        // That one says which folder is meant.
        Run("golden-inputs BAD --output OUT.npz", _case.GoldenFile).ExitCode.Should().Be(0);
    }

    [Fact]
    public void The_search_for_goldens_says_that_a_file_is_none()
    {
        var run = CommandLine.Run("verify", _folder["x.npz"]);

        run.ExitCode.Should().Be(1);
        run.OutLines[0].Should().EndWith("error PAR3001: golden missing: this is a file, not the folder of a golden");
    }

    [Theory]
    [InlineData("record MODEL --golden OUT --seed abc", "--seed is 'abc', expected a whole number")]
    [InlineData("record MODEL --golden OUT --seed 1.5", "--seed is '1.5', expected a whole number")]
    [InlineData("bench MODEL --threads abc", "--threads is 'abc', expected a number from 0 to 1024")]
    [InlineData("inspect arch:resnet18 --weights seed:abc", "a seed is a whole number from 0: seed:1")]
    public void A_number_that_is_none(string line, string message) => Refused(line, "").Should().Contain(message);

    // A pipe that nobody writes to would be waited for without end.
    [UnixFact]
    public void A_pipe_is_not_waited_for()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", _folder["pipe.npz"])) made.WaitForExit();

        foreach (string line in new[]
        {
            "inspect BAD", "run MODEL --weights WEIGHTS --input BAD --output OUT.npz", "compare GOLDEN --actual BAD",
            "inspect MODEL --weights BAD",
        })
            Refused(line, _folder["pipe.npz"]);
    }

    string Refused(string line, string bad)
    {
        var run = Run(line, bad);
        run.ExitCode.Should().Be(2, $"{line}: {run.Out}{run.Error}");
        run.Out.Should().BeEmpty(line);
        Directory.EnumerateFileSystemEntries(_folder.Path, "out*").Should().BeEmpty(line);
        return run.ErrorLines.Should().ContainSingle(line).Which;
    }

    CommandLine Run(string line, string bad) => CommandLine.Run([.. line.Split(' ').Select(word => word switch
    {
        "BAD" => bad,
        "x=BAD" => $"x={bad}",
        "x.npz" or "y.npz" => _folder[word],
        "TREE" => _folder["tree.npz"],
        "GOLDEN" => _case.Directory,
        "MODEL" => _case.Model,
        "WEIGHTS" => _case.Weights,
        _ => word.Replace("OUT", _folder["out"], StringComparison.Ordinal),
    })]);
}
