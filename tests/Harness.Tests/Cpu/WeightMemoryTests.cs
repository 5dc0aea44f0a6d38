using System.Runtime.CompilerServices;
using Harness.Executor.Program;
using Harness.Executor.Model;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Tests.Naive;

namespace Harness.Tests.Cpu;

/// <summary>What is held of weights. Alone, because the heap is everybody's.</summary>
[Collection(nameof(WeightMemoryTests))]
public sealed class WeightMemoryTests
{
    const long Small = 2 << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_plan_holds_packed_weights_and_nothing_else(int threads)
    {
        using var torch = ModelFile.Open("arch:resnet18", "seed:1");
        long source = torch.Weights.Values.Sum(tensor => (long)tensor.Bytes.Length);
        source.Should().BeGreaterThan(20 * Small);

        long before = Held();
        var model = NhwcPass.Apply(torch, [[1, 3, 64, 64]]);
        (Held() - before).Should().BeLessThan(Small, "the layout pass moves no element");

        using var plan = Plan.Compile<float>(model, new PlanOptions { Threads = threads });
        plan.WeightBytes.Should().BeGreaterThanOrEqualTo(source);
        // Threads pack in any order, so that the largest kernel, a transformed one, may not fit into what others left.
        long left = threads == 1 ? 0 : 16L * 512 * 512 * sizeof(float);
        plan.MemoryBytes.Should().BeGreaterThan(plan.WeightBytes - Small)
            .And.BeLessThan(plan.WeightBytes + Small + left);
        (Held() - before).Should().BeLessThan(Small, "weights lie in the plan's own memory");
        GC.KeepAlive(plan);
        GC.KeepAlive(model);
    }

    [Fact]
    public void A_plan_runs_when_its_model_is_disposed()
    {
        string path = Path.Combine(NaiveWalkTests.Repository, "golden", "models", "resnet_small", "model.pt");
        float[] image = [.. OpCases.Values(1, 2 * 3 * 40 * 56).Select(x => (float)x)];
        float[] expected = new float[20], actual = new float[20];
        Plan plan;
        using (var torch = ModelFile.Open(path))
        {
            plan = Plan.Compile<float>(NhwcPass.Apply(torch, [[2, 3, 40, 56]]), new PlanOptions { Threads = 2 });
            using var first = plan.CreateSession();
            first.Run(image, expected);
        }
        using var session = plan.CreateSession();
        session.Run(image, actual);
        actual.Should().Equal(expected).And.Contain(score => score != 0);
    }

    [Fact]
    public void A_session_outlives_its_plan_and_the_last_of_them_frees()
    {
        using var torch = ModelFile.Open("arch:squeezenet1_1", "seed:1");
        var model = NhwcPass.Apply(torch, [[1, 3, 64, 64]]);
        float[] image = [.. OpCases.Values(1, 3 * 64 * 64).Select(x => (float)x)];
        float[] expected = new float[1000], actual = new float[1000];
        var plan = Plan.Compile<float>(model, new PlanOptions { Threads = 1 });
        using (var first = plan.CreateSession()) first.Run<float, float>(image, expected);
        var session = plan.CreateSession();

        plan.Dispose();
        plan.Dispose();

        plan.MemoryBytes.Should().BePositive("a session still reads it");
        session.Run<float, float>(image, actual);
        actual.Should().Equal(expected).And.Contain(score => score != 0);
        FluentActions.Invoking(plan.CreateSession).Should().Throw<ObjectDisposedException>();
        session.Dispose();
        session.Dispose();
        plan.MemoryBytes.Should().Be(0);
    }

    [Fact]
    public void A_rearranged_parameter_is_nobodys_but_the_callers()
    {
        using var torch = ModelFile.Open("arch:squeezenet1_1", "seed:1");
        var model = NhwcPass.Apply(torch, [[1, 3, 64, 64]]);
        var leaf = model.Variables.Leaves.First(l => !l.Rearrangement.IsIdentity);

        var weak = Materialize(leaf);
        GC.Collect();

        weak.TryGetTarget(out _).Should().BeFalse();
        leaf.Materialize().Should().NotBeSameAs(leaf.Materialize());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference<Tensor> Materialize(Leaf leaf) => new(leaf.Materialize());

    static long Held() => GC.GetTotalMemory(forceFullCollection: true);
}

[CollectionDefinition(nameof(WeightMemoryTests), DisableParallelization = true)]
public sealed class WeightMemoryAlone;
