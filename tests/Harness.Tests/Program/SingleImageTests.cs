using Harness.Executor.Cpu;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Tests.Cpu;

namespace Harness.Tests.Program;

/// <summary>PyTorch's windows also take one image without a batch axis.</summary>
public sealed class SingleImageTests
{
    static readonly string[] s_windows = ["adaptive_avg_pool", "avg_pool", "conv", "max_pool"];

    /// <summary>The cases that are one call of one image, and nothing else.</summary>
    public static TheoryData<string> Cases => [.. OpCases.All.Where(name =>
    {
        if (!s_windows.Any(window => name.StartsWith(window, StringComparison.Ordinal))
            || name.Contains("/without_", StringComparison.Ordinal)) return false;
        using var model = OpCases.Open(name);
        return model.Graph.Calls is [var only]
            && only.Arguments.OfType<ValueArgument>().Count(value => value.Id == model.Graph.Inputs[0].Value) == 1;
    })];

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_image_gives_the_bits_of_a_batch_of_one(string name)
    {
        using var torch = OpCases.Open(name);
        Shape[] shapes = OpCases.Shapes(torch);
        Shape image = Shape.Create(shapes[0].AsSpan()[1..]);
        var batch = NhwcPass.Apply(torch, (Shape[])[Shape.Create([1, .. image.AsSpan()]), .. shapes[1..]]);
        var alone = NhwcPass.Apply(torch, (Shape[])[image, .. shapes[1..]]);

        Compare<float>(batch, alone);
        Compare<double>(batch, alone);

        Shape one = batch.Outputs[0].Shape!.Value;
        alone.Outputs[0].Shape!.Value.Should().Equal(Shape.Create(one.AsSpan()[1..]));
        alone.Values[alone.Outputs[0].Value].Name.Should().Be(
            batch.Values[batch.Outputs[0].Value].Name, "reports and probes know it by the call's name");
    }

    [Fact]
    public void What_binding_inserts_has_a_name_of_its_own()
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [3, 5, 4]);
        int pooled = x;
        foreach (string name in new[] { "pool", "pool.batch", "pool.of_batch" })
        {
            var two = Argument.Of([Argument.Of(2), Argument.Of(2)]);
            var one = Argument.Of([Argument.Of(1), Argument.Of(1)]);
            pooled = builder.Call(
                "aten::max_pool2d", [Argument.Value(pooled), two, one], [], 1, SourcePlace.Unknown, name)[0];
        }
        builder.Output("y", pooled);
        using var torch = new TorchModel(builder.Build(), new StateDict(), "test");

        NhwcPass.Apply(torch, [[3, 5, 4]]).Nodes.Select(node => node.Name).Should()
            .OnlyHaveUniqueItems().And.Contain(["pool", "pool.batch", "pool.batch_2", "pool.of_batch_2"]);
    }

    static void Compare<E>(NhwcProgram batch, NhwcProgram alone)
        where E : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<E>
    {
        foreach (bool keepAll in new[] { false, true })
        {
            var options = new PlanOptions { Threads = 2, KeepAll = keepAll };
            double[] expected = OpCases.Run<E>(batch, options)[0];
            expected.Distinct().Should().HaveCountGreaterThan(1);
            OpCases.Run<E>(alone, options)[0].Should().Equal(expected);
        }
    }
}
