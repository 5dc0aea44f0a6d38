namespace Harness.Executor.Ops;

/// <summary><c>max(x, 0)</c>, any shape; NaN stays NaN. Source: torch.nn.ReLU.</summary>
public sealed record ReLU : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new ReLU(), "relu(Tensor self) -> Tensor");
}
