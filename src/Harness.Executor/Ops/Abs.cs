namespace Harness.Executor.Ops;

/// <summary><c>|x|</c>. Source: torch.abs.</summary>
public sealed record Abs : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        _ => new Abs(), "abs(Tensor self) -> Tensor", "absolute(Tensor self) -> Tensor");
}
