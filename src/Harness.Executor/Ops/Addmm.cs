using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>bias + x · kernel</c> of (n, i) and (i, o): what torch.nn.Linear left in older traces, the kernel being
/// <c>weight.t()</c>. Operands: bias, x, kernel. Source: torch.addmm.</summary>
/// <remarks>The kernel has Flax's axes already; where it is the transpose of a parameter, the layout pass folds that
/// transpose into the parameter's move.</remarks>
public sealed record Addmm : Op
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => call.Float("beta") == 1 && call.Float("alpha") == 1 ? new Addmm() : AddProduct.Parse(call), "addmm");

    /// <summary>Anything but one number a feature is no bias of Flax's.</summary>
    internal override Op Settled(ReadOnlySpan<Fact> operands) =>
        operands[2].Shape is { Rank: 2 } kernel && operands[0].Shape != [kernel[1]]
            ? new AddProduct { Axes = 2 }
            : this;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape bias = inputs[0], x = inputs[1], kernel = inputs[2];
        if (x.Rank != 2) return $"input is {x}, expected (n, i)";
        if (kernel.Rank != 2) return $"kernel is {kernel}, expected (i, o)";
        if (x[1] != kernel[0]) return $"input {x} has {x[1]} features, kernel expects {kernel[0]}";
        return bias != [kernel[1]] ? $"bias is {bias}, expected ({kernel[1]})" : null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [[inputs[1][0], inputs[2][1]]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs)
    {
        var wanted = Arrangements.Current(inputs);
        wanted[1] = Permutation.Identity(2);
        return new Arrangement([.. wanted], [Permutation.Identity(2)]);
    }

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights =>
        [new(2, "kernel", new Rearrangement("io", "io"), LeafForm.Dense), WeightRule.OfFeatures(0, "bias")];

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    internal override int? FeaturesOperand => 1;

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) => 2 * output.Elements * inputs[2][0];
}
