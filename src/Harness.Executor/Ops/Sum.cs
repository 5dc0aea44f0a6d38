using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The sum along logical axes. Source: torch.sum.</summary>
public sealed record Sum : Reduction
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Read(call, new Sum { Type = call.TypeOrNull("dtype") }), "sum", "sum.dim_IntList");

    /// <summary>Integers and Booleans add up in int64.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        inputs[operand].Type.IsFloating() ? ElementType.Float32 : ElementType.Int64;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;
}
