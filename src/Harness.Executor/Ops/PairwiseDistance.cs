using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The norm of <c>x₁ - x₂ + ε</c> along the last axis, broadcasting. Source:
/// torch.nn.PairwiseDistance.</summary>
public sealed record PairwiseDistance : Composite
{
    /// <summary>The norm's order.</summary>
    public double Order { get; init; } = 2;

    /// <summary>What is added to each difference.</summary>
    public double Eps { get; init; } = 1e-6;

    /// <summary>True when the last axis stays, with extent 1.</summary>
    public bool KeepDim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new PairwiseDistance
        {
            Order = call.Float("p"), Eps = call.Float("eps"), KeepDim = call.Bool("keepdim"),
        },
        "pairwise_distance");

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFlags(inputs);

    VectorNorm Norm => new() { Order = Order, Dims = [-1], KeepDims = KeepDim };

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) =>
        Broadcast.Misfit(inputs) ?? Norm.MisfitOfShapes([Broadcast.Infer(inputs)]);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) =>
        Norm.InferShapes([Broadcast.Infer(inputs)]);

    internal override void Write(CallWriter calls)
    {
        var difference = calls.Call("difference", "aten::sub", calls.Operands[0], calls.Operands[1]);
        var moved = calls.Call("moved", "aten::add", difference, Argument.Of(Eps));
        calls.Give(
            "aten::linalg_vector_norm", moved, Argument.Of(Order), CallWriter.Ints(-1), Argument.Of(KeepDim));
    }
}
