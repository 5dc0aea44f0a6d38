using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Golden;
using Harness.Parity.Runners;
using Harness.Parity.Verification;
using Harness.Reference.Recording;

namespace Harness.Reference.Tests;

/// <summary>The converted program over libtorch: what the walk of the original recorded, from Flax's leaves and in
/// Flax's layouts.</summary>
public sealed class TorchRunnerTests : IDisposable
{
    static readonly string s_goldens = Path.Combine(Repository.Root, "golden");

    readonly LoopbackRunner _loopback = new();

    Runner Runner => _loopback.Runner;

    public void Dispose() => _loopback.Dispose();

    /// <summary>Every op case, and every traced model.</summary>
    public static TheoryData<string> Cases =>
    [
        .. Directory.GetFiles(s_goldens, GoldenStore.JsonName, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(s_goldens, Path.GetDirectoryName(file)!))
            .Where(name => GoldenStore.Read(Path.Combine(s_goldens, name)).ModelPath is not null)
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_converted_program_gives_what_was_recorded(string name)
    {
        foreach (var flatten in Enum.GetValues<FlattenMode>())
        {
            var (golden, model) = Open(name, out var torch, flatten);
            using var file = torch;
            foreach (var (port, actual) in golden.Document.Outputs.Zip(Outputs(Runner, golden, model)))
            {
                Scaled(actual, golden.Output(port)).Should().BeLessThan(1e-10, $"{port.Name}, {flatten}");
            }
        }
    }

    [Theory]
    [InlineData("models/resnet_small")]
    [InlineData("models/vgg_small")]
    [InlineData("models/shuffle_small")]
    [InlineData("models/multi_out")]
    public void The_gate_holds_on_it_and_says_where(string name)
    {
        var verdict = Verify(name, fault: null);

        verdict.Findings.Should().BeEmpty();
        verdict.Device.Should().Be("cpu-torch");
        verdict.Float64.Should().OnlyContain(drift => drift.Holds && drift.Scaled < 1e-10);
        verdict.Float32!.Outputs.Should().OnlyContain(drift => drift.Holds);
        verdict.Float32.Nodes.Should().OnlyContain(node => node.Ratio <= 1);
        verdict.Float32.Nodes[0].Ratio.Should().BeInRange(1e-3, 1, "float32 rounds");
        verdict.Float32.Order.Should().BeNull();
        verdict.Float32.LimitReason.Should().MatchRegex("^(16 times torch's own float32 noise .*|1e-6)$");
    }

    [Theory]
    [InlineData("swap-hw")]
    [InlineData("flip-hw")]
    [InlineData("weights")]
    public void A_wrong_leaf_goes_red_and_the_node_is_named(string fault)
    {
        var verdict = Verify("models/resnet_small", $"{FirstConvolution("models/resnet_small")}:{fault}");

        verdict.Findings.Should().ContainSingle().Which.Should().Match<Finding>(finding =>
            finding.Code == Codes.OutputDrift && finding.Message.StartsWith("on cpu-torch: "));
        verdict.FirstBadNode!.Node.Should().Be(FirstConvolution("models/resnet_small"));
        verdict.FirstBadNode.Isolated.Should().BeGreaterThan(1e-6);
    }

    // It executes calls, and the fault is the op's alone: a green run would have tested nothing.
    [Fact]
    public void A_fault_of_an_op_is_refused()
    {
        var (_, model) = Open("models/resnet_small", out var torch);
        using var file = torch;
        string norm = model.Nodes.First(node => node.Op is BatchNorm2d).Name;

        var verdict = Verify("models/resnet_small", $"{norm}:epsilon");

        verdict.Findings.Should().ContainSingle().Which.Should().Match<Finding>(finding =>
            finding.Code == Codes.UnsupportedOp && finding.Message.Contains("executes calls"));
    }

    // Its own inverse, so a round trip of the weights cannot see it.
    [Fact]
    public void A_rearrangement_that_is_wrong_both_ways_goes_red()
    {
        var (golden, model) = Open("models/resnet_small", out var torch);
        using var file = torch;
        var kernel = model.Values.First(value => value.Leaf is { Rearrangement.To: "hwio" } leaf && leaf.Shape[0] > 1);
        var wrong = kernel with { Leaf = kernel.Leaf! with { Rearrangement = new Rearrangement("oihw", "whio") } };
        wrong.Leaf!.Shape.Should().Equal(kernel.Leaf.Shape, "only the elements differ");

        double drift = Drift(golden, model with { Values = model.Values.SetItem(kernel.Id, wrong) });

        drift.Should().BeGreaterThan(1e-6);
        Drift(golden, model).Should().BeLessThan(1e-10);
    }

    // The program says that a view is its operand's own memory: another layout of the same memory is another value.
    [Fact]
    public void A_wrong_layout_of_a_view_goes_red()
    {
        var (golden, model) = Open("ops/flatten/conv_flatten_linear", out var torch);
        using var file = torch;
        var flatten = model.Nodes.Single(node => node.Op is Flatten);
        var moved = model.Nodes.Single(node => node.Op is Relayout);

        var broken = model with { Nodes = model.Nodes.Replace(flatten, flatten with { Inputs = moved.Inputs }) };

        Drift(golden, broken).Should().BeGreaterThan(1e-3);
        Drift(golden, model).Should().BeLessThan(1e-10);
    }

    [Fact]
    public void What_the_runner_refuses_has_the_node_and_leaves_it_usable()
    {
        var (golden, model) = Open("models/guide_cnn", out var torch);
        using var file = torch;
        var node = model.Nodes.First(node => node.Call is not null && !node.Op.IsView);
        var unknown = model with
        {
            Nodes = model.Nodes.Replace(node, node with { Call = node.Call! with { Target = "aten::nonsense" } }),
        };

        var run = () => Drift(golden, unknown);

        var finding = run.Should().Throw<ModelException>().Which.Finding;
        finding.Code.Should().Be(Codes.UnsupportedOp);
        finding.Message.Should().Contain($"aten::nonsense in node '{node.Name}'");
        Drift(golden, model).Should().BeLessThan(1e-10);
    }

    [Fact]
    public void Values_are_exchanged_in_PyTorchs_order_and_as_they_lie()
    {
        var graph = new GraphBuilder();
        graph.Output("0", graph.Call("aten::relu", [Argument.Value(graph.Input("x"))], [], 1, SourcePlace.Unknown)[0]);
        using var torch = new TorchModel(graph.Build(), new StateDict(), "none");
        var model = NhwcPass.Apply(torch, [[2, 3, 4, 5]]);
        int input = model.Inputs[0].Value, output = model.Outputs[0].Value;
        Shape shape = model.Values[input].Shape;
        double[] logical = [.. Enumerable.Range(1, (int)shape.Elements).Select(i => (double)i)];
        using var session = Runner.Open(model, RunMode.EachNode, ElementType.Float64);

        session.Write(input, logical);
        session.Run(CancellationToken.None);

        var memory = new double[logical.Length];
        session.ReadMemory<double>(output, memory);
        int i = 0;
        for (int n = 0; n < shape[0]; n++)
            for (int h = 0; h < shape[2]; h++)
                for (int w = 0; w < shape[3]; w++)
                    for (int c = 0; c < shape[1]; c++)
                        memory[i++].Should().Be(logical[(((n * shape[1]) + c) * shape[2] + h) * shape[3] + w]);
        session.WriteMemory<double>(input, memory);
        session.RunNode(0);
        var back = new double[logical.Length];
        session.Read(output, back);
        back.Should().Equal(logical);
    }

    // x + y promotes x, which the converted program does by a cast of its own; 3·x stays an integer.
    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float64)]
    public void Integers_keep_their_type_and_are_promoted_as_in_plans(ElementType precision)
    {
        var graph = new GraphBuilder();
        int x = graph.Input("x", type: ElementType.Int64), y = graph.Input("y");
        graph.Output("sum", Call("aten::add", Argument.Value(x), Argument.Value(y)));
        graph.Output("thrice", Call("aten::mul", Argument.Value(x), Argument.Of(3L)));
        using var torch = new TorchModel(graph.Build(), new StateDict(), "none");
        var model = NhwcPass.Apply(torch, [[2, 3], [2, 3]]);
        const long Large = (1L << 53) + 1;

        var (own, other) = (Run(new CpuRunner(threads: 1)), Run(Runner));

        own.Select(tensor => tensor.Type).Should().Equal(precision, ElementType.Int64);
        other.Select(tensor => tensor.Type).Should().Equal(precision, ElementType.Int64);
        for (int i = 0; i < own.Length; i++) other[i].Bytes.ToArray().Should().Equal(own[i].Bytes.ToArray());
        other[1].As<long>()[5].Should().Be(3 * Large, "no double holds it");

        Tensor[] Run(Runner runner)
        {
            using var session = runner.Open(model, RunMode.Fast, precision);
            session.Write(model.Inputs[0].Value, Tensor.Of([2, 3], (ReadOnlySpan<long>)[1, -2, 3, 4, 5, Large]));
            session.Write(model.Inputs[1].Value, Tensor.Of([2, 3], (ReadOnlySpan<float>)[0.5f, 1, 2, -3, 4, 0]));
            session.Run(CancellationToken.None);
            return [.. model.Outputs.Select(port => session.Read(port.Value))];
        }

        int Call(string target, params Argument[] arguments) =>
            graph.Call(target, [.. arguments], [], 1, SourcePlace.Unknown)[0];
    }

    [Fact]
    public void CuDNN_is_deterministic_and_TF32_off_once_a_device_is_open()
    {
        if (!OperatingSystem.IsWindows()) CudnnMode.IsDeterministic.Should().BeTrue();
        TorchSharp.torch.backends.cudnn.allow_tf32.Should().BeFalse();
        TorchSharp.torch.backends.cuda.matmul.allow_tf32.Should().BeFalse();
    }

    [WithoutCudaFact]
    public void Cuda_that_is_not_there_is_refused_by_code()
    {
        var start = () => new LoopbackRunner("cuda");

        start.Should().Throw<ModelException>().Which.Finding.Should().Match<Finding>(finding =>
            finding.Code == Codes.CudaMissing && finding.Message.Contains("-p:ParityTorch=cuda"));
    }

    Verdict Verify(string name, string? fault) => Verifier.Verify(
        new VerifyRequest(Path.Combine(s_goldens, name)),
        new VerifyOptions { Runner = Runner, Fault = fault, ReceivedDirectory = Path.GetTempPath() });

    static string FirstConvolution(string name)
    {
        var (_, model) = Open(name, out var torch);
        torch.Dispose();
        return model.Nodes.First(node => node.Op is Conv && model.Values[node.Inputs[1]].Shape[2] > 1).Name;
    }

    double Drift(GoldenCase golden, NhwcProgram model) => golden.Document.Outputs.Zip(Outputs(Runner, golden, model))
        .Max(pair => Scaled(pair.Second, golden.Output(pair.First)));

    // Integers are right or wrong.
    static double Scaled(Tensor actual, Tensor expected) =>
        expected.Type.IsFloating() ? Agreement.Scaled(actual.As<double>(), expected.As<double>())
        : Agreement.Difference(actual, expected) == 0 ? 0 : double.PositiveInfinity;

    static List<Tensor> Outputs(Runner runner, GoldenCase golden, NhwcProgram model)
    {
        using var session = runner.Open(model, RunMode.Plain, ElementType.Float64);
        for (int i = 0; i < model.Inputs.Length; i++)
            session.Write(model.Inputs[i].Value, golden.Input(golden.Document.Inputs[i]));
        session.Run(CancellationToken.None);
        return [.. model.Outputs.Select(port => session.Read(port.Value))];
    }

    static (GoldenCase Golden, NhwcProgram Model) Open(
        string name, out TorchModel torch, FlattenMode flatten = FlattenMode.Transpose)
    {
        var golden = GoldenStore.Read(Path.Combine(s_goldens, name));
        string? seed = golden.Document.Weights.Seed is { } number ? $"seed:{number}" : null;
        torch = ModelFile.Open(golden.ModelPath!, golden.WeightsPath ?? seed);
        return (golden, NhwcPass.Apply(torch, [.. golden.Document.Inputs.Select(port => port.Shape)], flatten));
    }
}
