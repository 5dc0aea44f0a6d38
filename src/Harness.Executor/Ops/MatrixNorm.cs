using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The norm of vectors or of matrices, as order and axes say: of matrices Frobenius' norm, and the largest or
/// smallest sum of magnitudes along a column (order 1, -1) or a row (∞, -∞). Source: torch.linalg.norm,
/// torch.linalg.matrix_norm.</summary>
public sealed record MatrixNorm : Composite
{
    /// <summary>The order; null for the 2-norm of vectors and Frobenius' of matrices.</summary>
    public double? Order { get; init; }

    /// <summary>The logical axes, two for matrices; null for all.</summary>
    public IntList? Dims { get; init; }

    /// <summary>True when the axes stay, with extent 1.</summary>
    public bool KeepDims { get; init; }

    /// <summary>True where two axes are matrices though the call names none.</summary>
    public bool Frobenius { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse, "linalg_matrix_norm", "linalg_matrix_norm.str_ord", "linalg_norm", "linalg_norm.ord_str");

    static MatrixNorm Parse(Bound call)
    {
        string? name = call.IsText("ord") ? call.Text("ord") : null;
        double? order = name is null ? call.FloatOrNull("ord") : null;
        // Any type of floats is the run's.
        call.FloatTypeOrNull("dtype");
        IntList? dims = call.IsNone("dim") ? null : IntList.Create(call.Ints("dim").AsSpan());
        bool matrices = name is not null || dims is { Count: 2 };
        if (name is not (null or "fro") || (matrices && order is { } other && Math.Abs(other) is not (1 or
            double.PositiveInfinity)))
        {
            throw call.Refuse($"ord={(name is null ? order : $"'{name}'")} of matrices takes singular values, expected "
                + "'fro', 1, -1, inf or -inf");
        }
        return new MatrixNorm
        {
            Order = order, Dims = dims, KeepDims = call.Bool("keepdim"), Frobenius = name is not null,
        };
    }

    // The two axes of matrices; null where it is a norm of vectors.
    IntList? MatrixAxes(int rank) => Dims is { } dims ? (dims.Count == 2 ? dims : null)
        : rank == 2 && (Order is not null || Frobenius) ? [0, 1] : null;

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => Dims is null && inputs[0].Shape.Rank == 2
        && Order is { } order && Math.Abs(order) is not (1 or double.PositiveInfinity)
        ? $"ord={order} of {inputs[0]}, a matrix, takes singular values, expected 'fro', 1, -1, inf or -inf" : null;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    VectorNorm Vectors => new() { Order = Order ?? 2, Dims = Dims ?? [], KeepDims = KeepDims };

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        bool tells = Order is not null || Frobenius;
        if (Dims is null && tells && x.Rank is not (1 or 2))
            return $"input is {x}, expected 1 or 2 axes where the axes of a norm are not given";
        if (Frobenius && MatrixAxes(x.Rank) is null) return $"input is {x}, expected two axes for Frobenius' norm";
        if (MatrixAxes(x.Rank) is not { } axes) return Vectors.MisfitOfShapes(inputs);
        return Axis.Misfit(axes, x.Rank) ?? (Order is not null && x.AsSpan().Contains(0)
            ? $"input is {x}, expected elements" : null);
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        (MatrixAxes(inputs[0].Rank) is { } axes ? Vectors with { Dims = axes } : Vectors).InferShapes(inputs);

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        int rank = calls.ShapeOf(x).Rank;
        if (MatrixAxes(rank) is not { } axes || Order is not { } order)
        {
            var dims = MatrixAxes(rank) ?? Dims;
            calls.Give("aten::linalg_vector_norm", x, Argument.Of(Order ?? 2), dims is { } some
                ? CallWriter.Ints(some) : Argument.None, Argument.Of(KeepDims));
            return;
        }
        int[] both = Axis.Of(axes, rank);
        bool columns = Math.Abs(order) == 1;
        // Both axes stay until the second is reduced too, so that their numbers do.
        var sums = calls.Call("sums", "aten::linalg_vector_norm", x, Argument.Of(1.0),
            CallWriter.Ints(both[columns ? 0 : 1]), Argument.Of(true));
        string most = order > 0 ? "aten::amax" : "aten::amin";
        var dim = CallWriter.Ints(both[columns ? 1 : 0]);
        if (KeepDims) calls.Give(most, sums, dim, Argument.Of(true));
        else
        {
            calls.Give("aten::squeeze", calls.Call("most", most, sums, dim, Argument.Of(true)),
                CallWriter.Ints(both));
        }
    }
}
