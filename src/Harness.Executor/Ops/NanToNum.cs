using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Numbers for NaN and the infinities; all others stay. Source: torch.nan_to_num.</summary>
public sealed record NanToNum : Elementwise
{
    /// <summary>What stands for NaN.</summary>
    public double Nan { get; init; }

    /// <summary>What stands for ∞; null for the largest number of the precision.</summary>
    public double? PosInf { get; init; }

    /// <summary>What stands for -∞; null for the smallest.</summary>
    public double? NegInf { get; init; }

    /// <summary>Integers stay what they are.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new NanToNum
        {
            Nan = call.FloatOrNull("nan") ?? 0,
            PosInf = call.FloatOrNull("posinf"),
            NegInf = call.FloatOrNull("neginf"),
        },
        "nan_to_num");
}
