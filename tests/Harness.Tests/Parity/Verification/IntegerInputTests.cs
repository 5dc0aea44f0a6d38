using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity;
using Harness.Parity.Golden;
using Harness.Parity.Runners;
using Harness.Parity.Verification;
using Harness.Tests.Formats;
using Harness.Tests.Parity.Golden;

namespace Harness.Tests.Parity.Verification;

/// <summary>Integers that a golden feeds reach the model as they are, whatever file the model comes from.</summary>
public sealed class IntegerInputTests : IDisposable
{
    const long Large = 1L << 60;

    static readonly CpuRunner s_runner = new(threads: 1);

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Doubles have no 2^60 + 1: with them both sides, and every sum that is kept between segments, would be 2^60.
    [Theory]
    [InlineData(1)]
    [InlineData(Segment.DefaultSize)]
    public void Integers_beyond_doubles_keep_their_last_bit_through_the_float64_run(long size)
    {
        var golden = Differences();
        using var torch = ModelFile.Open(_folder["graph.json"], "seed:0");
        var model = Harness.Executor.Program.NhwcPass.Apply(torch, CaseModel.Inputs(golden));

        foreach (var mode in (RunMode[])[RunMode.EachNode, RunMode.Plain])
        {
            Float64Run.Outputs(golden, model, s_runner, mode, CancellationToken.None, size: size)[0]
                .As<long>().ToArray().Should().Equal(1L, -1, 2, -3, 0, 7);
        }
    }

    [Fact]
    public void All_checks_hold_differences_of_integers_beyond_doubles_and_see_one_that_is_off()
    {
        var golden = Differences();
        Verify().Findings.Should().BeEmpty();

        Rewrite(golden, Tensor.Of([2, 3], [1.0, -1, 2, -3, 1, 7]));
        Verify().Findings.Should().ContainSingle().Which.Code.Should().Be(Codes.OutputDrift);
    }

    // 2^60 and 2^60 + 1 are one double.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void An_output_of_integers_holds_to_the_last_bit(long off)
    {
        var golden = Differences(last: "a");
        long[] sums = [.. new long[] { 1, -1, 2, -3, 0, 7 }.Select(number => Large + Large + number)];
        sums[4] += off;
        Rewrite(golden, Tensor.Of([2, 3], sums));

        var verdict = Verify();

        GoldenStore.Read(_folder.Path).Document.Outputs[0].Type.Should().Be(ElementType.Int64);
        if (off == 0) verdict.Findings.Should().BeEmpty();
        else
        {
            verdict.Findings.Should().ContainSingle(finding => finding.Code == Codes.OutputDrift)
                .Which.Message.Should().Contain("max |a-e| 1.0e+0 at (1, 1)");
            Acceptance.TakeOutputs(_folder.Path, null, "the sum is right");
            Verify().Findings.Should().BeEmpty();
        }
    }

    [Fact]
    public void An_output_of_another_type_than_the_golden_s_is_red()
    {
        var golden = Differences();
        byte[] counting = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];
        Rewrite(golden, new Tensor(ElementType.Int32, [2, 3], counting));

        Verify().Findings.Should().ContainSingle().Which.Message.Should().Contain("is int64, the golden int32");
    }

    [Fact]
    public void A_trace_states_no_types_and_takes_those_of_its_golden()
    {
        File.WriteAllBytes(_folder["model.pt"], Archives.Script(
            "class M(Module):\n  def forward(self: __torch__.M, x: Tensor) -> Tensor:\n    return torch.mul(x, x)\n"));
        Write("model.pt", null, [KeyValuePair.Create("x", Tensor.Of([2, 3], [5L, -6, 7, 8, 9, -10]))],
            [25, 36, 49, 64, 81, 100]);

        Verify().Findings.Should().BeEmpty();
    }

    [Fact]
    public void A_file_that_states_its_types_makes_a_golden_of_others_stale_and_says_both()
    {
        Differences("int32");

        var finding = Verify().Findings.Should().ContainSingle().Subject;

        finding.Code.Should().Be(Codes.GoldenStale);
        finding.Message.Should().Contain("the model takes 'x' as int32, the golden holds int64");
    }

    // (x + w) - (w + w), which needs what x + w is to the last bit.
    GoldenCase Differences(string type = "int64", string last = "y")
    {
        File.WriteAllText(_folder["graph.json"], $$"""
            {
              "format": "harness-graph",
              "version": 1,
              "inputs": [
                {"name": "x", "shape": [2, 3], "type": "{{type}}"},
                {"name": "w", "shape": [2, 3], "type": "{{type}}"}
              ],
              "parameters": [],
              "calls": [
                {"module": "", "target": "aten::add", "arguments": [{"value": "x"}, {"value": "w"}], "results": ["a"]},
                {"module": "", "target": "aten::add", "arguments": [{"value": "w"}, {"value": "w"}], "results": ["b"]},
                {"module": "", "target": "aten::sub", "arguments": [{"value": "a"}, {"value": "b"}], "results": ["y"]}
              ],
              "outputs": [{"name": "0", "value": "{{last}}"}]
            }
            """);
        long[] off = [1, -1, 2, -3, 0, 7];
        return Write("graph.json", 0,
            [
                KeyValuePair.Create("x", Tensor.Of([2, 3], [.. off.Select(number => Large + number)])),
                KeyValuePair.Create("w", Tensor.Of([2, 3], [Large, Large, Large, Large, Large, Large])),
            ],
            [.. off.Select(number => (double)number)]);
    }

    GoldenCase Write(string file, long? seed, KeyValuePair<string, Tensor>[] inputs, double[] output)
    {
        using var model = ModelFile.Open(_folder[file], seed is null ? null : $"seed:{seed}");
        var tensors = inputs.ToDictionary(input => GoldenStore.InputName(input.Key), input => input.Value);
        string name = model.Graph.Outputs[0].Name;
        var expected = tensors[GoldenStore.OutputName(name)] = Tensor.Of([2, 3], output);
        var document = OwnProbes.With(new GoldenDocument(
            GoldenModel.OfFile(_folder.Path, _folder[file]),
            new GoldenWeights(null, seed, Sha256Hash.Of(model.Weights)),
            [.. inputs.Select(input => GoldenPort.Of(input.Key, input.Value))],
            [GoldenPort.Of(name, expected)],
            new GoldenRecorder("oracle", "cpu"), GoldenNoise.Of([0]), Tolerance.Default, [])
        {
            Sensitivity = Sensitivities.AllMoves(inputs.Length, 1),
        }, model, tensors);
        GoldenStore.Write(_folder.Path, document, tensors);
        return GoldenStore.Read(_folder.Path);
    }

    void Rewrite(GoldenCase golden, Tensor output)
    {
        var port = golden.Document.Outputs[0];
        var tensors = golden.Tensors.ToDictionary();
        var changed = tensors[GoldenStore.OutputName(port.Name)] = output;
        GoldenStore.Write(
            _folder.Path, golden.Document with { Outputs = [GoldenPort.Of(port.Name, changed)] }, tensors);
    }

    Verdict Verify() => Verifier.Verify(new VerifyRequest(_folder.Path), new VerifyOptions { Threads = 1 });
}
