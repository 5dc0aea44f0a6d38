using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The nearest integer, ties to even; or the nearest number of so many decimals, as the product by a power of
/// ten, rounded, divided by it again. Source: torch.round.</summary>
public sealed record Round : Elementwise
{
    /// <summary>Digits after the point; negative counts those before it that become 0.</summary>
    public int Decimals { get; init; }

    /// <summary>PyTorch has none of Booleans, and integers have no decimals.</summary>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type == ElementType.Bool
        ? $"operand 0 is {inputs[0]}, expected numbers; PyTorch refuses it too"
        : !inputs[0].Type.IsFloating() && Decimals != 0
            ? $"operand 0 is {inputs[0]}, and decimals is {Decimals}; PyTorch refuses it too" : null;

    /// <summary>Integers stay what they are.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Round { Decimals = call.Has("decimals") ? call.Int("decimals") : 0 },
        "round", "round.decimals", "special_round");
}
