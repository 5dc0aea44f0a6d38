using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The arrangements most ops share.</summary>
static class Arrangements
{
    /// <summary>First operand and all outputs channels last; the others (parameters) as they are.</summary>
    public static Arrangement ChannelsLast(ReadOnlySpan<Placed> inputs, params ReadOnlySpan<int> outputRanks)
    {
        var wanted = Current(inputs);
        wanted[0] = Permutation.ChannelsLast(inputs[0].Shape.Rank);
        var outputs = new Permutation[outputRanks.Length];
        for (int i = 0; i < outputs.Length; i++) outputs[i] = Permutation.ChannelsLast(outputRanks[i]);
        return new Arrangement([.. wanted], [.. outputs]);
    }

    /// <summary>Any layout goes, and the output keeps the first operand's.</summary>
    public static Arrangement Keep(ReadOnlySpan<Placed> inputs) => new([.. Current(inputs)], [inputs[0].Layout]);

    /// <summary>First operand and output in PyTorch's own order; the others as they are.</summary>
    public static Arrangement Plain(ReadOnlySpan<Placed> inputs, int outputRank)
    {
        var wanted = Current(inputs);
        wanted[0] = Permutation.Identity(inputs[0].Shape.Rank);
        return new Arrangement([.. wanted], [Permutation.Identity(outputRank)]);
    }

    /// <summary>The operands' layouts now.</summary>
    public static Permutation[] Current(ReadOnlySpan<Placed> inputs)
    {
        var layouts = new Permutation[inputs.Length];
        for (int i = 0; i < layouts.Length; i++) layouts[i] = inputs[i].Layout;
        return layouts;
    }
}
