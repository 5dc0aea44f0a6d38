using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Two logical axes exchanged. Source: torch.transpose.</summary>
public sealed record Transpose : Permuting
{
    /// <summary>One axis; negative counts from the last.</summary>
    public required int Dim0 { get; init; }

    /// <summary>The other axis; negative counts from the last.</summary>
    public required int Dim1 { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => call.Has("axis0")
            ? new Transpose { Dim0 = call.Int("axis0"), Dim1 = call.Int("axis1") }
            : !call.Has("dim0")
            ? new Transpose { Dim0 = -2, Dim1 = -1 }
            : new Transpose { Dim0 = call.Int("dim0"), Dim1 = call.Int("dim1") },
        "adjoint", "mT", "swapaxes", "swapdims", "transpose.int");

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Axis.Misfit(Dim0, inputs[0].Rank) ?? Axis.Misfit(Dim1, inputs[0].Rank);

    /// <inheritdoc/>
    public override int[] Order(int rank)
    {
        int a = Axis.Of(Dim0, rank), b = Axis.Of(Dim1, rank);
        int[] order = [.. Enumerable.Range(0, rank)];
        if (rank > 0) (order[a], order[b]) = (order[b], order[a]);
        return order;
    }
}
