using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>self / other</c> with broadcasting; <c>other</c> is a tensor or a number. Source: torch.div.</summary>
/// <remarks>True division only: a rounding mode is refused.</remarks>
public sealed record Div : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "div.Tensor(Tensor self, Tensor other) -> Tensor",
        "div.Scalar(Tensor self, Scalar other) -> Tensor",
        "div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor",
        "div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor",
        "divide.Tensor(Tensor self, Tensor other) -> Tensor",
        "divide.Scalar(Tensor self, Scalar other) -> Tensor",
        "divide.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor",
        "divide.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor",
        "true_divide.Tensor(Tensor self, Tensor other) -> Tensor",
        "true_divide.Scalar(Tensor self, Scalar other) -> Tensor");

    /// <summary>True division gives floating-point numbers.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    static Div Parse(Bound call) => call.Has("rounding_mode") && !call.IsNone("rounding_mode")
        ? throw call.Refuse($"rounding_mode='{call.Text("rounding_mode")}', expected none")
        : new Div { Other = Number(call) };
}
