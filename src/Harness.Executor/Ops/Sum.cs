using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The sum along logical axes. Source: torch.sum.</summary>
public sealed record Sum : Reduction
{
    /// <inheritdoc/>
    public override bool AddsUp => true;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "sum", "sum.dim_IntList");

    // Integers add up in int64, and a narrower type would wrap around.
    static Sum Parse(Bound call) => call.TypeOrNull("dtype") is { } type && !type.IsFloating()
        && type != ElementType.Int64
            ? throw call.Refuse($"it sums in {type.NumPyName()} (dtype={call.Int("dtype")}), expected int64 or none")
            : Read(call, new Sum { Type = call.TypeOrNull("dtype") });

    /// <summary>Integers and Booleans add up in int64.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        inputs[operand].Type.IsFloating() ? ElementType.Float32 : ElementType.Int64;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;
}
