using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The cosine of the angle between vectors along a logical axis: <c>Σ (x₁ / max(‖x₁‖, ε)) · (x₂ / max(‖x₂‖,
/// ε))</c>, broadcasting. Source: torch.nn.CosineSimilarity.</summary>
public sealed record CosineSimilarity : Composite
{
    /// <summary>The logical axis of what both broadcast to; negative counts from the last.</summary>
    public int Dim { get; init; } = 1;

    /// <summary>The least norm that is divided by.</summary>
    public double Eps { get; init; } = 1e-8;

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new CosineSimilarity { Dim = call.Int("dim"), Eps = call.Float("eps") }, "cosine_similarity");

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Broadcast.Misfit(inputs) ?? Axis.Misfit(Dim, Broadcast.Infer(inputs).Rank);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = Broadcast.Infer(inputs);
        if (x.Rank == 0) return [x];
        int axis = Axis.Of(Dim, x.Rank);
        return [[.. x.AsSpan()[..axis], .. x.AsSpan()[(axis + 1)..]]];
    }

    internal override void Write(CallWriter calls)
    {
        var shape = Broadcast.Infer([calls.ShapeOf(calls.Operands[0]), calls.ShapeOf(calls.Operands[1])]);
        var dims = CallWriter.Ints(Axis.Of(Dim, shape.Rank));
        var products = calls.Call("products", "aten::mul", Unit(0), Unit(1));
        calls.Give("aten::sum", products, dims, Argument.Of(false));

        Argument Unit(int operand)
        {
            var x = calls.Operands[operand];
            if (calls.ShapeOf(x) != shape)
                x = calls.Call($"x{operand}", "aten::expand", x, CallWriter.Ints(shape));
            var norm = calls.Call(
                $"norm{operand}", "aten::linalg_vector_norm", x, Argument.Of(2.0), dims, Argument.Of(true));
            norm = calls.Call($"limit{operand}", "aten::clamp_min", norm, Argument.Of(Eps));
            return calls.Call($"unit{operand}", "aten::div", x, norm);
        }
    }
}
