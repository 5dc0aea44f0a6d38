using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>self / other</c> with broadcasting, as it is or brought to an integer; <c>other</c> is a tensor or a
/// number. Source: torch.div.</summary>
public sealed record Div : Binary
{
    /// <summary>How the quotient becomes an integer.</summary>
    public DivRounding Rounding { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "div.Tensor", "div.Scalar", "div.Tensor_mode", "div.Scalar_mode", "divide.Tensor", "divide.Scalar",
        "divide.Tensor_mode", "divide.Scalar_mode", "floor_divide", "floor_divide.Scalar", "true_divide.Tensor",
        "true_divide.Scalar");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        Rounding == DivRounding.None ? null : Promotion.MisfitOfDivision(this, inputs);

    /// <summary>True division gives floating-point numbers; others leave integers integers.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        Rounding == DivRounding.None ? ElementType.Float32 : base.OperandType(operand, inputs);

    static Div Parse(Bound call)
    {
        string mode = call.Call.Target.StartsWith("aten::floor_", StringComparison.Ordinal) ? "floor"
            : call.Has("rounding_mode") && !call.IsNone("rounding_mode") ? call.Text("rounding_mode") : "";
        return new Div
        {
            Other = Number(call),
            Rounding = mode switch
            {
                "" => DivRounding.None,
                "floor" => DivRounding.Floor,
                "trunc" => DivRounding.Trunc,
                _ => throw call.Refuse($"rounding_mode='{mode}', expected 'floor', 'trunc' or none"),
            },
        };
    }
}

/// <summary>How a quotient becomes an integer.</summary>
public enum DivRounding
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The largest one not above it.</summary>
    Floor,

    /// <summary>Cut off towards 0.</summary>
    Trunc,
}
