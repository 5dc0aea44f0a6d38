using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>A norm by the mean and variance of each image's groups of neighbouring channels. Source:
/// torch.nn.GroupNorm.</summary>
public sealed record GroupNorm : Normalizing
{
    /// <summary>How many groups the channels make.</summary>
    public required int NumGroups { get; init; }

    /// <summary>Images, channels and elements of a plane as core ATen IR states them beside the input; null where the
    /// call leaves them to it.</summary>
    public IntList? Stated { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "group_norm", "native_group_norm");

    static GroupNorm Parse(Bound call)
    {
        string groups = call.Has("group") ? "group" : "num_groups";
        if (call.Int(groups) < 1) throw call.Refuse($"{groups}={call.Int(groups)}, expected at least 1");
        return new GroupNorm
        {
            NumGroups = call.Int(groups),
            Eps = call.Float("eps"),
            Scale = !call.IsNone("weight"),
            Bias = !call.IsNone("bias"),
            Stated = call.Has("HxW") ? [call.Int("N"), call.Int("C"), call.Int("HxW")] : null,
        };
    }

    /// <inheritdoc/>
    public override int ChannelsTogether(int channels) => channels / NumGroups;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs)
    {
        var x = inputs[0].Shape;
        if (Stated is { } stated && x.Rank >= 2
            && (stated[0] != x[0] || stated[1] != x[1] || stated[2] != Shape.Create(x.AsSpan()[2..]).Elements))
            return $"N, C and HxW are {stated}, which is not how input {x} is cut";
        return base.Unsupported(inputs);
    }

    /// <inheritdoc/>
    protected override string? MisfitOfChannels(int channels) => channels % NumGroups == 0
        ? null : $"input has {channels} channels, expected a multiple of num_groups={NumGroups}";
}
