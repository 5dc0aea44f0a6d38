namespace Harness.Executor.Ops;

/// <summary><c>x - max - log Σ exp(x - max)</c> along one logical axis. Source: torch.nn.LogSoftmax.</summary>
public sealed record LogSoftmax : AlongAxis
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new LogSoftmax { Dim = ReadDim(call), Type = ReadType(call) }, "log_softmax.int", "_log_softmax");
}
