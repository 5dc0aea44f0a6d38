using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The mean along logical axes. Source: torch.mean.</summary>
public sealed record Mean : Reduction
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "mean", "mean.dim");

    static Mean Parse(Bound call)
    {
        var (dims, keep) = Read(call);
        return new Mean { Dims = dims, KeepDims = keep };
    }
}
