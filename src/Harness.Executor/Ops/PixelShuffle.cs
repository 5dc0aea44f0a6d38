using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Channels to finer planes, (…, C·r², H, W) to (…, C, H·r, W·r), and back. Source: torch.nn.PixelShuffle,
/// torch.nn.PixelUnshuffle.</summary>
public sealed record PixelShuffle : Composite
{
    /// <summary>r, by which each plane grows or shrinks.</summary>
    public required int Factor { get; init; }

    /// <summary>True for the way back: (…, C, H·r, W·r) to (…, C·r², H, W).</summary>
    public bool Back { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "pixel_shuffle", "pixel_unshuffle");

    static PixelShuffle Parse(Bound call)
    {
        bool back = call.Has("downscale_factor");
        int factor = call.Int(back ? "downscale_factor" : "upscale_factor");
        return factor < 1
            ? throw call.Refuse($"the factor is {factor}, expected a positive number; PyTorch refuses it too")
            : new PixelShuffle { Factor = factor, Back = back };
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        long square = (long)Factor * Factor;
        if (x.Rank < 3) return $"input is {x}, expected at least 3 axes";
        if (Back && (x[-2] % Factor != 0 || x[-1] % Factor != 0))
            return $"planes of {x} do not divide by {Factor}";
        if (!Back && x[-3] % square != 0) return $"{x[-3]} channels of {x} do not divide by {square}";
        return Back ? Axis.MisfitOfExtent(x[-3] * square)
            : Axis.MisfitOfExtent((long)x[-2] * Factor) ?? Axis.MisfitOfExtent((long)x[-1] * Factor);
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        int r = Factor;
        return Back
            ? [[.. x.AsSpan()[..^3], x[-3] * r * r, x[-2] / r, x[-1] / r]]
            : [[.. x.AsSpan()[..^3], (int)(x[-3] / ((long)r * r)), x[-2] * r, x[-1] * r]];
    }

    internal override void Write(CallWriter calls)
    {
        var x = calls.ShapeOf(calls.Operands[0]);
        var y = InferShapes([x])[0];
        var (fine, coarse) = Back ? (x, y) : (y, x);
        int lead = x.Rank - 3, r = Factor;
        int[] kept = [.. x.AsSpan()[..lead]], axes = [.. Enumerable.Range(0, lead)];
        int[] apart = Back
            ? [.. kept, fine[-3], coarse[-2], r, coarse[-1], r]
            : [.. kept, fine[-3], r, r, coarse[-2], coarse[-1]];
        int[] order = Back ? [0, 2, 4, 1, 3] : [0, 3, 1, 4, 2];
        var cells = calls.Call("cells", "aten::reshape", calls.Operands[0], CallWriter.Ints(apart));
        var moved = calls.Call("moved", "aten::permute", cells,
            CallWriter.Ints([.. axes, .. order.Select(axis => axis + lead)]));
        calls.Give("aten::reshape", moved, CallWriter.Ints(y));
    }
}
