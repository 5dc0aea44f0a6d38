using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>self / other</c> with broadcasting; <c>other</c> is a tensor or a number. Source: torch.div.</summary>
/// <remarks>True division only: a rounding mode is refused.</remarks>
public sealed record Div : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "div.Tensor", "div.Scalar", "div.Tensor_mode", "div.Scalar_mode", "divide.Tensor", "divide.Scalar",
        "divide.Tensor_mode", "divide.Scalar_mode", "true_divide.Tensor", "true_divide.Scalar");

    /// <summary>True division gives floating-point numbers.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    static Div Parse(Bound call) => call.Has("rounding_mode") && !call.IsNone("rounding_mode")
        ? throw call.Refuse($"rounding_mode='{call.Text("rounding_mode")}', expected none")
        : new Div { Other = Number(call) };
}
