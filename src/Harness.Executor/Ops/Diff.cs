using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Each element minus the one before it along a logical axis, <see cref="Order"/> times; of Booleans whether
/// they differ. Source: torch.diff.</summary>
/// <remarks>Operands: x; what stands before it and what stands behind it, each where there is one.</remarks>
public sealed record Diff : Composite
{
    /// <summary>How often differences are taken.</summary>
    public int Order { get; init; } = 1;

    /// <summary>The logical axis; negative counts from the last.</summary>
    public int Dim { get; init; } = -1;

    /// <summary>True when operand 1 stands before x.</summary>
    public bool Prepend { get; init; }

    /// <summary>True when the last operand stands behind x.</summary>
    public bool Append { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "diff");

    static Diff Parse(Bound call)
    {
        int order = call.Int("n");
        return order < 0 ? throw call.Refuse($"n is {order}, expected no negative number; PyTorch refuses it too")
            : new Diff
            {
                Order = order, Dim = call.Int("dim"), Prepend = !call.IsNone("prepend"),
                Append = !call.IsNone("append"),
            };
    }

    // Of no differences x is what it is, whatever stands beside it.
    Cat? Joined => Order > 0 && (Prepend || Append) ? new Cat { Dim = Dim } : null;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) =>
        Joined is null ? inputs[0].Type : Promotion.Of(inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => inputs[0].Rank == 0
        ? $"input is {inputs[0]}, expected at least 1 axis; PyTorch refuses it too"
        : Axis.Misfit(Dim, inputs[0].Rank) ?? Joined?.MisfitOfShapes(inputs);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        int[] extents = [.. Joined is { } joined ? joined.InferShapes(inputs)[0] : inputs[0]];
        int axis = Axis.Of(Dim, extents.Length);
        extents[axis] = Math.Max(0, extents[axis] - Order);
        return [Shape.Create(extents)];
    }

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        var dim = Argument.Of((long)Axis.Of(Dim, calls.ShapeOf(x).Rank));
        if (Joined is not null)
        {
            ImmutableArray<Argument> parts =
                Prepend ? [calls.Operands[1], x, .. calls.Operands[2..]] : [x, calls.Operands[1]];
            x = calls.Call("joined", "aten::cat", Argument.Of(parts), dim);
        }
        bool flags = calls.FactOf(x).Type == ElementType.Bool;
        int extent = calls.ShapeOf(x)[Axis.Of(Dim, calls.ShapeOf(x).Rank)], times = Math.Min(Order, extent);
        if (times == 0)
        {
            calls.Give("aten::alias", x);
            return;
        }
        for (int i = 1; i <= times; i++)
        {
            var later = Slice($"later{i}", 1, extent - i + 1);
            var earlier = Slice($"earlier{i}", 0, extent - i);
            if (i == times) calls.Give(flags ? "aten::logical_xor" : "aten::sub", later, earlier);
            else x = calls.Call($"order{i}", flags ? "aten::logical_xor" : "aten::sub", later, earlier);
        }

        Argument Slice(string name, long first, long end) => calls.Call(
            name, "aten::slice", x, dim, Argument.Of(first), Argument.Of(end), Argument.Of(1L));
    }
}
