using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>How many elements along logical axes are not 0; NaN is not. Source: torch.count_nonzero.</summary>
public sealed record CountNonzero : Reduction
{
    /// <summary>Any type is counted.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Int64;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Read(call, new CountNonzero()), "count_nonzero", "count_nonzero.dim_IntList");
}
