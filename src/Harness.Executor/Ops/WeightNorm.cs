using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>A weight of a stated length in each part along one logical axis: <c>v · g / ‖v‖</c>, the norm over all
/// other axes. Source: torch.nn.utils.weight_norm.</summary>
public sealed record WeightNorm : Composite
{
    /// <summary>The logical axis; -1 for none, so that the norm is of all elements.</summary>
    public int Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new WeightNorm { Dim = call.Int("dim") }, "_weight_norm", "_weight_norm_interface");

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape v = inputs[0], g = inputs[1];
        if (Dim < -1 || Dim >= v.Rank) return $"dim is {Dim}, expected -1 to {v.Rank - 1}; PyTorch refuses it too";
        return Broadcast.Misfit(inputs)
            ?? (Broadcast.Infer(inputs) == v ? null : $"g is {g}, expected what broadcasts to v {v}");
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        var (v, g) = (calls.Operands[0], calls.Operands[1]);
        var others = Enumerable.Range(0, calls.ShapeOf(v).Rank).Where(axis => axis != Dim);
        var norm = calls.Call("norm", "aten::linalg_vector_norm", v, Argument.Of(2L), CallWriter.Ints(others),
            Argument.Of(Dim >= 0));
        calls.Give("aten::mul", v, calls.Call("factor", "aten::div", g, norm));
    }
}
