using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Whether no element along logical axes is 0. Source: torch.all.</summary>
public sealed record All : Reduction
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "all", "all.dim", "all.dims");

    static All Parse(Bound call) => call.Has("dim") && call.IsEmpty("dim")
        ? throw call.Refuse("dim=[], which reduces nothing, expected axes or None")
        : Read(call, new All());

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => inputs[0].Type == ElementType.UInt8
        ? $"operand 0 is {inputs[0]}: PyTorch's result is uint8 too, which is not supported" : null;

    /// <inheritdoc/>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => ElementType.Bool;

    /// <inheritdoc/>
    public override ElementType ResultType(int result, ReadOnlySpan<Fact> inputs) => ElementType.Bool;
}
