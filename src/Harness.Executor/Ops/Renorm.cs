using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The operand with every slice of a logical axis whose norm exceeds a limit scaled down to it. Source:
/// torch.renorm.</summary>
public sealed record Renorm : Composite
{
    // PyTorch divides by a little more than the norm.
    const double Epsilon = 1e-7;

    /// <summary>The norm's order.</summary>
    public required double Order { get; init; }

    /// <summary>The logical axis; negative counts from the last.</summary>
    public required int Dim { get; init; }

    /// <summary>The largest norm that stays.</summary>
    public required double Most { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "renorm");

    static Renorm Parse(Bound call)
    {
        var op = new Renorm { Order = call.Float("p"), Dim = call.Int("dim"), Most = call.Float("maxnorm") };
        return op.Order > 0 && op.Most >= 0 ? op : throw call.Refuse(
            $"p is {op.Order} and maxnorm {op.Most}, expected a positive order and no negative limit; "
            + "PyTorch refuses it too");
    }

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs) => inputs[0].Rank < 2
        ? $"input is {inputs[0]}, expected at least 2 axes" : Axis.Misfit(Dim, inputs[0].Rank);

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        int rank = calls.ShapeOf(x).Rank, axis = Axis.Of(Dim, rank);
        var norm = calls.Call("norm", "aten::linalg_vector_norm", x, Argument.Of(Order),
            CallWriter.Ints(Enumerable.Range(0, rank).Where(other => other != axis)), Argument.Of(true));
        var exceeds = calls.Call("exceeds", "aten::gt", norm, Argument.Of(Most));
        var inverse = calls.Call(
            "inverse", "aten::reciprocal", calls.Call("divisor", "aten::add", norm, Argument.Of(Epsilon)));
        var factor = calls.Call("factor", "aten::mul", inverse, Argument.Of(Most));
        calls.Give("aten::mul", x, calls.Call("scale", "aten::where", exceeds, factor, Argument.Of(1.0)));
    }
}
