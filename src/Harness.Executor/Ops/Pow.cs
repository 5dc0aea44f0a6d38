using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>self^exponent</c> with broadcasting; one of them may be a number. Also sqrt, rsqrt, square and
/// reciprocal. Source: torch.pow.</summary>
/// <remarks>The exponents 2, 3, 0.5, -0.5, -1 and -2 are products, quotients and roots, as in PyTorch.</remarks>
public sealed record Pow : Binary
{
    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        OperandType(0, inputs) is var type && type == ElementType.Bool
            ? "Booleans have no powers; PyTorch refuses it too"
        : !type.IsFloating() && Other?.Value < 0
            ? $"operand 0 is {inputs[0]}, and the exponent {Other.Value.Integer} is negative; PyTorch refuses it too"
            : null;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "pow.Tensor_Scalar", "pow.Tensor_Tensor", "pow.Scalar", "square", "sqrt", "rsqrt", "reciprocal");

    static Pow Parse(Bound call)
    {
        if (call.Has("exponent"))
        {
            return call["self"] is not ValueArgument ? new Pow { First = call.Number("self") }
                : call["exponent"] is not ValueArgument ? new Pow { Other = call.Number("exponent") }
                : new Pow();
        }
        // A trailing underscore says only that memory is reused.
        return call.Call.Target.TrimEnd('_') switch
        {
            "aten::square" => new Pow { Other = 2 },
            "aten::sqrt" => new Pow { Other = 0.5 },
            "aten::rsqrt" => new Pow { Other = -0.5 },
            _ => new Pow { Other = -1.0 },
        };
    }
}
