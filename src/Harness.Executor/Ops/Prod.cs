using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The product along a logical axis, or of all elements. Source: torch.prod.</summary>
/// <remarks>Elements join in blocks, as a <see cref="Sum"/>'s do.</remarks>
public sealed record Prod : Reduction
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "prod", "prod.dim_int");

    // Integers multiply in int64, and a narrower type would wrap around.
    static Prod Parse(Bound call) => call.TypeOrNull("dtype") is { } type && !type.IsFloating()
        && type != ElementType.Int64
            ? throw call.Refuse(
                $"it multiplies in {type.NumPyName()} (dtype={call.Int("dtype")}), expected int64 or none")
            : Read(call, new Prod { Type = call.TypeOrNull("dtype") });

    /// <summary>Integers and Booleans multiply in int64.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        inputs[operand].Type.IsFloating() ? ElementType.Float32 : ElementType.Int64;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;
}
