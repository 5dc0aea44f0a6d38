using Harness.Executor.Model;
using Harness.Reference.Native;
using Harness.Reference.Walk;
using static TorchSharp.torch;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Tests;

/// <summary>The process counts its tensors, all tests' together: these run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

/// <summary>Holds the walk to bounded memory.</summary>
[Collection(Alone.Name)]
public sealed class WalkMemoryTests
{
    public WalkMemoryTests() => TorchLibrary.Load();

    [Fact]
    public void Values_are_freed_after_their_last_use()
    {
        var graph = new GraphBuilder();
        int value = graph.Input("x");
        for (int i = 0; i < 200; i++)
            value = graph.Call("aten::relu", [Argument.Value(value)], [], 1, SourcePlace.Unknown)[0];
        graph.Output("0", value);
        long most = 0;
        using var scope = NewDisposeScope();
        long before = TorchTensor.TotalCount;
        var walk = new GraphWalk(graph.Build(), new StateDict(), "model.pt", ScalarType.Float64, CPU);
        walk.Run(
            [zeros(4, dtype: ScalarType.Float64)],
            (_, _, _) => most = Math.Max(most, TorchTensor.TotalCount - before));
        most.Should().BeLessThan(10);
    }
}
