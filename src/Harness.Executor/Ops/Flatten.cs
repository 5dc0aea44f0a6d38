using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Some neighbouring logical axes merged into one. Source: torch.nn.Flatten.</summary>
public sealed record Flatten : Reshaping
{
    /// <summary>The first logical axis to merge.</summary>
    public int StartDim { get; init; }

    /// <summary>The last logical axis to merge.</summary>
    public int EndDim { get; init; } = -1;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Flatten { StartDim = call.Int("start_dim"), EndDim = call.Int("end_dim") }, "flatten.using_ints");

    /// <inheritdoc/>
    public override Shape Target(Shape input)
    {
        int start = Axis.Of(StartDim, input.Rank), end = Axis.Of(EndDim, input.Rank);
        if (start > end) throw new ShapeException($"start axis {StartDim} comes after end axis {EndDim} in {input}");
        if (input.Rank == 0) return [1];
        long merged = 1;
        for (int axis = start; axis <= end; axis++) merged = checked(merged * input[axis]);
        return [.. input.AsSpan()[..start], checked((int)merged), .. input.AsSpan()[(end + 1)..]];
    }
}
