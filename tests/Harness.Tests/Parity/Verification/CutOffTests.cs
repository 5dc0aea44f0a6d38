using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity;
using Harness.Parity.Golden;
using Harness.Parity.Reports;
using Harness.Parity.Verification;
using Harness.Tests.Parity.Golden;

namespace Harness.Tests.Parity.Verification;

/// <summary>Integers made of rounded numbers are held node by node; all others end to end as well.</summary>
public sealed class CutOffTests : IDisposable
{
    const long Large = 1L << 60;

    readonly TemporaryFolder _folder = new();

    public CutOffTests() => Write();

    public void Dispose() => _folder.Dispose();

    // Ten times 0.7f is 6.9999999 in float64 and 7 in float32.
    [Fact]
    public void An_output_that_float32_cuts_off_otherwise_is_exempt_end_to_end_and_said_by_name()
    {
        var verdict = Verify();

        verdict.Findings.Should().BeEmpty();
        var float32 = verdict.Float32!;
        float32.Outputs.Select(drift => (drift.Output, drift.Beyond, drift.Exempt is not null)).Should().Equal(
            ("ids", 1, true), ("again", 1, true), ("own", 0, false), ("sum", 0, false), ("float", 0, false));
        float32.Outputs[0].Exempt.Should().Be("'cut' (Cast) makes integers of rounded numbers");
        float32.MaxAbs.Should().BeLessThan(1e-6);
        float32.Nodes.Should().OnlyContain(node => node.Holds);
        const string Said = "output 'ids' exempt: 'cut' (Cast) makes integers of rounded numbers, 1 of 3 differ; " +
            "output 'again' exempt: 'cut' (Cast)";
        float32.LimitText.Should().StartWith("1e-6; " + Said);
        var (reports, _) = ReportSet.Named(["markdown"]);
        reports[0].Render(new GateVerdict([verdict], [])).Should().Contain(Said);
    }

    // Of what is made of numbers as they were fed, or of integers, float32 makes the same.
    [Theory]
    [InlineData("own")]
    [InlineData("sum")]
    public void An_integer_that_nothing_rounded_is_red_in_float32_too(string output)
    {
        Shift(output);

        Verify(Precision.Float32).Findings.Should().ContainSingle(finding => finding.Code == Codes.Float32Drift)
            .Which.Message.Should().Contain($"in float32 output '{output}' drifts: max |a-e| 1.0e+0");
    }

    [Theory]
    [InlineData("ids")]
    [InlineData("again")]
    [InlineData("sum")]
    public void In_float64_nothing_is_exempt_and_the_numbers_are_said_in_full(string output)
    {
        long wrong = Shift(output);

        Verify().Findings.Should().ContainSingle().Which.Message.Should()
            .Contain($"output '{output}' drifts: max |a-e| 1.0e+0 at (0), got {wrong - 1}, golden {wrong}; ")
            .And.Contain("of 3 elements differ;");
    }

    Verdict Verify(Precision precision = Precision.Both) =>
        Verifier.Verify(new VerifyRequest(_folder.Path), new VerifyOptions { Threads = 1, Precision = precision });

    long Shift(string output)
    {
        var golden = GoldenStore.Read(_folder.Path);
        var tensors = golden.Tensors.ToDictionary();
        long[] numbers = tensors[GoldenStore.OutputName(output)].As<long>().ToArray();
        numbers[0]++;
        var shifted = tensors[GoldenStore.OutputName(output)] = Tensor.Of([3], numbers);
        GoldenStore.Write(_folder.Path, golden.Document with
        {
            Outputs = [.. golden.Document.Outputs.Select(port =>
                port.Name == output ? GoldenPort.Of(output, shifted) : port)],
        }, tensors);
        return numbers[0];
    }

    void Write()
    {
        File.WriteAllText(_folder["graph.json"], """
            {"format": "harness-graph", "version": 1,
             "inputs": [{"name": "x", "shape": [3], "type": "float32"}, {"name": "w", "shape": [3], "type": "int64"}],
             "parameters": [],
             "calls": [
               {"module": "tens", "target": "aten::mul", "arguments": [{"value": "x"}, 10.0], "results": ["t"]},
               {"module": "cut", "target": "aten::to", "arguments": [{"value": "t"}, 4], "results": ["i"]},
               {"module": "back", "target": "aten::to", "arguments": [{"value": "i"}, 6], "results": ["b"]},
               {"module": "more", "target": "aten::to", "arguments": [{"value": "b"}, 4], "results": ["c"]},
               {"module": "view", "target": "aten::unsqueeze", "arguments": [{"value": "x"}, 0], "results": ["v"]},
               {"module": "flat", "target": "aten::squeeze", "arguments": [{"value": "v"}, 0], "results": ["f"]},
               {"module": "own", "target": "aten::to", "arguments": [{"value": "f"}, 4], "results": ["o"]},
               {"module": "sum", "target": "aten::add", "arguments": [{"value": "o"}, {"value": "w"}],
                "results": ["s"]}],
             "outputs": [{"name": "ids", "value": "i"}, {"name": "again", "value": "c"}, {"name": "own", "value": "o"},
                         {"name": "sum", "value": "s"}, {"name": "float", "value": "t"}]}
            """);
        using var model = ModelFile.Open(_folder["graph.json"], "seed:0");
        float[] x = [2.5f, 0.7f, -1.5f];
        var tensors = new Dictionary<string, Tensor>
        {
            ["input.x"] = Tensor.Of([3], x),
            ["input.w"] = Tensor.Of([3], [Large, Large, Large]),
            ["output.ids"] = Tensor.Of([3], [25L, 6, -15]),
            ["output.again"] = Tensor.Of([3], [25L, 6, -15]),
            ["output.own"] = Tensor.Of([3], [2L, 0, -1]),
            ["output.sum"] = Tensor.Of([3], [Large + 2, Large, Large - 1]),
            ["output.float"] = Tensor.Of([3], [.. x.Select(number => 10.0 * number)]),
        };
        var document = OwnProbes.With(new GoldenDocument(
            GoldenModel.OfFile(_folder.Path, _folder["graph.json"]),
            new GoldenWeights(null, 0, Sha256Hash.Of(model.Weights)),
            [.. model.Graph.Inputs.Select(port => GoldenPort.Of(port.Name, tensors["input." + port.Name]))],
            [.. model.Graph.Outputs.Select(port => GoldenPort.Of(port.Name, tensors["output." + port.Name]))],
            new GoldenRecorder("oracle", "cpu"), GoldenNoise.Of([0, 0, 0, 0, 0]), Tolerance.Default, [])
        {
            Sensitivity = Sensitivities.AllMoves(2, 5),
        }, model, tensors);
        GoldenStore.Write(_folder.Path, document, tensors);
    }
}
