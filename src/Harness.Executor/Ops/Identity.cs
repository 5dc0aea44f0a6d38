using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The operand itself: dropout in eval mode, contiguous, clone, detach, alias. Source:
/// torch.nn.Identity.</summary>
public sealed record Identity : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "alias", "alpha_dropout", "clone", "contiguous", "detach", "dropout", "feature_alpha_dropout",
        "feature_dropout", "lift_fresh", "lift_fresh_copy", "native_dropout");

    // At p = 0 one that trains keeps every element: that of a function that is not told of eval mode.
    static Identity Parse(Bound call) =>
        call.Has("train") && (call.IsNone("train") || call.Bool("train")) && call.Float("p") != 0
        ? throw call.RefuseTraining()
        : new Identity();

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => inputs[operand].Type;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => inputs[0].Type;

    /// <inheritdoc/>
    public override bool IsView => true;

    internal override Argument? Replaced(CallWriter calls, Shape operand, int result, Argument value) => value;
}
