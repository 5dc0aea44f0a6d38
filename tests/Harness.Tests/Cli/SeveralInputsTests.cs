using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Cli;

/// <summary>Two inputs that a swap shows, and two outputs, from the command line.</summary>
public sealed class SeveralInputsTests : IDisposable
{
    static readonly float[] s_x = [1, 2, 3, 4, 5, 6], s_w = [10, 20, 30, 40, 50, 60];

    readonly TemporaryFolder _folder = new();

    public SeveralInputsTests()
    {
        File.WriteAllText(_folder["graph.json"], """
            {
              "format": "harness-graph",
              "version": 1,
              "inputs": [{"name": "x", "shape": [2, 3]}, {"name": "w", "shape": [2, 3]}],
              "parameters": [],
              "calls": [
                {"module": "", "target": "aten::sub", "arguments": [{"value": "x"}, {"value": "w"}], "results": ["d"]},
                {"module": "", "target": "aten::add", "arguments": [{"value": "x"}, {"value": "w"}], "results": ["s"]}
              ],
              "outputs": [{"name": "difference", "value": "d"}, {"name": "sum", "value": "s"}]
            }
            """);
        NpyFile.Write(_folder["x.npy"], Tensor.Of([2, 3], s_x));
        NpyFile.Write(_folder["w.npy"], Tensor.Of([2, 3], s_w));
        NpyFile.Write(_folder["w=x.npy"], Tensor.Of([2, 3], s_w));
        Archive("x.npz", "x");
        Archive("w.npz", "w");
        Archive("both.npz", "w", "x");
        Archive("more.npz", "x", "w", "y");
        Archive("none.npz");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("both.npz")]
    [InlineData("x=both.npz")]
    public void No_input_is_written_over(string word)
    {
        byte[] before = File.ReadAllBytes(_folder["both.npz"]);
        string named = word.Replace("both.npz", _folder["both.npz"]);

        var run = CommandLine.Run("run", _folder["graph.json"], "--input", named, "--output", _folder["both.npz"]);

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain($"is --input {named} too");
        File.ReadAllBytes(_folder["both.npz"]).Should().Equal(before);
    }

    public static readonly TheoryData<string[]> Complete =
    [
        ["x.npy", "w.npy"],
        ["x=x.npy", "w=w.npy"],
        ["w=w.npy", "x=x.npy"],
        // What is named is out of the row.
        ["w.npy", "x=x.npy"],
        ["w=w.npy", "x.npy"],
        ["both.npz"],
        ["w.npz", "x.npz"],
        ["w.npz", "x.npy"],
        ["w.npy", "x.npz"],
        // There by the whole word, so it is no input 'w'.
        ["x.npy", "w=x.npy"],
        ["w=w=x.npy", "x.npy"],
    ];

    [Theory]
    [MemberData(nameof(Complete))]
    public void Inputs_are_given_in_order_or_by_name(string[] words)
    {
        var run = Run("y.npz", words);

        run.ExitCode.Should().Be(0, run.Error);
        var outputs = NpzFile.Read(_folder["y.npz"]);
        outputs.Keys.Should().Equal("difference", "sum");
        outputs["difference"].As<float>().ToArray().Should().Equal(s_x.Zip(s_w, (x, w) => x - w));
        outputs["sum"].As<float>().ToArray().Should().Equal(s_x.Zip(s_w, (x, w) => x + w));
    }

    public static readonly TheoryData<string[], string> Wrong = new()
    {
        { ["x.npy"], "1 file without a name given, the model has 2 inputs (x, w); give each once" },
        { ["x=x.npy"], "0 files without a name given, the model has 2 inputs (x, w), left without a file: w" },
        { ["x.npy", "w.npy", "x.npy"], "3 files without a name given" },
        { ["both.npz", "x.npy"], "1 file without a name given, the model has 2 inputs (x, w), all of them given" },
        { ["x=x.npy", "x=w.npy", "w.npy"], "input 'x' is given twice, by 'x=x.npy' before" },
        { ["both.npz", "w=w.npy"], "input 'w' is given twice, by 'both.npz' before" },
        { ["z=x.npy", "w.npy"], "no input 'z': the model has 2 inputs (x, w)" },
        { ["more.npz"], "it holds 'y', the model has 2 inputs (x, w)" },
        { ["x=none.npy", "w.npy"], "there is no file 'none.npy' for input 'x'" },
        { ["none.npy", "w.npy"], "there is no such file" },
        { ["x=x.npz", "w.npy"], "a .npz names its arrays itself" },
        { ["none.npz", "w.npy"], "it holds no array" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Inputs_that_do_not_fit_are_one_line_and_exit_code_2(string[] words, string message)
    {
        var run = Run("y.npz", words);

        run.ExitCode.Should().Be(2);
        run.ErrorLines.Should().ContainSingle().Which.Replace(_folder.Path + Path.DirectorySeparatorChar, "")
            .Should().Contain(": error PAR9003: ").And.Contain(message);
        File.Exists(_folder["y.npz"]).Should().BeFalse();
    }

    [Fact]
    public void One_array_for_two_outputs_is_refused_before_inputs_are_read()
    {
        File.WriteAllText(_folder["x.npy"], "no array");

        Run("y.npy", "x.npy", "w.npy").ErrorLines.Should().ContainSingle()
            .Which.Should().Contain("the model has 2 outputs (difference, sum); name a .npz");
    }

    [Fact]
    public void A_list_of_tensors_is_several_outputs_too()
    {
        File.WriteAllText(_folder["graph.json"], """
            {
              "format": "harness-graph",
              "version": 1,
              "inputs": [{"name": "x", "shape": [2, 3]}],
              "parameters": [],
              "calls": [
                {"module": "", "target": "aten::chunk", "arguments": [{"value": "x"}, 2, 0], "results": ["rows"]}
              ],
              "outputs": [{"name": "rows", "value": "rows"}]
            }
            """);

        Run("y.npy", "x.npy").ErrorLines.Should().ContainSingle()
            .Which.Should().Contain("the model has 2 outputs (rows.0, rows.1); name a .npz");
        File.Exists(_folder["y.npy"]).Should().BeFalse();
        Run("y.npz", "x.npy").ExitCode.Should().Be(0);
        NpzFile.Read(_folder["y.npz"])["rows.1"].As<float>().ToArray().Should().Equal(s_x[3..]);
    }

    [Theory]
    [InlineData("w=w.npy", "w=x=x.npy")]
    [InlineData("w=x=x.npy", "w.npy")]
    public void A_name_may_hold_an_equals_sign_itself(params string[] words)
    {
        File.Delete(_folder["w=x.npy"]);
        File.WriteAllText(_folder["graph.json"],
            File.ReadAllText(_folder["graph.json"]).Replace("\"x\"", "\"w=x\"", StringComparison.Ordinal));

        Run("y.npz", words).Error.Should().BeEmpty();
        NpzFile.Read(_folder["y.npz"])["difference"].As<float>().ToArray().Should()
            .Equal(s_x.Zip(s_w, (x, w) => x - w));
    }

    [Theory]
    [InlineData(ElementType.Bool)]
    [InlineData(ElementType.Int32)]
    [InlineData(ElementType.Float32)]
    public void An_array_of_another_type_than_the_stated_integers_is_refused(ElementType type)
    {
        File.WriteAllText(_folder["graph.json"], """
            {
              "format": "harness-graph",
              "version": 1,
              "inputs": [{"name": "k", "shape": [2, 3], "type": "int64"}],
              "parameters": [],
              "calls": [{"module": "", "target": "aten::neg", "arguments": [{"value": "k"}], "results": ["n"]}],
              "outputs": [{"name": "n", "value": "n"}]
            }
            """);
        NpyFile.Write(_folder["k.npy"], new Tensor(type, [2, 3], new byte[6 * type.Size()]));

        Run("y.npz", "k.npy").ErrorLines.Should().ContainSingle().Which.Should()
            .EndWith($"the array is {type.NumPyName()} (2, 3), input 'k' takes int64");
    }

    void Archive(string file, params string[] names) => NpzFile.Write(_folder[file],
        names.Select(name => KeyValuePair.Create(name, Tensor.Of([2, 3], name == "x" ? s_x : s_w))));

    CommandLine Run(string output, params string[] words)
    {
        List<string> line = ["run", _folder["graph.json"], "--weights", "seed:0", "--output", _folder[output]];
        foreach (string word in words)
        {
            // Names stay, paths become those of the folder; a file's own '=' is part of its path.
            int equals = File.Exists(_folder[word]) ? -1
                : word.StartsWith("w=x=", StringComparison.Ordinal) ? 3 : word.IndexOf('=');
            line.AddRange(["--input", word[..(equals + 1)] + _folder[word[(equals + 1)..]]]);
        }
        return CommandLine.Run([.. line]);
    }
}
