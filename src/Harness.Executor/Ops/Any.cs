using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Whether some element along logical axes is not 0. Source: torch.any.</summary>
public sealed record Any : Reduction
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "any", "any.dim", "any.dims");

    static Any Parse(Bound call) => call.Has("dim") && call.IsEmpty("dim")
        ? throw call.Refuse("dim=[], which reduces nothing, expected axes or None")
        : Read(call, new Any());

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => inputs[0].Type == ElementType.UInt8
        ? $"operand 0 is {inputs[0]}: PyTorch's result is uint8 too, which is not supported" : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Bool;
}
