using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>y[…, o] = Σ x1[…, i] · weight[o, i, j] · x2[…, j] + bias[o]</c>. Source: torch.nn.Bilinear.</summary>
public sealed record Bilinear : Composite
{
    /// <summary>True when operand 3 is a bias.</summary>
    public bool Bias { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Bilinear { Bias = !call.IsNone("bias") }, "bilinear");

    /// <inheritdoc/>
    public override bool IsContraction => true;

    // PyTorch adds whatever broadcasts.
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) =>
        Bias && inputs[2].Shape is { Rank: 3 } weight && inputs[3].Shape != [weight[0]]
            ? $"bias is {inputs[3]}, expected ({weight[0]})" : null;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x1 = inputs[0], x2 = inputs[1], weight = inputs[2];
        if (weight.Rank != 3) return $"weight is {weight}, expected (o, i, j)";
        if (x1.Rank == 0 || x2.Rank != x1.Rank || !x1.AsSpan()[..^1].SequenceEqual(x2.AsSpan()[..^1]))
            return $"inputs are {x1} and {x2}, expected the same axes before the last";
        if (x1[-1] != weight[1] || x2[-1] != weight[2])
            return $"inputs have {x1[-1]} and {x2[-1]} features, weight is {weight}";
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        [[.. inputs[0].AsSpan()[..^1], inputs[2][0]]];

    internal override void Write(CallWriter calls)
    {
        Argument x1 = calls.Operands[0], x2 = calls.Operands[1], weight = calls.Operands[2];
        Shape first = calls.ShapeOf(x1), second = calls.ShapeOf(x2), w = calls.ShapeOf(weight);
        int rows = first.AsSpan()[..^1].ToArray().Aggregate(1, (product, extent) => product * extent);
        // One matrix a row, (o, j), and that times the row's second input.
        x1 = calls.Call("rows", "aten::reshape", x1, CallWriter.Ints(rows, w[1]));
        var kernel = calls.Call("turned", "aten::permute", weight, CallWriter.Ints(1, 0, 2));
        kernel = calls.Call("kernel", "aten::reshape", kernel, CallWriter.Ints(w[1], w[0] * w[2]));
        var matrices = calls.Call("product", "aten::mm", x1, kernel);
        matrices = calls.Call("matrices", "aten::reshape", matrices, CallWriter.Ints(rows, w[0], w[2]));
        x2 = calls.Call("columns", "aten::reshape", x2, CallWriter.Ints(rows, w[2], 1));
        var sums = calls.Call("sums", "aten::bmm", matrices, x2);
        var shape = CallWriter.Ints([.. second.AsSpan()[..^1], w[0]]);
        if (!Bias)
        {
            calls.Give("aten::reshape", sums, shape);
            return;
        }
        calls.Give("aten::add", calls.Call("of_rows", "aten::reshape", sums, shape), calls.Operands[3]);
    }
}
