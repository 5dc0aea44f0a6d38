namespace Harness.Executor.Ops;

/// <summary><c>exp(x - max) / Σ exp(x - max)</c> along one logical axis. Source: torch.nn.Softmax.</summary>
public sealed record Softmax : AlongAxis
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new Softmax { Dim = ReadDim(call), Type = ReadType(call) }, "softmax.int", "_softmax");
}
