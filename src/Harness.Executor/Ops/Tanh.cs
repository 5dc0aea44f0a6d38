namespace Harness.Executor.Ops;

/// <summary><c>tanh(x)</c>; ±1 at the infinities. Source: torch.nn.Tanh.</summary>
public sealed record Tanh : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Tanh(), "tanh");
}
