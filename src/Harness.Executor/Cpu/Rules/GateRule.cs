using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>A large feature map times one number for each of its channels, both computed, is multiplied band by band
/// for the 1 × 1 convolution that alone reads it: what squeeze and excitation does.</summary>
sealed class GateRule : Rule
{
    // A gate computes next to nothing: to store it and read it again is all that it costs, so that it is large sooner.
    const int Share = 3;

    /// <inheritdoc/>
    public override Joined? Join(in Neighbours pair, FusionScope scope)
    {
        var (first, value, _, second) = pair;
        return first.IsAlone && second.Then is null && second.Main.Inputs[0] == value
            && scope.ElementsOfImage(value) >= scope.Large / Share
            && IsGate(scope.Program, first.Main) && ConvLowering.IsPointwise(scope.Program, second.Main)
            ? new Joined(null, first with { Then = second })
            : null;
    }

    static bool IsGate(NhwcProgram program, NhwcNode node)
    {
        if (node.Op is not Mul { Other: null } || node.Inputs.Any(input => program.Values[input].Leaf is not null))
            return false;
        var result = program.Values[node.Outputs[0]];
        bool IsWhole(int value) => program.Values[value].Shape == result.Shape;
        bool IsChannels(int value) => program.Values[value].Shape is { Rank: 4 } shape
            && shape[1] == result.Shape[1] && shape[2] == 1 && shape[3] == 1;
        return result.Shape.Rank == 4 && result.Layout == Permutation.ChannelsLast(4) && node.Inputs is [var a, var b]
            && ((IsWhole(a) && IsChannels(b)) || (IsChannels(a) && IsWhole(b)));
    }
}
