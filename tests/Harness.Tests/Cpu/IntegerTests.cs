using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Runners;
using Harness.Parity.Verification;
using Harness.Tests.Cli;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu;

/// <summary>Integers and Booleans keep their type from the input to the output, and to the gate.</summary>
public sealed class IntegerTests
{
    // A convolution, a cast to int64 and one back, recorded.
    static readonly string s_fixture = Path.Combine(NaiveWalkTests.Repository, "tests", "Harness.Tests", "Parity",
        "Verification", "fixtures", "integers_and_back");

    // x: int64 (2, 3, 4, 5) and flags: bool of the same shape; (x · 3 + 2 · flags) clamped, its sums, a slice of it, as
    // floats.
    static TorchModel Model()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [2, 3, 4, 5], ElementType.Int64);
        int flags = builder.Input("flags", [2, 3, 4, 5], ElementType.Bool);
        int Call(string target, params Argument[] arguments) =>
            builder.Call(target, [.. arguments], [], 1, SourcePlace.Unknown)[0];
        int tripled = Call("aten::mul", Argument.Value(x), Argument.Of(3));
        int more = builder.Call(
            "aten::add", [Argument.Value(tripled), Argument.Value(flags)], [new Keyword("alpha", Argument.Of(2))], 1,
            SourcePlace.Unknown)[0];
        int clamped = Call("aten::clamp", Argument.Value(more), Argument.Of(-40), Argument.None);
        int sums = Call("aten::sum", Argument.Value(clamped), Argument.Of([Argument.Of(1), Argument.Of(3)]),
            Argument.Of(false));
        int slice = Call(
            "aten::slice", Argument.Value(clamped), Argument.Of(2), Argument.Of(1), Argument.Of(4), Argument.Of(2));
        int floats = Call("aten::mul", Argument.Value(slice), Argument.Of(0.5));
        builder.Output("clamped", clamped);
        builder.Output("sums", sums);
        builder.Output("floats", floats);
        return new TorchModel(builder.Build(), new StateDict(), "test");
    }

    static long X(int i) => ((i * 7919L) % 101) - 50 + (i == 3 ? 1L << 60 : 0);

    static bool Flag(int i) => i % 3 == 0;

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float64)]
    public void Integers_are_exact_in_either_precision(ElementType precision)
    {
        using var torch = Model();
        var program = NhwcPass.Apply(torch, [[2, 3, 4, 5], [2, 3, 4, 5]]);
        using var plan = Plan.Compile(program, precision, new PlanOptions { Threads = 2 });
        using var session = plan.CreateSession();
        long[] x = [.. Enumerable.Range(0, 120).Select(X)];
        session.Write(program.Inputs[0].Value, Tensor.Of([2, 3, 4, 5], x));
        session.Write(program.Inputs[1].Value, new Tensor(
            ElementType.Bool, [2, 3, 4, 5], Enumerable.Range(0, 120).Select(i => (byte)(Flag(i) ? 1 : 0)).ToArray()));

        session.Run();

        long[] clamped = [.. x.Select((v, i) => Math.Max((v * 3) + (Flag(i) ? 2 : 0), -40))];
        var first = session.Read(program.Outputs[0].Value);
        first.Type.Should().Be(ElementType.Int64);
        first.As<long>().ToArray().Should().Equal(clamped);
        var sums = new long[8];
        for (int i = 0; i < 120; i++) sums[(i / 60 * 4) + (i / 5 % 4)] += clamped[i];
        session.Read(program.Outputs[1].Value).As<long>().ToArray().Should().Equal(sums);
        double[] halves = [.. Enumerable.Range(0, 120).Where(i => i / 5 % 4 is 1 or 3)
            .Select(i => precision == ElementType.Float32 ? (float)clamped[i] * 0.5f : clamped[i] * 0.5)];
        session.Read(program.Outputs[2].Value).ToDoubles().Should().Equal(halves);
    }

    [Fact]
    public void The_command_keeps_the_types_of_files()
    {
        using var folder = new TemporaryFolder();
        string graph = Path.Combine(folder.Path, "graph.json"), input = Path.Combine(folder.Path, "x.npy"),
            output = Path.Combine(folder.Path, "y.npy");
        File.WriteAllText(graph, """
            {
              "format": "harness-graph",
              "version": 1,
              "inputs": [{"name": "x", "shape": [2, 3], "type": "int64"}],
              "parameters": [],
              "calls": [
                {"module": "", "target": "aten::add", "arguments": [{"value": "x"}, {"value": "x"}], "results": ["y"]}
              ],
              "outputs": [{"name": "y", "value": "y"}]
            }
            """);
        NpyFile.Write(input, Tensor.Of([2, 3], [1L, -2, 1L << 60, 4, 5, 6]));

        var run = CommandLine.Run("run", graph, "--weights", "seed:0", "--input", input, "--output", output);

        run.ExitCode.Should().Be(0, run.Error);
        var y = NpyFile.Read(output);
        y.Type.Should().Be(ElementType.Int64);
        y.As<long>().ToArray().Should().Equal(2, -4, 1L << 61, 8, 10, 12);
    }

    [Fact]
    public void The_gate_takes_integers_inside_a_model()
    {
        var run = CommandLine.Run("verify", s_fixture);

        run.ExitCode.Should().Be(0, run.Error + run.Out);
        run.OutLines[^1].Should().Be("1 of 1 cases hold");
    }

    [Fact]
    public void A_wrong_integer_of_a_node_is_red_whatever_the_output_forgives()
    {
        using var golden = new GoldenFolder();
        using var wrong = new OffByOne();
        var request = new VerifyRequest(golden.Path);

        Verifier.Verify(request, new VerifyOptions { Runner = new CpuRunner() }).Holds.Should().BeTrue();
        var verdict = Verifier.Verify(request, new VerifyOptions { Runner = wrong });

        wrong.Reads.Should().BePositive("a node gives integers");
        verdict.Findings.Should().ContainSingle(finding => finding.Code == Codes.Float32Drift)
            .Which.Message.Should().Contain("(Cast").And.Contain("exactly").And.Contain("|a-e| 1.0e+0");
    }

    sealed class GoldenFolder : IDisposable
    {
        readonly TemporaryFolder _folder = new();

        // A copy, since a run that drifts may write beside its golden.
        public GoldenFolder()
        {
            foreach (string file in Directory.EnumerateFiles(s_fixture))
                File.Copy(file, System.IO.Path.Combine(_folder.Path, System.IO.Path.GetFileName(file)));
        }

        public string Path => _folder.Path;

        public void Dispose() => _folder.Dispose();
    }

    // Integers that a float32 session gives are one too large.
    sealed class OffByOne : Runner
    {
        readonly CpuRunner _runner = new();

        public int Reads { get; private set; }

        public override string Device => _runner.Device;

        public override RunnerSession Open(NhwcProgram program, RunMode mode, ElementType precision) =>
            new OffByOneSession(this, _runner.Open(program, mode, precision));

        protected override void Dispose(bool disposing) => _runner.Dispose();

        sealed class OffByOneSession(OffByOne owner, RunnerSession session)
            : RunnerSession(session.Program, session.Precision)
        {
            public override AdditionOrder? Order => session.Order;

            public override void Write(int value, ReadOnlySpan<double> elements) => session.Write(value, elements);

            public override void Write(int value, Tensor tensor) => session.Write(value, tensor);

            public override Tensor Read(int value)
            {
                var tensor = session.Read(value);
                if (Precision != ElementType.Float32 || tensor.Type != ElementType.Int64) return tensor;
                owner.Reads++;
                long[] numbers = tensor.As<long>().ToArray();
                numbers[5]++;
                return Tensor.Of(tensor.Shape, numbers);
            }

            public override void Read(int value, Span<double> elements) => session.Read(value, elements);

            public override void WriteMemory<E>(int value, ReadOnlySpan<E> elements) =>
                session.WriteMemory(value, elements);

            public override void ReadMemory<E>(int value, Span<E> elements) => session.ReadMemory(value, elements);

            public override void Run(CancellationToken cancellation) => session.Run(cancellation);

            public override void RunNode(int node) => session.RunNode(node);

            protected override void Dispose(bool disposing) => session.Dispose();
        }
    }
}
