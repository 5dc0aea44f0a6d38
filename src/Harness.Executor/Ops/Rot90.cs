using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A plane of two logical axes turned by quarters, from the first towards the second. Source:
/// torch.rot90.</summary>
public sealed record Rot90 : Composite
{
    /// <summary>How many quarters; negative ones turn the other way.</summary>
    public int Quarters { get; init; } = 1;

    /// <summary>The two logical axes; negative count from the last.</summary>
    public IntList Dims { get; init; } = [0, 1];

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Rot90 { Quarters = call.Int("k"), Dims = [.. call.Ints("dims", 2)] }, "rot90");

    int Turns => ((Quarters % 4) + 4) % 4;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => inputs[0].Rank < 2
        ? $"input is {inputs[0]}, expected at least 2 axes" : Axis.Misfit(Dims, inputs[0].Rank);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int[] extents = [.. inputs[0]], axes = Axis.Of(Dims, extents.Length);
        if (Turns % 2 == 1) (extents[axes[0]], extents[axes[1]]) = (extents[axes[1]], extents[axes[0]]);
        return [Shape.Create(extents)];
    }

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        int[] axes = Axis.Of(Dims, calls.ShapeOf(x).Rank);
        switch (Turns)
        {
            case 0: calls.Give("aten::alias", x); break;
            case 2: calls.Give("aten::flip", x, CallWriter.Ints(axes)); break;
            default:
                var flipped = calls.Call("flipped", "aten::flip", x, CallWriter.Ints(axes[Turns == 1 ? 1 : 0]));
                calls.Give("aten::transpose", flipped, Argument.Of((long)axes[0]), Argument.Of((long)axes[1]));
                break;
        }
    }
}
