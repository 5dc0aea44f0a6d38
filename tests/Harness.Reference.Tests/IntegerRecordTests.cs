using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Verification;

namespace Harness.Reference.Tests;

/// <summary>Integers and Booleans that a recording computes reach the golden, and from there the gate, to the last
/// bit.</summary>
public sealed class IntegerRecordTests : IDisposable
{
    const long Large = 1L << 60;

    // 2^60 + 1 is no double, so that a sum that went through one would be even.
    static readonly long[] s_numbers = [1, -2, 0, 3, 5, -Large];

    const string Graph = """
        {"format": "harness-graph", "version": 1,
         "inputs": [{"name": "x", "shape": [2, 3], "type": "int64"}, {"name": "w", "shape": [3], "type": "int64"}],
         "parameters": [],
         "calls": [
           {"module": "s", "target": "aten::add", "arguments": [{"value": "x"}, {"value": "w"}], "results": ["s"]},
           {"module": "i", "target": "aten::to", "arguments": [{"value": "x"}, 3], "results": ["i"]},
           {"module": "u", "target": "aten::to", "arguments": [{"value": "x"}, 0], "results": ["u"]},
           {"module": "b", "target": "aten::to", "arguments": [{"value": "s"}, 11], "results": ["b"]},
           {"module": "f", "target": "aten::to", "arguments": [{"value": "i"}, 6], "results": ["f"]}],
         "outputs": [{"name": "sum", "value": "s"}, {"name": "int", "value": "i"}, {"name": "byte", "value": "u"},
                     {"name": "flag", "value": "b"}, {"name": "float", "value": "f"}]}
        """;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("harness-integers-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Outputs_are_recorded_in_their_own_types_and_one_that_is_off_by_one_is_red()
    {
        string golden = Record();
        var recorded = GoldenStore.Read(golden);
        recorded.Document.Outputs.Select(port => port.Type).Should().Equal(
            ElementType.Int64, ElementType.Int32, ElementType.UInt8, ElementType.Bool, ElementType.Float64);
        File.ReadAllText(recorded.File).Should().Contain("\"dtype\": \"int64\"").And.Contain("\"dtype\": \"bool\"");
        recorded.Tensors["output.sum"].As<long>().ToArray().Should().Equal(s_numbers.Select(number => number + Large));
        recorded.Tensors["output.int"].As<int>().ToArray().Should().Equal(1, -2, 0, 3, 5, 0);
        recorded.Tensors["output.byte"].Bytes.ToArray().Should().Equal(1, 254, 0, 3, 5, 0);
        recorded.Tensors["output.flag"].Bytes.ToArray().Should().Equal(1, 1, 1, 1, 1, 0);
        recorded.Tensors["output.float"].As<double>().ToArray().Should().Equal(1, -2, 0, 3, 5, 0);
        recorded.Document.Float32Noise.Outputs[..4].Should().OnlyContain(noise => noise == 0, "integers have none");
        recorded.Document.Probes.Select(probe => (probe.Node, probe.Type)).Should().Equal(
            ("s", ElementType.Int64), ("i", ElementType.Int32), ("u", ElementType.UInt8), ("b", ElementType.Bool),
            ("f", ElementType.Float64));
        recorded.Tensors["probe.s"].As<long>().ToArray().Should().Equal(s_numbers.Select(number => number + Large));
        Record("unchanged");
        Verify(golden).Should().BeEmpty();

        long[] sums = recorded.Tensors["output.sum"].As<long>().ToArray();
        sums[3]++;
        Rewrite(recorded, Tensor.Of([2, 3], sums));
        Verify(golden).Should().ContainSingle(finding => finding.Code == Codes.OutputDrift)
            .Which.Message.Should().Contain("output 'sum' drifts: max |a-e| 1.0e+0 at (1, 0), "
                + "got 1152921504606846979, golden 1152921504606846980;")
            .And.Contain("every probe holds");

        // Had PyTorch computed this sum, the node that does not is named, though 2^60 and 2^60 + 1 are one double.
        Rewrite(recorded, Tensor.Of([2, 3], sums), Tensor.Of([6], sums));
        Verify(golden).Should().ContainSingle(finding => finding.Code == Codes.OutputDrift)
            .Which.Message.Should().Contain("first bad node 's' (Add, graph.json:5): max |a-e| 1.0e+0 at its probe");
        Record("updated");
        Verify(golden).Should().BeEmpty();
    }

    // What a release before this one recorded.
    [Fact]
    public void An_older_golden_with_integers_as_doubles_holds_as_before_and_is_recorded_anew_in_their_type()
    {
        string golden = Record();
        var recorded = GoldenStore.Read(golden);
        Rewrite(recorded, Tensor.Of([2, 3], recorded.Tensors["output.sum"].ToDoubles()));
        GoldenStore.Read(golden).Document.Outputs[0].Type.Should().Be(ElementType.Float64);

        Verify(golden).Should().BeEmpty();
        Record("updated");
        GoldenStore.Read(golden).Document.Outputs[0].Should().Be(recorded.Document.Outputs[0]);
    }

    [Fact]
    public void A_walk_whose_integers_are_off_by_one_from_libtorchs_run_is_refused_however_large_they_are()
    {
        var builder = new GraphBuilder();
        builder.Output("a", builder.Call("aten::neg", [Argument.Value(builder.Input("x"))], [], 1,
            SourcePlace.Unknown, "minus")[0]);
        var graph = builder.Build();
        Tensor exact = Tensor.Of([2], [Large, -Large]), off = Tensor.Of([2], [Large, -Large - 1]);

        Recording.Agreement.Demand("m.pt", graph, [("a", exact)], [Tensor.Of([2], [Large, -Large])]);
        Recording.Agreement.DemandWithinNoise("m.pt", graph, [("a", exact)], [("a", exact)], [exact]);
        Recording.Agreement.DemandWithinNoise("m.pt", graph, [("a", exact)], [("a", off)], [off]);
        foreach (var act in (Action[])
            [
                () => Recording.Agreement.Demand("m.pt", graph, [("a", exact)], [off]),
                () => Recording.Agreement.Demand(
                    "m.pt", graph, [("a", exact)], [Tensor.Of([2], [(double)Large, -Large])]),
                () => Recording.Agreement.DemandWithinNoise("m.pt", graph, [("a", exact)], [("a", exact)], [off]),
            ])
        {
            act.Should().Throw<ModelException>().Which.Finding.Message.Should()
                .Contain("output 'a' of the walk leaves").And.Contain("'minus' (aten::neg");
        }
    }

    string Record(string outcome = "recorded")
    {
        string graph = In("graph.json"), x = In("x.npy"), w = In("w.npy"), golden = In("golden");
        File.WriteAllText(graph, Graph);
        NpyFile.Write(x, Tensor.Of([2, 3], s_numbers));
        NpyFile.Write(w, Tensor.Of([3], [Large, Large, Large]));
        var run = ReferenceRun.Of(
            "record", graph, "--weights", "seed:0", "--input", x, "--input", w, "--golden", golden);
        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().Contain($"{outcome} (5 outputs");
        return golden;
    }

    static ImmutableArray<Finding> Verify(string golden) =>
        Verifier.Verify(new VerifyRequest(golden), new VerifyOptions { Threads = 1 }).Findings;

    static void Rewrite(GoldenCase golden, Tensor first, Tensor? probe = null)
    {
        var port = golden.Document.Outputs[0];
        var tensors = golden.Tensors.ToDictionary();
        tensors[GoldenStore.OutputName(port.Name)] = first;
        if (probe is not null) tensors["probe.s"] = probe;
        GoldenStore.Write(golden.Directory, golden.Document with
        {
            Outputs = golden.Document.Outputs.SetItem(0, GoldenPort.Of(port.Name, first)),
        }, tensors);
    }

    string In(string name) => Path.Combine(_folder.FullName, name);
}
