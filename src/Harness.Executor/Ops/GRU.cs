namespace Harness.Executor.Ops;

/// <summary>Gated recurrent unit, gates in the order reset, update, new: <c>n = tanh(in + σ(r) · hn)</c>, where hn is
/// the state's product with its bias, and <c>h = (h - n) · σ(z) + n</c>. Source: torch.nn.GRU,
/// torch.nn.GRUCell.</summary>
public sealed record GRU : Recurrent
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Read(call, new GRU()), "gru.input", "gru_cell");

    /// <inheritdoc/>
    public override int Gates => 3;

    /// <summary>h.</summary>
    public override int States => 1;
}
