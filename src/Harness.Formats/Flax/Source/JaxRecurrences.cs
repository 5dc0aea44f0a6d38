using Harness.Executor.Ops;

namespace Harness.Formats.Flax.Source;

/// <summary>Recurrent layers and cells: all layers and directions of one module, under PyTorch's names.</summary>
static partial class JaxColumn
{
    static Python? Recurrences(SourceCall call)
    {
        if (call.Op is not Recurrent op) return null;
        string cell = call.Function(op switch
        {
            LSTM => "lstm_cell",
            GRU => "gru_cell",
            RNN { Relu: true } => "rnn_relu_cell",
            _ => "rnn_tanh_cell",
        });
        var states = Python.Tuple(Enumerable.Range(1, op.States).Select(call.X));
        if (op.IsCell)
        {
            var one = Python.Call(cell, [call.X(), states, .. Parameters(call, op, 0)]);
            return op.States == 1 ? Python.Join(one, Text("[0]")) : one;
        }
        return Python.Call(call.Function("recurrent"), Text(cell), call.X(), states,
            Python.Tuple(Enumerable.Range(0, op.Layers * op.Directions)
                .Select(run => Python.Tuple(Parameters(call, op, run)))),
            Python.Named("directions", $"{op.Directions}"),
            Python.Named("batch_first", op.BatchFirst ? "True" : "False"));
    }

    // Of one direction of one layer, in the order in which a cell takes them.
    static IEnumerable<Python> Parameters(SourceCall call, Recurrent op, int run)
    {
        for (int parameter = 0; parameter < op.Parameters; parameter++)
        {
            int operand = op.OperandOf(run, parameter);
            bool projects = op.Projected && parameter == op.Parameters - 1;
            if (projects && !op.Bias)
            {
                // In the place of the biases.
                yield return Text("0.0");
                yield return Text("0.0");
            }
            yield return parameter < 2 || projects ? Kernel(call, operand, "oi", "io") : call.Weight(operand);
        }
    }
}
