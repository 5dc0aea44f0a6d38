namespace Harness.Executor.Ops;

/// <summary>Long short-term memory, gates in the order input, forget, cell, output:
/// <c>c = σ(f) · c + σ(i) · tanh(g)</c>, <c>h = σ(o) · tanh(c)</c>, h projected where there is a weight for it. Source:
/// torch.nn.LSTM, torch.nn.LSTMCell.</summary>
public sealed record LSTM : Recurrent
{
    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Read(call, new LSTM()), "lstm.input", "lstm_cell");

    /// <inheritdoc/>
    public override int Gates => 4;

    /// <summary>h and c.</summary>
    public override int States => 2;
}
