using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A connective of the bits of integers, or of Booleans, with broadcasting; the second term is a tensor's or a
/// number. Source: torch.bitwise_and and its like.</summary>
/// <remarks>A shift by a negative number, or by as many bits as there are, leaves nothing but the sign.</remarks>
public sealed record Bitwise : Op
{
    /// <summary>The connective.</summary>
    public required Connective Connective { get; init; }

    /// <summary>The second term when it is a number; null when it is the second operand, or there is none.</summary>
    public Number? Other { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse,
        "__and__.Scalar", "__and__.Tensor", "__lshift__.Scalar", "__lshift__.Tensor", "__or__.Scalar",
        "__or__.Tensor", "__rshift__.Scalar", "__rshift__.Tensor", "__xor__.Scalar", "__xor__.Tensor",
        "bitwise_and.Scalar", "bitwise_and.Tensor", "bitwise_left_shift.Tensor",
        "bitwise_left_shift.Tensor_Scalar", "bitwise_not", "bitwise_or.Scalar", "bitwise_or.Tensor",
        "bitwise_right_shift.Tensor", "bitwise_right_shift.Tensor_Scalar", "bitwise_xor.Scalar",
        "bitwise_xor.Tensor");

    static Bitwise Parse(Bound call)
    {
        var connective = call.Call.Target["aten::".Length..].Trim('_') switch
        {
            "and" or "bitwise_and" => Connective.And,
            "or" or "bitwise_or" => Connective.Or,
            "xor" or "bitwise_xor" => Connective.Xor,
            "bitwise_not" => Connective.Not,
            "lshift" or "bitwise_left_shift" => Connective.LeftShift,
            _ => Connective.RightShift,
        };
        if (connective == Connective.Not) return new Bitwise { Connective = connective };
        // It would keep Booleans what they are, which no integer does.
        if (call["other"] is BoolArgument) throw call.Refuse($"other={call["other"]}, expected a tensor or an integer");
        return new Bitwise { Connective = connective, Other = Binary.Number(call) };
    }

    // PyTorch multiplies by a power of two.
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        Connective is Connective.LeftShift or Connective.RightShift && OperandType(0, inputs).IsFloating()
            ? "shifts of floating-point numbers are not supported" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs)
    {
        var type = OperandType(0, inputs);
        return type.IsFloating() ? $"operands meet in floating-point numbers, {Name} takes integers, in PyTorch too"
            : Connective is Connective.LeftShift or Connective.RightShift && type == ElementType.Bool
                ? "Booleans are not shifted; PyTorch refuses it too" : null;
    }

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        Other is { } number ? Promotion.With(inputs[0].Type, number) : Promotion.Of(inputs);

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => OperandType(0, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => Broadcast.Misfit(inputs);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs)];

    /// <inheritdoc/>
    internal override int? Keeps(int operand, int axis, ReadOnlySpan<Shape> inputs) =>
        Broadcast.Keeps(operand, axis, inputs);

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Broadcast.Arrange(inputs);

    /// <inheritdoc/>
    public override bool IsElementwise => Other is not null || Connective == Connective.Not;
}
