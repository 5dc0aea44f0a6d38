using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Tests.Program;

namespace Harness.Tests.Cpu;

/// <summary>What plans say about themselves, over known architectures.</summary>
public sealed class PlanTests
{
    [Fact]
    public void Every_step_of_a_ResNet_says_what_it_is()
    {
        using var torch = ModelFile.Open("arch:resnet18", "seed:1", _ => { });
        using var plan = Plan.Compile<float>(
            NhwcPass.Apply(torch, [[1, 3, 224, 224]]), new PlanOptions { Threads = 2, Lanes = LaneWidth.Sixteen });

        var steps = plan.Describe();

        steps.Select(step => step.Name).Should().Equal(plan.StepNames);
        steps[0].Kernel.Should().Be("gemm");
        steps[0].Tile.Should().Be("14x32");
        // 7 × 7 × 3 products for each of 112 × 112 × 64 outputs, batch norm and ReLU.
        long outputs = 112 * 112 * 64;
        steps[0].DirectFlops.Should().Be(outputs * ((2 * 7 * 7 * 3) + 2 + 1));
        steps[0].Flops.Should().Be(steps[0].DirectFlops);
        steps[0].ActivationBytes.Should().Be(4 * ((224 * 224 * 3) + outputs));
        steps[0].WeightBytes.Should().BeGreaterThanOrEqualTo(4 * ((7 * 7 * 3 * 64) + (3 * 64)));
        steps[1].Kernel.Should().Be("max pool");
        steps[2].Kernel.Should().Be("winograd F(2,3)");
        // 28 × 28 patches: 16 products each, 32 additions a channel in, 24 a channel out; batch norm and ReLU as
        // stated.
        long patches = 28 * 28;
        steps[2].Flops.Should().Be((patches * ((2 * 16 * 64 * 64) + (32 * 64) + (24 * 64))) + (56 * 56 * 64 * 3));
        steps[2].DirectFlops.Should().Be(56 * 56 * 64 * ((2 * 9 * 64) + 3));
        steps[^2].Kernel.Should().Be("reduce");
        steps.Should()
            .OnlyContain(step => step.ExpectedMs > 0 && step.Pieces > 0 && step.Threads >= 1 && step.Threads <= 2);
        plan.WeightBytes.Should().Be(steps.Sum(step => step.WeightBytes));
    }

    // Which are half the bytes then.
    [Theory]
    [InlineData(4, 1100, "product of few rows", 4)]
    [InlineData(5, 1100, "gemm", 8)]
    [InlineData(1, 300, "gemm", 8)]
    public void Large_products_of_few_rows_read_weights_as_they_are_stored(
        int rows, int inputs, string kernel, int bytes)
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", rows, inputs);
        sketch.Output("y", sketch.Call(
            "addmm", Argument.Value(sketch.Weight("bias", 1000)), Argument.Value(x),
            Argument.Value(sketch.Weight("weight", inputs, 1000))));
        using var plan = Plan.Compile<double>(sketch.Convert());

        var step = plan.Describe().Should().ContainSingle().Subject;

        step.Kernel.Should().Be(kernel);
        step.WeightBytes.Should().BeInRange(inputs * 1000 * bytes, (inputs * 1008 * bytes) + (8 * 1008));
    }

    // PyTorch's own order, before a tree is written: rows of it are no rows of the product's.
    [Fact]
    public void A_matrix_that_lies_otherwise_is_packed()
    {
        var sketch = new Sketch();
        int x = sketch.Input("x", 2, 1100);
        sketch.Output("y", sketch.Call(
            "linear", Argument.Value(x), Argument.Value(sketch.Weight("weight", 1000, 1100)),
            Argument.Value(sketch.Weight("bias", 1000))));
        using var plan = Plan.Compile<double>(sketch.Convert());

        plan.Describe().Should().ContainSingle().Which.Kernel.Should().Be("gemm");
    }

    [Fact]
    public void Exact_order_computes_what_the_ops_state()
    {
        using var torch = ModelFile.Open("arch:resnet18", "seed:1", _ => { });
        var model = NhwcPass.Apply(torch, [[1, 3, 64, 64]]);

        var steps = Plan.Compile<float>(model, new PlanOptions { ExactOrder = true }).Describe();

        steps.Should().OnlyContain(step => step.Flops == step.DirectFlops && !step.Kernel.StartsWith("winograd"));
    }

    [Fact]
    public void Threads_lanes_and_the_batch_change_no_algorithm()
    {
        using var torch = ModelFile.Open("arch:resnet18", "seed:1", _ => { });
        string[] Kernels(int batch, int threads, LaneWidth lanes) => [.. Plan.Compile<float>(
            NhwcPass.Apply(torch, [[batch, 3, 96, 96]]), new PlanOptions { Threads = threads, Lanes = lanes })
            .Describe().Select(step => step.Kernel)];

        string[] one = Kernels(1, 1, LaneWidth.Sixteen);

        one.Should().Contain("winograd F(2,3)").And.Contain("gemm");
        Kernels(5, 1, LaneWidth.Sixteen).Should().Equal(one);
        Kernels(1, 7, LaneWidth.Sixteen).Should().Equal(one);
        Kernels(1, 1, LaneWidth.One).Should().Equal(one);
        Kernels(3, 2, LaneWidth.Eight).Should().Equal(one);
    }
}
