using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The sum, or the product, of each element and all before it along one logical axis, added one after another
/// in double. Source: torch.cumsum and torch.cumprod.</summary>
public sealed record Cumulation : AlongAxis
{
    /// <inheritdoc/>
    public override string Name => Product ? "Cumprod" : "Cumsum";

    /// <summary>True for products.</summary>
    public required bool Product { get; init; }

    /// <inheritdoc/>
    public override bool AddsUp => !Product;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Cumulation
        {
            Product = call.Call.Target.StartsWith("aten::cumprod", StringComparison.Ordinal), Dim = call.Int("dim"),
            Type = call.TypeOrNull("dtype"),
        },
        "cumprod", "cumsum");

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        Type is { } type && !type.IsFloating() && type != ElementType.Int64
            ? $"it adds up in {type.NumPyName()} of {inputs.Length} operand, expected int64 or floats" : null;

    /// <summary>Integers and Booleans add up in int64.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        inputs[operand].Type.IsFloating() ? ElementType.Float32 : ElementType.Int64;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;
}
