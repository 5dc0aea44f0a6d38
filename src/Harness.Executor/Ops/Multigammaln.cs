using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The logarithm of the multivariate gamma function: <c>p (p - 1) / 4 · ln π + Σ lnΓ(x + (1 - j) / 2)</c> for
/// j from 1 to p. Source: torch.special.multigammaln.</summary>
public sealed record Multigammaln : Composite
{
    /// <summary>How many terms there are.</summary>
    public required int P { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "mvlgamma", "special_multigammaln");

    static Multigammaln Parse(Bound call)
    {
        int p = call.Int("p");
        return p < 1 ? throw call.Refuse($"p is {p}, expected a positive number; PyTorch refuses it too")
            : new Multigammaln { P = p };
    }

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        var x = calls.Operands[0];
        // The terms along a new axis: as many calls, whatever p is.
        var offsets = calls.Call("offsets", "aten::arange", Argument.Of((1.0 - P) / 2), Argument.Of(0.25),
            Argument.Of(0.5));
        var places = calls.Call(
            "places", "aten::add", calls.Call("column", "aten::unsqueeze", x, Argument.Of(-1L)), offsets);
        var terms = calls.Call("terms", "aten::lgamma", places);
        var sum = calls.Call("sum", "aten::sum", terms, CallWriter.Ints(-1));
        calls.Give("aten::add", sum, Argument.Of((double)P * (P - 1) * Math.Log(Math.PI) / 4));
    }
}
