namespace Harness.Executor.Ops;

/// <summary><c>-x</c>. Source: torch.neg.</summary>
public sealed record Neg : Elementwise
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        _ => new Neg(), "neg(Tensor self) -> Tensor", "negative(Tensor self) -> Tensor");
}
