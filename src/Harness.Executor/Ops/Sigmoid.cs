namespace Harness.Executor.Ops;

/// <summary><c>1 / (1 + exp(-x))</c>; 0 and 1 at the infinities. Source: torch.nn.Sigmoid.</summary>
public sealed record Sigmoid : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Sigmoid(), "sigmoid", "special_expit");
}
