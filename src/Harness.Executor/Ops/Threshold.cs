using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>x &gt; Limit ? x : Value</c>. Source: torch.nn.Threshold.</summary>
public sealed record Threshold : Elementwise
{
    /// <summary>Up to which x is replaced, PyTorch's <c>threshold</c>.</summary>
    public double Limit { get; init; }

    /// <summary>What replaces it.</summary>
    public double Value { get; init; }

    /// <summary>PyTorch has none of Booleans.</summary>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => inputs[0].Type == ElementType.Bool
        ? $"operand 0 is {inputs[0]}, expected numbers; PyTorch refuses it too" : null;

    /// <summary>Integers stay what they are, and the two numbers are cut off to such.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Threshold { Limit = call.Float("threshold"), Value = call.Float("value") }, "threshold");
}
