using System.Collections.Immutable;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Recurrent layers and cells, step by step: TorchSharp has them as modules alone.</summary>
static class Recurrence
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::gru", a => Layers(a, Gru)),
        new("aten::gru_cell", a => Cell(a, Gru)[0]),
        new("aten::lstm", a => Layers(a, Lstm)),
        new("aten::lstm_cell", a => Cell(a, Lstm)),
        new("aten::rnn_relu", a => Layers(a, (x, h, _) => [(x + h).relu()])),
        new("aten::rnn_relu_cell", a => Cell(a, (x, h, _) => [(x + h).relu()])[0]),
        new("aten::rnn_tanh", a => Layers(a, (x, h, _) => [(x + h).tanh()])),
        new("aten::rnn_tanh_cell", a => Cell(a, (x, h, _) => [(x + h).tanh()])[0]),
    ];

    // The gates of the input, those of the state, and the states: the new states.
    delegate Tensor[] Step(Tensor x, Tensor h, Tensor[] states);

    static Tensor[] Lstm(Tensor x, Tensor h, Tensor[] states)
    {
        var gates = (x + h).chunk(4, -1);
        var c = (gates[1].sigmoid() * states[1]) + (gates[0].sigmoid() * gates[2].tanh());
        return [gates[3].sigmoid() * c.tanh(), c];
    }

    static Tensor[] Gru(Tensor x, Tensor h, Tensor[] states)
    {
        Tensor[] input = x.chunk(3, -1), state = h.chunk(3, -1);
        var n = (input[2] + ((input[0] + state[0]).sigmoid() * state[2])).tanh();
        return [n + ((input[1] + state[1]).sigmoid() * (states[0] - n))];
    }

    static Tensor[] States(Reading a) => a.Peek(1, "hx") is ListValue ? a.Tensors(1, "hx") : [a.Tensor(1, "hx")];

    // cell(input, hx, w_ih, w_hh, b_ih, b_hh)
    static Tensor[] Cell(Reading a, Step step)
    {
        var states = States(a);
        return step(
            F.linear(a.Tensor(0, "input"), a.Tensor(2, "w_ih"), a.TensorOrNull(4, "b_ih")),
            F.linear(states[0], a.Tensor(3, "w_hh"), a.TensorOrNull(5, "b_hh")), states);
    }

    // layer(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
    static Value Layers(Reading a, Step step)
    {
        var x = a.Tensor(0, "input");
        var states = States(a);
        var weights = a.Tensors(2, "params");
        bool biased = a.Flag(3, "has_biases", true);
        long layers = a.Int(4, "num_layers");
        double dropout = a.Number(5, "dropout");
        if (a.Flag(6, "train", false) && dropout != 0 && layers > 1)
            throw a.Refuse("dropout is in training mode; call model.eval() before tracing");
        int directions = a.Flag(7, "bidirectional", false) ? 2 : 1;
        bool batchFirst = a.Flag(8, "batch_first", false);
        if (batchFirst) x = x.transpose(0, 1);
        int each = weights.Length / ((int)layers * directions);
        var last = states.Select(_ => new List<Tensor>()).ToArray();
        for (int run = 0; run < layers * directions; run += directions)
        {
            var outputs = new Tensor[directions];
            for (int direction = 0; direction < directions; direction++)
            {
                var own = weights[((run + direction) * each)..((run + direction + 1) * each)];
                var now = states.Select(state => state.select(0, run + direction)).ToArray();
                var made = new Tensor[x.shape[0]];
                for (int i = 0; i < made.Length; i++)
                {
                    int t = direction == 0 ? i : made.Length - 1 - i;
                    now = step(
                        F.linear(x.select(0, t), own[0], biased ? own[2] : null),
                        F.linear(now[0], own[1], biased ? own[3] : null), now);
                    if (each == (biased ? 5 : 3)) now[0] = F.linear(now[0], own[^1]);
                    made[t] = now[0];
                }
                outputs[direction] = stack(made, 0);
                for (int i = 0; i < now.Length; i++) last[i].Add(now[i]);
            }
            x = cat(outputs, -1);
        }
        return new[] { batchFirst ? x.transpose(0, 1) : x }.Concat(last.Select(state => stack(state, 0))).ToArray();
    }
}
