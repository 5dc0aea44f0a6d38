using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>The angle of the point (other, self), in the quadrant of that; broadcasting. Source: torch.atan2.</summary>
public sealed record Atan2 : Binary
{
    /// <summary>Integers become floating-point numbers.</summary>
    public override ElementType OperandType(int operand, ReadOnlySpan<Fact> inputs) => ElementType.Float32;

    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Atan2(), "atan2", "arctan2");
}
