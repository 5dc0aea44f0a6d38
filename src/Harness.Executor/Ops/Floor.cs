using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The largest integer not above x. Source: torch.floor.</summary>
public sealed record Floor : Elementwise
{
    /// <summary>PyTorch has none of Booleans.</summary>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type == ElementType.Bool
        ? $"operand 0 is {inputs[0]}, expected numbers; PyTorch refuses it too" : null;

    /// <summary>Integers stay what they are.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Floor(), "floor");
}
