using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>self + alpha · other</c> with broadcasting; <c>other</c> is a tensor or a number. Source: torch.add.</summary>
public sealed record Add : Op
{
    /// <summary>The factor of the second term.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>The second term when it is a number; null when it is the second operand.</summary>
    public double? Other { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Add { Alpha = call.Float("alpha"), Other = call.Operands.Length == 2 ? null : call.Float("other") },
        "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
        "add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor");

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Infer(ReadOnlySpan<Shape> inputs) => [Broadcast.Infer(inputs)];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Broadcast.Arrange(inputs);
}
