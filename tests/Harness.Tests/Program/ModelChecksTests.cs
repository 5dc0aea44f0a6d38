using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Tests.Formats;

namespace Harness.Tests.Program;

public sealed class ModelChecksTests
{
    static Finding? Refusal(string calls, string output)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["m.json"], $$"""
            {"format": "harness-graph", "version": 1,
             "inputs": [{"name": "x", "shape": [2, 6, 4, 5]}, {"name": "y", "shape": [2, 6, 4, 5]}],
             "calls": [
               {{calls}}],
             "outputs": [{"name": "o", "value": "{{output}}"}]}
            """);
        using var model = ModelFile.Open(folder["m.json"]);
        try
        {
            NhwcPass.Apply(model, [[2, 6, 4, 5], [2, 6, 4, 5]]);
            return null;
        }
        catch (ModelException e)
        {
            e.Finding.Place.Should().Be(model.Path);
            return e.Finding;
        }
    }

    static string Lines(params ReadOnlySpan<string> calls) => string.Join(",\n", calls);

    static string Call(string target, string arguments, params ReadOnlySpan<string> results)
    {
        string name = target.Contains("::", StringComparison.Ordinal) ? target : "aten::" + target;
        return $$"""
            {"target": "{{name}}", "arguments": [{{arguments}}], "results": ["{{string.Join("\", \"", results)}}"]}
            """;
    }

    const string X = "{\"value\": \"x\"}", Y = "{\"value\": \"y\"}";
    const string A = "{\"value\": \"a\"}", B = "{\"value\": \"b\"}";

    public static TheoryData<string, string, string, string> Writes => new()
    {
        { "of the value itself",
            Lines(Call("relu", X, "a"), Call("add_", $"{A}, {Y}", "b"), Call("mul", $"{A}, {B}", "c")),
            "c", "aten::mul 'mul' reads memory that aten::add_ 'add_' changed" },
        { "through a view",
            Lines(Call("relu", X, "a"), Call("slice", $"{A}, 1, 0, 2", "b"), Call("sigmoid_", B, "c")),
            "a", "output 'o' reads memory that aten::sigmoid_ 'sigmoid_' changed" },
        { "through a piece",
            Lines(Call("relu", X, "a"), Call("chunk", $"{A}, 2, 1", "b", "c"), Call("mul_", $"{B}, 2.0", "d")),
            "c", "output 'o' reads memory that aten::mul_ 'mul_' changed" },
        { "through a list's item",
            Lines(Call("relu", X, "a"), Call("unbind", A, "b"), Call("__getitem__", $"{B}, 0", "c"),
                Call("neg_", "{\"value\": \"c\"}", "d")),
            "a", "aten::neg_ 'neg_' changed in place" },
        { "through a dropout that drops nothing",
            Lines(Call("relu", X, "a"), Call("dropout", $"{A}, 0.5, false", "b"), Call("relu_", B, "c")),
            "a", "aten::relu_ 'relu_' changed in place" },
        { "by name",
            Lines(Call("relu", X, "a"), """
                {"target": "aten::add_", "arguments": [], "results": ["b"],
                 "keywords": {"other": {"value": "y"}, "self": {"value": "a"}}}
                """),
            "a", "aten::add_ 'add_' changed in place" },
        { "by arguments that no overload takes",
            Lines(Call("relu", X, "a"), Call("view", $"{A}, \"six\"", "b"), Call("relu_", B, "c")),
            "a", "aten::relu_ 'relu_' changed in place" },
        { "by an operator without schema",
            Lines(Call("relu", X, "a"), Call("other::grow_", A, "b")),
            "a", "other::grow_ 'grow_' changed in place" },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public void A_graph_that_reads_what_a_write_has_changed_is_refused(
        string what, string calls, string output, string why)
    {
        var finding = Refusal(calls, output);
        finding.Should().NotBeNull(what);
        finding!.Code.Should().Be(Codes.UnsupportedOp);
        finding.Message.Should().Contain(why)
            .And.Contain("write the module without in-place assignment").And.NotContain("\n");
    }

    public static TheoryData<string, string> Harmless => new()
    {
        { Lines(Call("relu", X, "a"), Call("relu_", A, "b"), Call("neg", B, "c")), "c" },
        // No view: a new tensor, which the write does not reach.
        { Lines(Call("relu", X, "a"), Call("clone", A, "b"), Call("relu_", B, "c")), "a" },
        { Lines(Call("relu", X, "a"), Call("add_", $"{A}, {Y}", "b")), "b" },
    };

    [Theory]
    [MemberData(nameof(Harmless))]
    public void Writes_that_nobody_sees_pass(string calls, string output) =>
        Refusal(calls, output).Should().BeNull();

    [Theory]
    [InlineData("training.pt", Codes.ModelUnreadable, "aten::dropout '1' runs in training mode")]
    [InlineData("through_view.pt", Codes.UnsupportedOp,
        "output '0' reads memory that aten::fill_ 'fill_' changed in place")]
    public void A_trace_that_cannot_be_taken_is_refused_with_its_reason(string fixture, string code, string reason)
    {
        using var model = ModelFile.Open(Fixtures.Path(fixture));
        var finding = FluentActions.Invoking(() => InputShapes.Infer(model, square: true))
            .Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be(code);
        finding.Place.Should().EndWith(fixture);
        finding.Message.Should().Contain(reason).And.NotContain("\n");
    }
}
