using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A function of each row along one logical axis, as long as the row: the shape stays, any layout
/// goes.</summary>
public abstract record AlongAxis : Op
{
    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>The type that the operand is cast to before anything else; null for its own.</summary>
    public ElementType? Type { get; init; }

    /// <inheritdoc/>
    internal sealed override ElementType? CastsTo(ReadOnlySpan<Fact> inputs) => Type;

    /// <inheritdoc/>
    internal sealed override Op? AfterCast => this with { Type = null };

    /// <summary>The type that a call casts its operand to; null for none.</summary>
    internal static ElementType? ReadType(Bound call) => call.Has("dtype") ? call.FloatTypeOrNull("dtype") : null;

    /// <summary>The axis of a softmax call; refuses arithmetic of another type.</summary>
    internal static int ReadDim(Bound call)
    {
        if (call.Has("half_to_float") && call.Bool("half_to_float"))
            throw call.Refuse("half_to_float=True, expected False");
        return call.Int("dim");
    }

    /// <inheritdoc/>
    public sealed override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Axis.Misfit(Dim, inputs[0].Rank);

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    internal sealed override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        axis == Axis.Of(Dim, inputs[0].Rank) ? null : axis;

    /// <inheritdoc/>
    public sealed override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);

    /// <inheritdoc/>
    public sealed override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 4 * output.Elements;
}
