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

    /// <summary>First operand and output with the last LOGICAL axis innermost and the others in the order they have;
    /// the other operands (parameters) as they are.</summary>
    public static Arrangement LastAxisLast(ReadOnlySpan<Placed> inputs)
    {
        var wanted = Current(inputs);
        int last = inputs[0].Shape.Rank - 1;
        wanted[0] = new Permutation([.. inputs[0].Layout.AsSpan().ToArray().Where(axis => axis != last), last]);
        return new Arrangement([.. wanted], [wanted[0]]);
    }

    /// <summary>A layout after some logical axes are gone and the rest are renumbered.</summary>
    public static Permutation Without(Permutation layout, ReadOnlySpan<int> gone)
    {
        var axes = new List<int>(layout.Rank);
        foreach (int axis in layout.AsSpan())
        {
            int before = 0;
            bool stays = true;
            foreach (int other in gone)
            {
                if (other < axis) before++;
                if (other == axis) stays = false;
            }
            if (stays) axes.Add(axis - before);
        }
        return new Permutation([.. axes]);
    }

    /// <summary>The operands' layouts now.</summary>
    public static Permutation[] Current(ReadOnlySpan<Placed> inputs)
    {
        var layouts = new Permutation[inputs.Length];
        for (int i = 0; i < layouts.Length; i++) layouts[i] = inputs[i].Layout;
        return layouts;
    }
}
