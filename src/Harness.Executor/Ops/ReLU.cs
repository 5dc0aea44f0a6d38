using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary><c>max(x, 0)</c>, any shape; NaN stays NaN. Source: torch.nn.ReLU.</summary>
public sealed record ReLU : Op
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new ReLU(), "relu(Tensor self) -> Tensor");

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Infer(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.Keep(inputs);
}
