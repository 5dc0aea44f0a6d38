using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary><c>x &gt; 0 ? x : slope · x</c> with the mean of two slopes between which training draws one. Source:
/// torch.nn.RReLU.</summary>
public sealed record RReLU : Elementwise
{
    /// <summary>The least slope that training draws.</summary>
    public double Lower { get; init; } = 1.0 / 8;

    /// <summary>The largest.</summary>
    public double Upper { get; init; } = 1.0 / 3;

    /// <inheritdoc/>
    public override string? MisfitOfTypes(ReadOnlySpan<Fact> inputs) => Promotion.MisfitOfFloats(this, inputs);

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "rrelu");

    static RReLU Parse(Bound call) => call.Bool("training")
        ? throw call.RefuseTraining()
        : new RReLU { Lower = call.Float("lower"), Upper = call.Float("upper") };
}
