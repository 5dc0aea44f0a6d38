using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>self · ln other</c> with broadcasting, and 0 where self is 0 unless other is NaN; one of them may be a
/// number. Source: torch.xlogy.</summary>
public sealed record Xlogy : Binary
{
    /// <summary>Integers become floating-point numbers.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "xlogy.Tensor", "xlogy.Scalar_Other", "xlogy.Scalar_Self", "special_xlogy",
        "special_xlogy.other_scalar", "special_xlogy.self_scalar");

    static Xlogy Parse(Bound call) => call["self"] is ValueArgument
        ? new Xlogy { Other = Number(call) }
        : new Xlogy { First = call.Number("self") };
}
