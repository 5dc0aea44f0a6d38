using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>min(max(x, min), max)</c> with limits that are tensors, with broadcasting; NaN where any of them is.
/// Source: torch.clamp.</summary>
/// <remarks>Operands: x; the lower limit and the upper one, each where there is one. The upper is applied last, so that
/// it wins where they cross. Limits that are numbers make a <see cref="Hardtanh"/>.</remarks>
public sealed record Clamp : Op
{
    /// <summary>True when operand 1 is the lower limit.</summary>
    public bool Min { get; init; }

    /// <summary>True when the last operand is the upper limit.</summary>
    public bool Max { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "clamp.Tensor", "clip.Tensor", "clamp_min.Tensor", "clamp_max.Tensor");

    static Clamp Parse(Bound call)
    {
        bool min = call.Has("min") && !call.IsNone("min"), max = call.Has("max") && !call.IsNone("max");
        return min || max
            ? new Clamp { Min = min, Max = max }
            : throw call.Refuse("neither min nor max is given; PyTorch refuses it too");
    }

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Broadcast.Misfit(inputs);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs)];

    /// <summary>The type in which all of them meet.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs);

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs);

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        Broadcast.Keeps(operand, axis, inputs);

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Broadcast.Arrange(inputs);
}
