using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Tests.Formats;

namespace Harness.Tests.Program;

/// <summary>Writes in place. Random programs of them are held to libtorch's own memory by the tests of
/// Harness.Reference; here stand the forms, by hand.</summary>
public sealed class FunctionalizationTests
{
    // x and y are float64 (2, 6), p is a parameter of that shape; what the output holds, in order.
    static double[] Outputs(string calls, params ReadOnlySpan<string> outputs)
    {
        using var folder = new TemporaryFolder();
        string ports = string.Join(
            ", ", outputs.ToArray().Select(one => $$"""{"name": "{{one}}", "value": "{{one}}"}"""));
        File.WriteAllText(folder["m.json"], $$"""
            {"format": "harness-graph", "version": 1,
             "inputs": [{"name": "x", "shape": [2, 6]}, {"name": "y", "shape": [2, 6]}],
             "parameters": [{"name": "p", "shape": [2, 6]}],
             "calls": [
               {{calls}}],
             "outputs": [{{ports}}]}
            """);
        using var model = ModelFile.Open(folder["m.json"], "seed:0");
        try
        {
            var program = NhwcPass.Apply(model, [[2, 6], [2, 6]]);
            using var session = Session.Open<double>(program, new PlanOptions { Threads = 1 });
            session.Write(program.Inputs[0].Value, Numbers(0));
            session.Write(program.Inputs[1].Value, Numbers(100));
            session.Run();
            return [.. program.Outputs.SelectMany(port =>
            {
                var output = new double[port.Shape!.Value.Elements];
                session.Read(port.Value, output);
                return output;
            })];
        }
        catch (ModelException e)
        {
            e.Finding.Place.Should().Be(model.Path);
            throw;
        }
    }

    static double[] Numbers(int first) => [.. Enumerable.Range(first, 12).Select(i => (double)i)];

    static Finding? Refusal(string calls, string output)
    {
        try
        {
            Outputs(calls, output);
            return null;
        }
        catch (ModelException e)
        {
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

    const string X = "{\"value\": \"x\"}", Y = "{\"value\": \"y\"}", P = "{\"value\": \"p\"}";
    const string A = "{\"value\": \"a\"}", B = "{\"value\": \"b\"}", C = "{\"value\": \"c\"}";

    // a is x, in memory of its own.
    static readonly string s_a = Call("clone", X, "a");

    public static TheoryData<string, string, string, double[]> Writes => new()
    {
        { "of the value itself, which its old name sees",
            Lines(s_a, Call("add_", $"{A}, {Y}", "b")), "a",
            [100, 102, 104, 106, 108, 110, 112, 114, 116, 118, 120, 122] },
        { "into a slice", Lines(s_a, Call("slice", $"{A}, 1, 1, 3", "b"), Call("neg_", B, "c")), "a",
            [0, -1, -2, 3, 4, 5, 6, -7, -8, 9, 10, 11] },
        { "into every other column, from the last but one on",
            Lines(s_a, Call("slice", $"{A}, -1, -4, 9, 2", "b"), Call("fill_", $"{B}, 0.5", "c")), "a",
            [0, 1, 0.5, 3, 0.5, 5, 6, 7, 0.5, 9, 0.5, 11] },
        { "into a row, which a slice of it sees",
            Lines(s_a, Call("slice", $"{A}, 1, 4, 6", "b"), Call("select", $"{A}, 0, -1", "c"), Call("zero_", C, "d")),
            "b", [4, 5, 0, 0] },
        { "into half a chunk, which the other half does not see",
            Lines(s_a, Call("chunk", $"{A}, 2, 1", "b", "c"), Call("mul_", $"{B}, 2.0", "d")), "c",
            [3, 4, 5, 9, 10, 11] },
        { "into an item of a list",
            Lines(s_a, Call("unbind", A, "b"), Call("__getitem__", $"{B}, -1", "c"), Call("neg_", C, "d")), "a",
            [0, 1, 2, 3, 4, 5, -6, -7, -8, -9, -10, -11] },
        { "through two views and back",
            Lines(s_a, Call("view", $"{A}, [2, 3, 2]", "b"), Call("transpose", $"{B}, 0, 2", "c"),
                Call("select", $"{C}, 0, 1", "d"), Call("neg_", "{\"value\": \"d\"}", "e")), "a",
            [0, -1, 2, -3, 4, -5, 6, -7, 8, -9, 10, -11] },
        { "twice, of which each sees the other",
            Lines(s_a, Call("narrow", $"{A}, 1, 0, 2", "b"), Call("add_", $"{B}, 10.0", "c"),
                Call("t", A, "d"), Call("select", "{\"value\": \"d\"}, 0, 1", "e"),
                Call("mul_", "{\"value\": \"e\"}, 2.0", "f")), "b", [10, 22, 16, 34] },
        { "of what was read from the same memory",
            Lines(s_a, Call("slice", $"{A}, 1, 0, 5", "b"), Call("slice", $"{A}, 1, 1, 6", "c"),
                Call("clone", C, "d"), Call("copy_", $"{B}, {{\"value\": \"d\"}}", "e")), "a",
            [1, 2, 3, 4, 5, 5, 7, 8, 9, 10, 11, 11] },
        { "through a dropout that drops nothing",
            Lines(s_a, Call("dropout", $"{A}, 0.5, false", "b"), Call("neg_", B, "c")), "a",
            [0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11] },
        { "through a reshape of what is contiguous, which is a view",
            Lines(s_a, Call("reshape", $"{A}, [12]", "b"), Call("slice", $"{B}, 0, 0, 3", "c"), Call("zero_", C, "d")),
            "a", [0, 0, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
        { "through an expansion that repeats nothing",
            Lines(s_a, Call("expand", $"{A}, [1, -1, 6]", "b"), Call("neg_", B, "c")), "a",
            [0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11] },
        { "by name",
            Lines(s_a, """
                {"target": "aten::add_", "arguments": [], "results": ["b"],
                 "keywords": {"other": {"value": "y"}, "self": {"value": "a"}}}
                """),
            "a", [100, 102, 104, 106, 108, 110, 112, 114, 116, 118, 120, 122] },
        { "into an input, of which the caller's stays what it is", Call("neg_", X, "a"), "x",
            [0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11] },
        { "which a copy before it does not see",
            Lines(s_a, Call("clone", A, "b"), Call("neg_", A, "c")), "b", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public void Who_reads_memory_reads_what_was_written(string what, string calls, string output, double[] expected) =>
        Outputs(calls, output).Should().Equal(expected, what);

    public static TheoryData<string, string, string, string, string> Refused => new()
    {
        { "what may be a copy, after a write into its source",
            Lines(s_a, Call("t", A, "b"), Call("reshape", $"{B}, [12]", "c"), Call("neg_", A, "d")), "c",
            Codes.UnsupportedOp, "output 'c' reads memory that aten::neg_ 'neg_' may have changed in place" },
        { "the source of what may be a copy, after a write into that",
            Lines(s_a, Call("t", A, "b"), Call("contiguous", B, "c"), Call("neg_", C, "d")), "a",
            Codes.UnsupportedOp, "output 'a' reads memory that aten::neg_ 'neg_' may have changed in place" },
        { "a write into elements that are several places'",
            Lines(s_a, Call("expand", $"{A}, [3, 2, 6]", "b"), Call("zero_", B, "c")), "a",
            Codes.UnsupportedOp, "memory that aten::zero_ 'zero_' changed through aten::expand 'expand' in place" },
        { "an old name of what has another shape since",
            Lines(s_a, Call("unsqueeze_", $"{A}, 0", "b"), Call("neg", A, "c")), "c",
            Codes.UnsupportedOp, "aten::neg 'neg' reads memory that aten::unsqueeze_ 'unsqueeze_'" },
        { "a write of the same memory in another order",
            Lines(s_a, Call("view", $"{A}, [2, 3, 2]", "b"), Call("transpose", $"{B}, 0, 2", "c"),
                Call("copy_", $"{B}, {C}", "d")), "d",
            Codes.UnsupportedOp, "aten::copy_ 'copy_' reads the memory that it writes in another order" },
        { "a parameter", Lines(Call("slice", $"{P}, 1, 0, 2", "a"), Call("neg_", A, "b")), "b",
            Codes.UnsupportedOp, "aten::neg_ 'neg_' changes the parameter 'p', so that a second run would give" },
        { "a sum that is larger than the memory",
            Lines(s_a, Call("slice", $"{A}, 0, 0, 1", "b"), Call("add_", $"{B}, {Y}", "c")), "c",
            Codes.ShapeMismatch, "it gives float32 (2, 6), the memory that it writes holds float32 (1, 6)" },
        { "a number of another type than the memory",
            Lines(Call("gt", $"{X}, 3.0", "a"), Call("add_", $"{A}, 1", "b")), "b",
            Codes.UnsupportedOp, "it gives int64 (2, 6), the memory that it writes holds bool (2, 6)" },
        { "an operator that nobody knows", Lines(s_a, Call("other::grow_", A, "b")), "a",
            Codes.UnsupportedOp, "op other::grow_ is not supported" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_told_is_refused(string what, string calls, string output, string code, string why)
    {
        var finding = Refusal(calls, output);
        finding.Should().NotBeNull(what);
        finding!.Code.Should().Be(code);
        finding.Message.Should().Contain(why).And.NotContain("\n");
    }

    // Of a, each of the one before.
    static IEnumerable<string> Views(int count) => Enumerable.Range(0, count).Select(i =>
        Call("view", $"{{\"value\": \"{(i == 0 ? "a" : $"v{i - 1}")}\"}}, [12]", $"v{i}"));

    [Fact]
    public void A_long_chain_of_views_takes_calls_and_no_stack()
    {
        List<string> calls = [s_a, .. Views(1000), Call("neg_", "{\"value\": \"v999\"}", "b")];
        Outputs(Lines([.. calls]), "a")[..3].Should().Equal(0, -1, -2);
    }

    [Fact]
    public void A_chain_longer_than_any_network_has_is_refused()
    {
        List<string> calls = [s_a, .. Views(2500), Call("neg_", "{\"value\": \"v2499\"}", "b")];
        Refusal(Lines([.. calls]), "a")!.Message.Should().Contain("may have changed in place");
    }

    [Fact]
    public void A_graph_that_would_take_too_many_calls_is_refused()
    {
        List<string> calls = [s_a, .. Views(1000)];
        // Each write is seen at the other end of the chain.
        for (int i = 0; i < 60; i++)
        {
            calls.Add(Call("neg_", A, $"w{i}"));
            calls.Add(Call("neg_", "{\"value\": \"v999\"}", $"u{i}"));
        }
        Refusal(Lines([.. calls]), "a")!.Message.Should().Contain("takes more than 100000 calls");
    }

    [Fact]
    public void A_trace_that_assigns_to_a_column_runs()
    {
        using var model = ModelFile.Open(Fixtures.Path("through_view.pt"));
        var program = NhwcPass.Apply(model, [[2, 3]]);
        using var session = Session.Open<double>(program, new PlanOptions { Threads = 1 });
        session.Write(program.Inputs[0].Value, (double[])[1, 2, 3, 4, 5, 6]);
        session.Run();
        var output = new double[6];
        session.Read(program.Outputs[0].Value, output);
        output.Should().Equal(1, 4, 6, 1, 10, 12);
    }

    [Fact]
    public void A_trace_in_training_mode_is_refused_with_its_reason()
    {
        using var model = ModelFile.Open(Fixtures.Path("training.pt"));
        var finding = FluentActions.Invoking(() => InputShapes.Infer(model, square: true))
            .Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be(Codes.ModelUnreadable);
        finding.Place.Should().EndWith("training.pt");
        finding.Message.Should().Contain("aten::dropout '1' runs in training mode").And.NotContain("\n");
    }
}
