using Harness.Executor.Model;
using Harness.Executor.Program;
using Harness.Executor.Cpu;
using Harness.Formats;
using Harness.Formats.Architectures;
using Harness.Tests.Formats.Architectures;

namespace Harness.Tests.Cpu;

/// <summary>Steps that run before their plan is complete, on memory that nobody filled.</summary>
public sealed class RehearsalTests
{
    public static TheoryData<string> Names => [.. Families.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_step_of_a_known_model_can_be_rehearsed(string name)
    {
        var graph = Shortened.Of(name);
        using var torch = new TorchModel(graph, WeightsFile.Open("seed:0", graph), "architecture");
        // ViT has one size only; the others are small enough for a test at two images.
        var native = ArchitectureSet.Find($"arch:{name}").Input;
        var model = NhwcPass.Apply(torch, [name == "vit_b_16" ? native : [2, 3, 64, 96]]);
        foreach (int threads in new[] { 1, 3 })
        {
            using var plan = Plan.Compile<float>(model, new PlanOptions { Threads = threads });
            var rehearsal = new Rehearsal(plan);
            for (int step = 0; step < plan.Steps.Length; step++)
                if (!plan.ReadsConstants(plan.StepNodes[step])) rehearsal.Add(plan.Steps[step]);
            rehearsal.Dispose();
            rehearsal.Run();
            using var session = plan.CreateSession();
            session.Run();
        }
    }
}
