namespace Harness.Executor.Ops;

/// <summary><c>self · other</c> with broadcasting; <c>other</c> is a tensor or a number. Source: torch.mul.</summary>
public sealed record Mul : Binary
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Mul { Other = Number(call) }, "mul.Tensor", "mul.Scalar", "multiply.Tensor", "multiply.Scalar");
}
