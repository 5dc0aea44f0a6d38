using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The channels of g groups taken in turns: channel j of group i becomes channel i of group j. Source:
/// torch.nn.ChannelShuffle.</summary>
public sealed record ChannelShuffle : Composite
{
    /// <summary>g.</summary>
    public required int Groups { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => call.Int("groups") < 1
            ? throw call.Refuse($"groups is {call.Int("groups")}, expected a positive number; PyTorch refuses it too")
            : new ChannelShuffle { Groups = call.Int("groups") },
        "channel_shuffle", "native_channel_shuffle");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank < 3) return $"input is {x}, expected at least 3 axes";
        return x[1] % Groups == 0 ? null : $"{x[1]} channels of {x} do not divide by {Groups}";
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        var x = calls.ShapeOf(calls.Operands[0]);
        var groups = calls.Call("groups", "aten::reshape", calls.Operands[0],
            CallWriter.Ints([x[0], Groups, x[1] / Groups, .. x.AsSpan()[2..]]));
        var turned = calls.Call("turned", "aten::transpose", groups, Argument.Of(1L), Argument.Of(2L));
        calls.Give("aten::reshape", turned, CallWriter.Ints(x));
    }
}
