using Harness.Executor.Ops;

namespace Harness.Benchmarks.Onnx;

// What becomes several nodes: attention, norms of groups, recurrent layers.
sealed partial class OnnxCall
{
    // Instance norm over each group, as PyTorch's exporter writes it.
    string GroupNormed(GroupNorm op)
    {
        string groups = graph.Node("Reshape", [X, graph.Integers(0, op.NumGroups, -1)]);
        string normed = graph.Node("InstanceNormalization",
            [groups, graph.Filled(op.NumGroups, 1), graph.Filled(op.NumGroups, 0)], ("epsilon", (float)op.Eps));
        string y = graph.Node("Reshape", [normed, graph.Integers(Longs(XShape.AsSpan()))]);
        string channels = graph.Integers([.. Enumerable.Range(1, XShape.Rank - 1).Select(axis => axis == 1 ? -1L : 1)]);
        if (op.Scale) y = graph.Node("Mul", [y, graph.Node("Reshape", [Operand(1), channels])]);
        if (op.Bias) y = graph.Node("Add", [y, graph.Node("Reshape", [Operand(op.Scale ? 2 : 1), channels])]);
        return y;
    }

    string Attended(ScaledDotProductAttention op)
    {
        if (op.EnableGqa || op.IsCausal || op.Mask) throw Refuse("with a mask, a causal one, or heads that are shared");
        var q = XShape;
        double scale = op.ScaleOf(q[-1]);
        if (fuses && q.Rank == 4 && shapeOf(call.Operands[1]) is { Rank: 4 } keys && keys[1] == q[1])
        {
            string whole = graph.Node("com.microsoft.MultiHeadAttention", [Joined(0), Joined(1), Joined(2)],
                ("num_heads", q[1]), ("scale", (float)scale));
            whole = graph.Node("Reshape", [whole, graph.Integers(q[0], q[2], q[1], -1)]);
            return graph.Node("Transpose", [whole], ("perm", new long[] { 0, 2, 1, 3 }));
        }
        string scores = graph.Node("MatMul", [X, Swapped(Operand(1), shapeOf(call.Operands[1]).Rank)]);
        scores = graph.Node("Softmax", [graph.Node("Mul", [scores, graph.Number(scale)])], ("axis", -1));
        return graph.Node("MatMul", [scores, Operand(2)]);

        // Heads side by side again, which undoes how they were split off.
        string Joined(int operand)
        {
            string moved = graph.Node("Transpose", [Operand(operand)], ("perm", new long[] { 0, 2, 1, 3 }));
            return graph.Node("Reshape", [moved, graph.Integers(0, 0, -1)]);
        }
    }

    string Swapped(string x, int rank)
    {
        long[] axes = [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        (axes[^1], axes[^2]) = (axes[^2], axes[^1]);
        return graph.Node("Transpose", [x], ("perm", axes));
    }

    // A node a layer; the gates of ONNX stand in another order. What is made of constants is folded on loading.
    string[] Recurred(LSTM op)
    {
        if (op.IsCell || op.Projected || op.BatchFirst) throw Refuse("as a cell, projected, or with the batch first");
        int hidden = shapeOf(call.Operands[op.OperandOf(0, 0)])[0] / op.Gates;
        string x = X;
        string[] states = new string[op.Layers], cells = new string[op.Layers];
        for (int layer = 0; layer < op.Layers; layer++)
        {
            string[] inputs =
            [
                x, Of(layer, 0), Of(layer, 1),
                op.Bias ? graph.Node("Concat", [Of(layer, 2), Of(layer, 3)], ("axis", 1)) : "", "",
                State(1, layer), State(2, layer),
            ];
            string[] results = [graph.NewName(), graph.NewName(), graph.NewName()];
            graph.Node("LSTM", inputs, results, ("hidden_size", hidden),
                ("direction", op.Bidirectional ? "bidirectional" : "forward"));
            (states[layer], cells[layer]) = (results[1], results[2]);
            // (t, directions, n, h) to (t, n, directions · h).
            string moved = graph.Node("Transpose", [results[0]], ("perm", new long[] { 0, 2, 1, 3 }));
            x = graph.Node("Reshape", [moved, graph.Integers(0, 0, -1)]);
        }
        return [x, graph.Node("Concat", states, ("axis", 0)), graph.Node("Concat", cells, ("axis", 0))];

        string Of(int layer, int parameter)
        {
            string[] directions =
            [
                .. Enumerable.Range(0, op.Directions).Select(direction =>
                    graph.Node("Unsqueeze",
                        [Gates(Operand(op.OperandOf((layer * op.Directions) + direction, parameter))),
                            graph.Integers(0)])),
            ];
            return graph.Node("Concat", directions, ("axis", 0));
        }

        string Gates(string weight)
        {
            long[] order = [0, 3, 1, 2];
            return graph.Node("Concat",
                [.. order.Select(gate => graph.Node("Slice",
                    [weight, graph.Integers(gate * hidden), graph.Integers((gate + 1) * hidden), graph.Integers(0)]))],
                ("axis", 0));
        }

        string State(int operand, int layer) => graph.Node("Slice",
            [Operand(operand), graph.Integers(layer * op.Directions), graph.Integers((layer + 1) * op.Directions),
                graph.Integers(0)]);
    }
}
