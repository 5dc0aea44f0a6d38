using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The same numbers as another element type: floating-point numbers are cut off towards zero, and what is not
/// 0 is true. Source: torch.Tensor.to.</summary>
/// <remarks>Between floating-point types nothing is cast: every one is computed in the plan's precision.</remarks>
public sealed record Cast : Op
{
    /// <summary>The type of the result. As a call states it: null for that of the second operand, or for none where
    /// there is none, as of a call that moves to another device; a program's always says.</summary>
    public required ElementType? To { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Cast { To = call.Has("dtype") ? call.TypeOrNull("dtype") : null },
        "_to_copy", "to.device", "to.dtype", "to.dtype_layout", "to.other", "to.prim_Device", "type_as");

    /// <summary>True for an operator that reads nothing of its second operand but the type.</summary>
    public static bool AsksForType(string target) => target is "aten::to" or "aten::type_as";

    /// <inheritdoc/>
    internal override ElementType? CastsTo(ReadOnlySpan<Fact> inputs) =>
        To ?? (inputs.Length == 2 ? inputs[1].Type : null);

    /// <inheritdoc/>
    internal override Op? AfterCast => null;

    /// <inheritdoc/>
    public override bool IsElementwise => true;

    /// <inheritdoc/>
    public override bool IsMove => true;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) =>
        To ?? inputs[^1].Type;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
