using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Tensors of one shape joined along a new logical axis. Source: torch.stack.</summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "PyTorch's name.")]
public sealed record Stack : Composite
{
    /// <summary>The new axis in the result; negative counts from its last.</summary>
    public int Dim { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Stack { Dim = call.Int("dim") }, "stack");

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => Promotion.Of(inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        if (inputs.Length == 0) return "0 tensors to stack, expected at least one";
        for (int i = 1; i < inputs.Length; i++)
            if (inputs[i] != inputs[0]) return $"tensor {i} is {inputs[i]}, expected {inputs[0]} as the first";
        return Axis.Misfit(Dim, inputs[0].Rank + 1);
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        var one = inputs[0].AsSpan();
        int axis = Axis.Of(Dim, one.Length + 1);
        return [[.. one[..axis], inputs.Length, .. one[axis..]]];
    }

    internal override void Write(CallWriter calls)
    {
        var dim = Argument.Of((long)Axis.Of(Dim, calls.ShapeOf(calls.Operands[0]).Rank + 1));
        calls.Give("aten::cat", Argument.Of([.. calls.Operands.Select((operand, i) =>
            calls.Call($"item{i}", "aten::unsqueeze", operand, dim))]), dim);
    }
}
