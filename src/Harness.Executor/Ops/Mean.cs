namespace Harness.Executor.Ops;

/// <summary>The mean along logical axes. Source: torch.mean.</summary>
public sealed record Mean : Reduction
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Read(call, new Mean { Type = call.FloatTypeOrNull("dtype") }), "mean", "mean.dim");
}
