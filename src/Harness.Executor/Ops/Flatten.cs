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
        call => call.Has("start_dim")
            ? new Flatten { StartDim = call.Int("start_dim"), EndDim = call.Int("end_dim") }
            : new Flatten { StartDim = 0, EndDim = -1 },
        "flatten.using_ints", "ravel");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if ((Axis.Misfit(StartDim, x.Rank) ?? Axis.Misfit(EndDim, x.Rank)) is { } why) return why;
        var (start, end) = AxesOf(x.Rank);
        if (start > end) return $"start axis {StartDim} comes after end axis {EndDim} in {x}";
        return x.Rank == 0 ? null : Axis.MisfitOfExtent(Window.Elements(x.AsSpan()[start..(end + 1)]));
    }

    /// <inheritdoc/>
    public override Shape Target(Shape input)
    {
        if (input.Rank == 0) return [1];
        var (start, end) = AxesOf(input.Rank);
        long merged = Window.Elements(input.AsSpan()[start..(end + 1)]);
        return [.. input.AsSpan()[..start], (int)merged, .. input.AsSpan()[(end + 1)..]];
    }

    (int Start, int End) AxesOf(int rank) => (Axis.Of(StartDim, rank), Axis.Of(EndDim, rank));
}
