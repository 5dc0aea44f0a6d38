namespace Harness.Executor.Ops;

/// <summary><c>2ˣ</c>. Source: torch.exp2.</summary>
public sealed record Exp2 : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(_ => new Exp2(), "exp2", "special_exp2");
}
