using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Tests.Formats;

public sealed class GraphJsonTests : IDisposable
{
    const string Honest = """
{
  "format": "harness-graph",
  "version": 1,
  "inputs": [{"name": "x", "shape": [2, 3, 8, 9], "type": "float32"}],
  "parameters": [{"name": "conv.weight", "shape": [4, 3, 3, 3]}],
  "constants": [{"name": "c", "shape": [2], "type": "int64", "values": [3, -4]}],
  "calls": [
    {"module": "conv", "target": "aten::conv2d",
     "arguments": [{"value": "x"}, {"value": "conv.weight"}, null, [1, 2], true, "same", 1.0, 1e-5, {"float": "-inf"}],
     "results": ["y"]},
    {"name": "halves", "target": "aten::chunk", "arguments": [{"value": "y"}, 2],
     "keywords": {"dim": 1, "with": [{"value": "c"}, {"value": "y"}]}, "results": ["a", "b"]}
  ],
  "outputs": [{"name": "0", "value": "b"}, {"name": "first", "value": "a"}]
}
""";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    Graph Read(string text)
    {
        File.WriteAllText(_folder["graph.json"], text);
        return GraphJson.Read(_folder["graph.json"]);
    }

    [Fact]
    public void A_document_becomes_its_graph()
    {
        var graph = Read(Honest);
        graph.Inputs.Should().Equal(new Port("x", 0, [2, 3, 8, 9]));
        graph.Parameters.Should().Equal(new ParameterValue(1, "conv.weight", [4, 3, 3, 3]));
        graph.Constants.Single().Tensor.As<long>().ToArray().Should().Equal(3, -4);
        graph.Calls.Select(c => c.ToString()).Should().Equal(
            "conv = aten::conv2d(%0, %1, None, [1, 2], True, 'same', 1, 1E-05, -Infinity)",
            "halves = aten::chunk(%3, 2, dim=1, with=[%2, %3])");
        graph.Calls[0].Arguments[6].Should().Be(Argument.Of(1.0), "a point makes a float");
        graph.Calls[0].Place.Should().Be(new SourcePlace("conv", "graph.json", 8));
        graph.Calls[1].Results.Should().Equal(4, 5);
        graph.Outputs.Should().Equal(new Port("0", 5), new Port("first", 4));
    }

    [Fact]
    public void Writing_and_reading_gives_the_same_graph()
    {
        string once = GraphJson.Text(Read(Honest));
        GraphJson.Text(Read(once)).Should().Be(once);
        Read(once).Calls.Select(c => c.ToString()).Should().Equal(Read(Honest).Calls.Select(c => c.ToString()));
    }

    [Fact]
    public void A_trace_written_as_a_document_keeps_every_call()
    {
        using var model = ModelFile.Open(Fixtures.Path("net.pt"));
        GraphJson.Write(_folder["net.json"], model.Graph);
        using var read = ModelFile.Open(_folder["net.json"], Fixtures.Path("net.pth"));
        read.Graph.Calls.Select(c => (c.Name, c.Target)).Should()
            .Equal(model.Graph.Calls.Select(c => (c.Name, c.Target)));
        read.Graph.Constants.Single().Tensor.ToDoubles().Should().Equal(0.1);
        read.Weights["fc.weight"].ToDoubles().Should().Equal(model.Weights["fc.weight"].ToDoubles());
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2", "line 3: graph version 2")]
    [InlineData("{\"value\": \"conv.weight\"}", "{\"value\": \"conv.wait\"}",
        "line 9: 'conv.wait' is used before anything defines it")]
    [InlineData("\"results\": [\"y\"]", "\"results\": [\"x\"]", "line 10: 'x' is defined twice")]
    [InlineData("\"module\"", "\"modul\"", "line 8: unknown key 'modul'")]
    [InlineData("aten::chunk", "chunk", "line 11: target 'chunk' has no namespace")]
    [InlineData("[3, -4]", "[3]", "line 6: a constant of shape (2) needs 2 values, found 1")]
    [InlineData("[1, 2], true", "[1, 99999999999999999999], true",
        "line 9: '99999999999999999999' is no integer of 64 bits")]
    [InlineData("\"-inf\"", "\"minus\"", "line 9: 'float' is")]
    [InlineData("1e-5", "1e999", "line 9: '1e999' is no finite number")]
    [InlineData("\"float32\"", "\"float31\"", "line 4: element type 'float31' is unknown")]
    [InlineData("\"name\": \"first\"", "\"name\": \"0\"", "line 14: two outputs are named '0'")]
    [InlineData("\"version\": 1,", "\"version\": 1, \"version\": 1,", "line 3: the key 'version' stands here twice")]
    [InlineData("\"calls\": [", "\"calls\": [,", "line 7: this is no valid JSON")]
    public void Mistakes_are_named_with_their_line(string right, string wrong, string message)
    {
        Honest.Should().Contain(right);
        var read = () => Read(Honest.Replace(right, wrong, StringComparison.Ordinal));
        read.Should().Throw<ModelFormatException>()
            .WithMessage($"{message.Replace("[", "\\[", StringComparison.Ordinal)}*");
    }

    [Fact]
    public void A_graph_with_parameters_asks_for_weights()
    {
        File.WriteAllText(_folder["graph.json"], Honest);
        var open = () => ModelFile.Open(_folder["graph.json"]);
        open.Should().Throw<ModelFormatException>().WithMessage("the graph has 1 parameters and no weights*seed:1*");
        using var model = ModelFile.Open(_folder["graph.json"], "seed:1");
        model.Weights["conv.weight"].ToString().Should().Be("float32 (4, 3, 3, 3)");
    }

    [Fact]
    public void Damaged_documents_give_a_graph_or_a_finding() =>
        HostileBytes.Demand(System.Text.Encoding.UTF8.GetBytes(Honest), 11, 600, bytes =>
        {
            File.WriteAllBytes(_folder["graph.json"], bytes);
            ModelFile.Open(_folder["graph.json"], "seed:1").Dispose();
        });
}
