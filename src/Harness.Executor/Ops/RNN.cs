namespace Harness.Executor.Ops;

/// <summary><c>h = tanh(ih + hh)</c>, or the same with relu. Source: torch.nn.RNN, torch.nn.RNNCell.</summary>
public sealed record RNN : Recurrent
{
    /// <summary>True for relu.</summary>
    public bool Relu { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Read(call, new RNN { Relu = call.Call.Target is "aten::rnn_relu" or "aten::rnn_relu_cell" }),
        "rnn_relu.input", "rnn_relu_cell", "rnn_tanh.input", "rnn_tanh_cell");

    /// <inheritdoc/>
    public override int Gates => 1;

    /// <summary>h.</summary>
    public override int States => 1;
}
