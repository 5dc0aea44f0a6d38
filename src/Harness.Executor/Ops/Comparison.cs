using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>How two elements compare.</summary>
public enum Relation
{
    /// <summary><c>==</c>.</summary>
    Eq,

    /// <summary><c>&gt;=</c>.</summary>
    Ge,

    /// <summary><c>&gt;</c>.</summary>
    Gt,

    /// <summary><c>&lt;=</c>.</summary>
    Le,

    /// <summary><c>&lt;</c>.</summary>
    Lt,

    /// <summary><c>!=</c>.</summary>
    Ne,
}

/// <summary>Whether two elements compare, with broadcasting; the second is a tensor's or a number. NaN is not equal to
/// anything. Source: torch.eq, torch.ge, torch.gt, torch.le, torch.lt and torch.ne.</summary>
public sealed record Comparison : Op
{
    /// <inheritdoc/>
    public override string Name => Relation.ToString();

    /// <summary>How they are compared.</summary>
    public required Relation Relation { get; init; }

    /// <summary>The second term when it is a number; null when it is the second operand.</summary>
    public Number? Other { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse,
        "eq.Scalar", "eq.Tensor", "ge.Scalar", "ge.Tensor", "greater.Scalar", "greater.Tensor",
        "greater_equal.Scalar", "greater_equal.Tensor", "gt.Scalar", "gt.Tensor", "le.Scalar", "le.Tensor",
        "less.Scalar", "less.Tensor", "less_equal.Scalar", "less_equal.Tensor", "lt.Scalar", "lt.Tensor",
        "ne.Scalar", "ne.Tensor", "not_equal.Scalar", "not_equal.Tensor");

    static Comparison Parse(Bound call) => new()
    {
        Relation = call.Call.Target.TrimEnd('_') switch
        {
            "aten::eq" => Relation.Eq,
            "aten::ge" or "aten::greater_equal" => Relation.Ge,
            "aten::gt" or "aten::greater" => Relation.Gt,
            "aten::le" or "aten::less_equal" => Relation.Le,
            "aten::lt" or "aten::less" => Relation.Lt,
            _ => Relation.Ne,
        },
        Other = Binary.Number(call),
    };

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        Other is { } number ? Promotion.With(inputs[0].Type, number) : Promotion.Of(inputs);

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

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
    public override bool IsElementwise => Other is not null;
}
