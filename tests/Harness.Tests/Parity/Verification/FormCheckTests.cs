using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Formats;
using Harness.Parity.Verification;

namespace Harness.Tests.Parity.Verification;

public sealed class FormCheckTests
{
    // As many channels in as out and a square window: neither extents nor the way back tell the axes apart.
    [Theory]
    [InlineData("conv", "oihw", "hwio", "hwoi")]
    [InlineData("conv", "oihw", "hwio", "whio")]
    [InlineData("up", "iohw", "hwoi", "hwio")]
    [InlineData("up", "iohw", "hwoi", "whoi")]
    [InlineData("fc", "oi", "io", "oi")]
    public void Axes_are_wrong_whatever_their_extents(string module, string torch, string flax, string wrong)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [2, 4, 5, 4]);
        int y = Call("conv2d", x, "conv", [4, 4, 3, 3]);
        y = Call("conv_transpose2d", y, "up", [4, 4, 3, 3]);
        builder.Output("y", Call("linear", y, "fc", [4, 4]));
        var graph = builder.Build();
        using var model = new TorchModel(graph, WeightsFile.Open("seed:1", graph), "test");
        var program = NhwcPass.Apply(model, [[2, 4, 5, 4]]);
        FormCheck.Faults(program).Should().BeEmpty();
        var leaf = program.Variables.Leaves.Single(leaf => leaf.FullPath == $"params/{module}/kernel");
        leaf.Axes.Should().Be(flax);

        program = program.With(program.Variables with
        {
            Leaves = program.Variables.Leaves.Replace(leaf, leaf with { Rearrangement = new(torch, wrong) }),
        });

        FormCheck.Faults(program).Should().ContainSingle().Which.Should()
            .Contain($"'{leaf.FullPath}'").And.Contain($"has the axes {wrong}, expected {flax}");

        int Call(string target, int value, string name, Shape kernel) => builder.Call($"aten::{target}",
            [Argument.Value(value), Argument.Value(builder.Parameter($"{name}.weight", kernel))], [], 1,
            SourcePlace.Unknown, name)[0];
    }
}
