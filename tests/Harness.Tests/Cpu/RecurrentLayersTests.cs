using System.Numerics;
using Harness.Executor.Cpu;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Program;
using Harness.Tests.Cpu.Kernels;

namespace Harness.Tests.Cpu;

/// <summary>A recurrent node of several layers is a node a layer in a plan, and one where every value is kept: the same
/// bits.</summary>
public sealed class RecurrentLayersTests
{
    [Theory]
    [InlineData("lstm/both_directions_of_two_layers")]
    [InlineData("gru/both_directions_of_two_layers")]
    [InlineData("lstm/projected")]
    public void Layers_by_themselves_have_the_bits_of_one_node(string name)
    {
        Compare<float>(name);
        Compare<double>(name);
    }

    [Fact]
    public void Each_layer_shares_its_directions_among_threads()
    {
        using var plan = Plan.Compile<float>(
            Program("lstm/both_directions_of_two_layers"), new PlanOptions { Threads = 2 });

        var layers = plan.Describe().Where(step => step.Kernel == "recurrent").ToList();
        layers.Should().HaveCount(2);
        layers.Should().OnlyContain(step => step.Pieces % 2 == 0);
    }

    static void Compare<E>(string name) where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        var program = Program(name);
        double[][] whole = OpCases.Run<E>(program, new PlanOptions { Threads = 1, KeepAll = true });
        foreach (int threads in new[] { 1, 2, 3 })
        {
            foreach (var lanes in LaneWidths.All)
            {
                double[][] apart = OpCases.Run<E>(program, new PlanOptions { Threads = threads, Lanes = lanes });
                for (int i = 0; i < whole.Length; i++) Bits.ShouldEqual<double>(apart[i], whole[i], $"{name} {lanes}");
            }
        }
    }

    static NhwcProgram Program(string name)
    {
        var model = OpCases.Open(name);
        return NhwcPass.Apply(model, OpCases.Shapes(model));
    }
}
