using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The smallest integer not below x. Source: torch.ceil.</summary>
public sealed record Ceil : Elementwise
{
    /// <summary>PyTorch has none of Booleans.</summary>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type == ElementType.Bool
        ? $"operand 0 is {inputs[0]}, expected numbers; PyTorch refuses it too" : null;

    /// <summary>Integers stay what they are.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Ceil(), "ceil");
}
