using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The operand with values written, or added, where indices name: Python's <c>x[:, i, j] = values</c>, which
/// broadcast to what an index gives there. Source: torch.Tensor.index_put.</summary>
/// <remarks>In PyTorch's order: of several writes to one place the last one stays. A negative integer counts from the
/// end; one that is no index ends the run.</remarks>
public sealed record IndexPut : Op
{
    /// <summary>The indexed axes, in order: operand i + 1 holds the indices of axis i of them, the last the values.
    /// </summary>
    public required IntList Axes { get; init; }

    /// <summary>True where values are added.</summary>
    public bool Adds { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new IndexPut { Axes = AdvancedIndex.AxesOf(call), Adds = call.Bool("accumulate") }, "index_put");

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => AdvancedIndex.Masks(inputs[1..^1])
        ?? (Adds && inputs[0].Type == ElementType.Bool ? $"operand 0 is {inputs[0]}: Booleans are not added" : null);

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs)
    {
        for (int i = 1; i < inputs.Length - 1; i++)
            if (Picking.MisfitOfIndex(i, inputs[i]) is { } why) return why;
        return inputs[^1].Type == inputs[0].Type ? null
            : $"operand 0 and the values are {inputs[0]} and {inputs[^1]}, expected one type; PyTorch refuses it too";
    }

    /// <inheritdoc/>
    internal override long? EndOfIndex(int operand, ReadOnlySpan<Shape> inputs) =>
        operand > 0 && operand < inputs.Length - 1 ? inputs[0][Axes[operand - 1]] : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) =>
        operand > 0 && operand < inputs.Length - 1 ? ElementType.Int64 : inputs[0].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        if (AdvancedIndex.MisfitOf(Axes, inputs[0]) is { } why) return why;
        if (Broadcast.Misfit(inputs[1..^1]) is { } apart) return apart;
        var place = AdvancedIndex.Indexed(Axes, inputs[..^1]);
        return Broadcast.Misfit([place, inputs[^1]]) ?? (Broadcast.Infer([place, inputs[^1]]) == place ? null
            : $"values are {inputs[^1]}, expected what broadcasts to {place}");
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
