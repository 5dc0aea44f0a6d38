using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Reference.Commands;
using Harness.Reference.Native;
using Harness.Reference.Recording;
using Harness.Reference.Walk;
using static TorchSharp.torch;

namespace Harness.Reference.Tests;

/// <summary>A libtorch that is wrong in float32 is told by its nodes, and a right one never.</summary>
public sealed class SingleNodesTests
{
    public SingleNodesTests() => TorchLibrary.Load();

    // Of the processor that this was seen on the convolutions were 7.6 % off.
    [Theory]
    [InlineData("aten::conv2d", 0.076)]
    [InlineData("aten::conv2d", 1e-4)]
    [InlineData("aten::batch_norm", 1e-4)]
    [InlineData("aten::softmax", 1e-4)]
    public void A_node_that_is_off_in_float32_alone_is_named(string target, double by)
    {
        var finding = FluentActions.Invoking(() => Walk(target, by)).Should().Throw<ModelException>().Which.Finding;

        finding.Code.Should().Be(Codes.LibTorchWrong);
        finding.Place.Should().Be("graph.json");
        finding.Message.Should().Contain("this machine's libtorch is wrong in float32: '").And.Contain($"({target})");
    }

    [Theory]
    [InlineData("aten::conv2d", 1e-7)]
    [InlineData("aten::relu", 0)]
    [InlineData("", 1)]
    public void What_rounding_explains_holds(string target, double by) =>
        FluentActions.Invoking(() => Walk(target, by)).Should().NotThrow();

    // Of a row that cancels nothing is left but what rounding leaves: a norm of it is anything.
    [Fact]
    public void A_node_that_is_ill_conditioned_is_held_by_that()
    {
        using var scope = NewDisposeScope();
        var x = tensor((double[])[1e4, 1e4 + 2e-3, 1e4 - 1e-3, 1e4 + 1e-3]).to(ScalarType.Float32);
        var call = new GraphBuilder();
        call.Output("0", call.Call("aten::var", [Argument.Value(call.Input("x", [4]))], [], 1, SourcePlace.Unknown)[0]);
        int times = 0;

        FluentActions.Invoking(() => new SingleNodes("graph.json", CPU).Demand(
            call.Build().Calls[0], (type, change) =>
            {
                times++;
                var operand = change(x.to(ScalarType.Float64));
                return [(operand - operand.mean()).square().sum() * 1e6];
            })).Should().NotThrow();
        times.Should().Be(3, "it is off by more than a share of what is left");
    }

    [Fact]
    public void Every_call_of_a_walk_can_be_computed_again()
    {
        using var model = new TorchModel(Graph(), Weights(), "graph");
        var seen = new List<string>();
        var walk = new GraphWalk(model.Graph, model.Weights, "graph.json", ScalarType.Float64, CPU)
        {
            Repeats = (call, again) =>
            {
                using var scope = NewDisposeScope();
                seen.Add(call.Target);
                again(ScalarType.Float32, x => x.is_floating_point() ? x.to(ScalarType.Float32) : x).Single().dtype
                    .Should().Be(ScalarType.Float32);
            },
        };
        using var scope = NewDisposeScope();
        walk.Run([TorchTensors.Widen(Input(), ScalarType.Float64, CPU)]);

        seen.Should().Equal("aten::conv2d", "aten::batch_norm", "aten::relu", "aten::softmax");
    }

    [Fact]
    public void Whatever_libtorch_says_ends_in_a_line()
    {
        Trouble.Of(new FromLibTorch("DefaultCPUAllocator: can't allocate memory\nException raised from …"))!
            .Should().Be(new Finding(
                Codes.OutOfMemory, "Harness.Reference", "libtorch: DefaultCPUAllocator: can't allocate memory"));
        Trouble.Of(new InsufficientMemoryException("no memory"))!.Code.Should().Be(Codes.OutOfMemory);
        Trouble.Of(new IOException("no disk"))!.Code.Should().Be(Codes.BadUsage);
        Trouble.Of(new InvalidOperationException("a mistake")).Should().BeNull();
    }

    sealed class FromLibTorch(string message) : ExternalException(message);

    static void Walk(string target, double by)
    {
        using var model = new TorchModel(Graph(), Weights(), "graph");
        var nodes = new SingleNodes("graph.json", CPU);
        var walk = new GraphWalk(model.Graph, model.Weights, "graph.json", ScalarType.Float64, CPU)
        {
            Repeats = (call, again) => nodes.Demand(call, (type, change) => again(type, change).Select(result =>
                type == ScalarType.Float32 && call.Target == target ? result * (1 + by) : result)),
        };
        using var scope = NewDisposeScope();
        walk.Run([TorchTensors.Widen(Input(), ScalarType.Float64, CPU)]);
    }

    static Harness.Executor.Model.Tensor Input() => new SeededValues(1).Next(ElementType.Float32, [2, 3, 9, 8], 2);

    static Graph Graph() => GraphJson.Parse("""
        {"format": "harness-graph", "version": 1,
         "inputs": [{"name": "x", "shape": [2, 3, 9, 8], "type": "float32"}],
         "parameters": [{"name": "c", "shape": [16, 3, 3, 3]}, {"name": "bn.running_mean", "shape": [16]},
                        {"name": "bn.running_var", "shape": [16]}],
         "calls": [
           {"target": "aten::conv2d", "arguments": [{"value": "x"}, {"value": "c"}], "results": ["a"]},
           {"target": "aten::batch_norm", "arguments": [{"value": "a"}, null, null, {"value": "bn.running_mean"},
            {"value": "bn.running_var"}, false, 0.1, 1e-5, true], "results": ["b"]},
           {"target": "aten::relu", "arguments": [{"value": "b"}], "results": ["d"]},
           {"target": "aten::softmax", "arguments": [{"value": "d"}, 1], "results": ["y"]}],
         "outputs": [{"name": "0", "value": "y"}]}
        """, "graph.json");

    static StateDict Weights() => WeightsFile.Open(WeightsName.OfSeed(3).Text, Graph());
}
