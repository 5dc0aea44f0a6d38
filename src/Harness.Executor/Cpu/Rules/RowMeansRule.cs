using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Cpu;

/// <summary>A depthwise convolution takes the means of its rows where a pool wants its planes', which then is the mean
/// of those: the same bits as <see cref="PlaneMeanStep{E}"/> finds by itself.</summary>
sealed class RowMeansRule : Rule
{
    /// <inheritdoc/>
    public override bool TakesValue => false;

    /// <inheritdoc/>
    public override Joined? Join(in Neighbours pair, FusionScope scope)
    {
        var (first, value, _, second) = pair;
        var maker = first.Then ?? first;
        var pool = second.Main;
        if (maker.RowMeans is not null || !ConvLowering.IsDepthwise(scope.Program, maker.Main)
            || pool.Op is not AdaptiveAvgPool { Sizes.Count: 2 } || pool.Inputs[0] != value)
            return null;
        if (scope.Program.Values[pool.Outputs[0]].Shape is var mean && mean[2] * mean[3] != 1) return null;
        var x = scope.Program.Values[value];
        string name = $"{pool.Name}.rows";
        int rows = scope.Add(name, Fact.Float([x.Shape[0], x.Shape[1], x.Shape[2], 1]), x);
        maker = maker with
        {
            RowMeans = new(name, new Mean { Dims = [3], KeepDims = true }, [value], [rows], pool.Place),
        };
        var plane = pool with { Op = new Mean { Dims = [2], KeepDims = true }, Inputs = [rows] };
        return new Joined(
            first.Then is null ? maker : first with { Then = maker }, second with { Main = plane });
    }
}
