using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>x^Exponent</c> for the exponents that PyTorch computes by products, quotients and roots: 2, 3, 0.5,
/// -0.5, -1 and -2; also sqrt, rsqrt, square and reciprocal. Source: torch.pow.</summary>
public sealed record Pow : Elementwise
{
    /// <summary>2, 3, 0.5, -0.5, -1 or -2.</summary>
    public required double Exponent { get; init; }

    /// <summary>True where the call states the exponent as an integer, or squares: powers of integers are integers
    /// then.</summary>
    public bool IsInteger { get; init; }

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) =>
        !inputs[0].Type.IsFloating() && IsInteger && Exponent < 0
            ? $"operand 0 is {inputs[0]}, and the exponent {Exponent} is negative; PyTorch refuses it too" : null;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        !inputs[0].Type.IsFloating() && IsInteger && Exponent > 0
            ? $"operand 0 is {inputs[0]}: powers of integers are not supported" : null;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "pow.Tensor_Scalar", "square", "sqrt", "rsqrt", "reciprocal");

    static Pow Parse(Bound call)
    {
        if (call.Has("exponent"))
        {
            return call.Float("exponent") is 2 or 3 or 0.5 or -0.5 or -1 or -2
                ? new Pow { Exponent = call.Float("exponent"), IsInteger = call.Number("exponent").IsInteger }
                : throw call.Refuse($"exponent {call.Float("exponent")}, expected 2, 3, 0.5, -0.5, -1 or -2");
        }
        // A trailing underscore says only that memory is reused.
        return new Pow
        {
            Exponent = call.Call.Target.TrimEnd('_') switch
            {
                "aten::square" => 2,
                "aten::sqrt" => 0.5,
                "aten::rsqrt" => -0.5,
                _ => -1,
            },
            IsInteger = call.Call.Target.TrimEnd('_') == "aten::square",
        };
    }
}
