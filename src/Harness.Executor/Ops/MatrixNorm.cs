using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The norm of vectors or of matrices, as order and axes say: of matrices Frobenius' norm, the largest or
/// smallest sum of magnitudes along a column (order 1, -1) or a row (∞, -∞), the largest or smallest singular value (2,
/// -2), and the sum of these (nuclear). Source: torch.linalg.norm, torch.linalg.matrix_norm.</summary>
public sealed record MatrixNorm : Composite
{
    /// <summary>The order; null for the 2-norm of vectors and Frobenius' of matrices.</summary>
    public double? Order { get; init; }

    /// <summary>The logical axes, two for matrices; null for all.</summary>
    public IntList? Dims { get; init; }

    /// <summary>True when the axes stay, with extent 1.</summary>
    public bool KeepDims { get; init; }

    /// <summary>True where the call names a norm of matrices: Frobenius' or the nuclear one.</summary>
    public bool Named { get; init; }

    /// <summary>True for the sum of singular values.</summary>
    public bool Nuclear { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "linalg_matrix_norm", "linalg_matrix_norm.str_ord", "linalg_norm", "linalg_norm.ord_str");

    static MatrixNorm Parse(Bound call)
    {
        string? name = call.IsText("ord") ? call.Text("ord") : null;
        if (name is not (null or "fro" or "nuc"))
            throw call.Refuse($"ord='{name}', expected 'fro', 'nuc' or a number; PyTorch refuses it too");
        double? order = name is null ? call.FloatOrNull("ord") : null;
        // Any type of floats is the run's.
        call.FloatTypeOrNull("dtype");
        IntList? dims = call.IsNone("dim") ? null : IntList.Create(call.Ints("dim").AsSpan());
        if (dims is { Count: 2 } && !IsOfMatrices(order))
            throw call.Refuse($"ord={order}, expected 1, 2, inf or one of their negatives for matrices");
        return new MatrixNorm
        {
            Order = order, Dims = dims, KeepDims = call.Bool("keepdim"), Named = name is not null,
            Nuclear = name == "nuc",
        };
    }

    static bool IsOfMatrices(double? order) =>
        order is not { } number || Math.Abs(number) is 1 or 2 or double.PositiveInfinity;

    // The two axes of matrices; null where it is a norm of vectors.
    IntList? MatrixAxes(int rank) => Dims is { } dims ? (dims.Count == 2 ? dims : null)
        : rank == 2 && (Order is not null || Named) ? [0, 1] : null;

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    VectorNorm Vectors => new() { Order = Order ?? 2, Dims = Dims ?? [], KeepDims = KeepDims };

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        bool tells = Order is not null || Named;
        if (Dims is null && tells && x.Rank is not (1 or 2))
            return $"input is {x}, expected 1 or 2 axes where the axes of a norm are not given";
        if (Named && MatrixAxes(x.Rank) is null) return $"input is {x}, expected two axes of matrices";
        if (MatrixAxes(x.Rank) is not { } axes) return Vectors.MisfitOfShapes(inputs);
        if (Axis.Misfit(axes, x.Rank) is { } why) return why;
        if (!IsOfMatrices(Order))
            return $"ord is {Order}, expected 1, 2, inf or one of their negatives for {x}; PyTorch refuses it too";
        // The largest of nothing is 0, and there is no smallest.
        return Order < 0 && x.AsSpan().Contains(0) ? $"input is {x}, expected elements; PyTorch refuses it too" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        (MatrixAxes(inputs[0].Rank) is { } axes ? Vectors with { Dims = axes } : Vectors).InferShapes(inputs);

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        int rank = calls.ShapeOf(x).Rank;
        bool empty = calls.ShapeOf(x).AsSpan().Contains(0);
        if (MatrixAxes(rank) is not { } axes || (Order is null && !Nuclear) || empty)
        {
            var dims = MatrixAxes(rank) ?? Dims;
            // Whatever is added up of no element is 0.
            double of = empty && MatrixAxes(rank) is not null ? 1 : Order ?? 2;
            calls.Give("aten::linalg_vector_norm", x, Argument.Of(of), dims is { } some
                ? CallWriter.Ints(some) : Argument.None, Argument.Of(KeepDims));
            return;
        }
        int[] both = Axis.Of(axes, rank);
        double order = Order ?? 0;
        string most = Nuclear ? "aten::sum" : order > 0 ? "aten::amax" : "aten::amin";
        if (Nuclear || Math.Abs(order) == 2)
        {
            int[] others = [.. Enumerable.Range(0, rank).Where(axis => !both.Contains(axis))];
            var matrices = calls.Call("matrices", "aten::permute", x, CallWriter.Ints([.. others, .. both]));
            var values = calls.Call("values", "aten::linalg_svdvals", matrices);
            if (!KeepDims) calls.Give(most, values, CallWriter.Ints(-1), Argument.Of(false));
            else
            {
                int[] kept = [.. calls.ShapeOf(x)];
                foreach (int axis in both) kept[axis] = 1;
                calls.Give("aten::reshape", calls.Call("norm", most, values, CallWriter.Ints(-1), Argument.Of(false)),
                    CallWriter.Ints(kept));
            }
            return;
        }
        bool columns = Math.Abs(order) == 1;
        // Both axes stay until the second is reduced too, so that their numbers do.
        var sums = calls.Call("sums", "aten::linalg_vector_norm", x, Argument.Of(1.0),
            CallWriter.Ints(both[columns ? 0 : 1]), Argument.Of(true));
        var dim = CallWriter.Ints(both[columns ? 1 : 0]);
        if (KeepDims) calls.Give(most, sums, dim, Argument.Of(true));
        else
        {
            calls.Give(
                "aten::squeeze", calls.Call("most", most, sums, dim, Argument.Of(true)), CallWriter.Ints(both));
        }
    }
}
