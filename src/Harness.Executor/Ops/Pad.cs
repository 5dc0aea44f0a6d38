using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A constant around a tensor; negative amounts crop. Source: torch.nn.functional.pad.</summary>
public sealed record Pad : Op
{
    /// <summary>Amounts before and after, pair by pair, the LAST logical axis first: (left, right, top, bottom,
    /// …).</summary>
    public required IntList Amounts { get; init; }

    /// <summary>What the new elements hold.</summary>
    public double Value { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "constant_pad_nd", "pad");

    static Pad Parse(Bound call)
    {
        if (call.Has("mode") && call.Text("mode") != "constant")
            throw call.Refuse($"mode='{call.Text("mode")}', expected 'constant'");
        var amounts = call.Ints("pad");
        if (amounts.Length % 2 != 0) throw call.Refuse($"pad has {amounts.Length} numbers, expected pairs");
        return new Pad { Amounts = IntList.Create(amounts.AsSpan()), Value = call.FloatOrNull("value") ?? 0 };
    }

    /// <summary>What is added before and after one logical axis, counted from 0.</summary>
    public (int Before, int After) Of(int axis, int rank)
    {
        int at = 2 * (rank - 1 - axis);
        return at < Amounts.Count ? (Amounts[at], Amounts[at + 1]) : (0, 0);
    }

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.Holds(inputs[0].Type, Value) ? null
        : $"operand 0 is {inputs[0]}, which does not hold {Value}; PyTorch refuses it too";

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (Amounts.Count > 2 * x.Rank)
            return $"pad has {Amounts.Count} numbers, expected at most {2 * x.Rank} for {x}";
        for (int axis = 0; axis < x.Rank; axis++)
        {
            var (before, after) = Of(axis, x.Rank);
            long extent = (long)x[axis] + before + after;
            if (extent is < 1 or > int.MaxValue)
                return $"axis {axis} of {x} padded by ({before}, {after}) would have the extent {extent}";
        }
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        var extents = new int[x.Rank];
        for (int axis = 0; axis < extents.Length; axis++)
        {
            var (before, after) = Of(axis, x.Rank);
            extents[axis] = x[axis] + before + after;
        }
        return [Shape.Create(extents)];
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
