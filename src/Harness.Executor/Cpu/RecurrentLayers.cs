using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Recurrent nodes of several layers become one node a layer, which changes no bit: within a layer the
/// directions know nothing of each other, so that threads share them, and each node's weights are near.</summary>
static class RecurrentLayers
{
    /// <summary>The program with each layer by itself.</summary>
    public static NhwcProgram Apart(NhwcProgram program)
    {
        if (!program.Nodes.Any(node => node.Op is Recurrent { Layers: > 1 })) return program;
        var values = program.Values.ToBuilder();
        var nodes = ImmutableArray.CreateBuilder<NhwcNode>(program.Nodes.Length);
        foreach (var node in program.Nodes)
        {
            if (node.Op is Recurrent { Layers: > 1 } op) Write(node, op, values, nodes);
            else nodes.Add(node);
        }
        return program with { Values = values.ToImmutable(), Nodes = nodes.ToImmutable() };
    }

    static void Write(
        NhwcNode node, Recurrent op, ImmutableArray<NhwcValue>.Builder values,
        ImmutableArray<NhwcNode>.Builder nodes)
    {
        var one = op with { Layers = 1 };
        var ends = new int[op.States, op.Layers];
        int x = node.Inputs[0];
        for (int layer = 0; layer < op.Layers; layer++)
        {
            string name = $"{node.Name}.layer{layer}";
            int first = layer * op.Directions;
            var states = new int[op.States];
            for (int state = 0; state < op.States; state++)
            {
                int all = node.Inputs[1 + state];
                states[state] = PartOf(all, $"{name}.from{state}", values[all].DependsOnInput);
                ends[state, layer] = PartOf(all, $"{name}.to{state}", values[node.Outputs[0]].DependsOnInput);
                var part = new Slice { Dim = 0, Start = first, End = first + op.Directions };
                Add(values[states[state]].Name, part, [all], [states[state]]);
            }
            bool isLast = layer == op.Layers - 1;
            int y = node.Outputs[0];
            if (!isLast) y = Like(y, name, values[y].Fact, values[y].DependsOnInput);
            ImmutableArray<int> to = [.. Enumerable.Range(0, op.States).Select(state => ends[state, layer])];
            Add(name, one,
                [x, .. states, .. node.Inputs[op.OperandOf(first, 0)..op.OperandOf(first + op.Directions, 0)]],
                [y, .. to]);
            x = y;
        }
        for (int state = 0; state < op.States; state++)
        {
            Add($"{node.Name}.state{state}", new Cat { Dim = 0 },
                [.. Enumerable.Range(0, op.Layers).Select(layer => ends[state, layer])], [node.Outputs[1 + state]]);
        }

        // The states of one layer.
        int PartOf(int all, string name, bool depends)
        {
            var fact = values[all].Fact;
            return Like(all, name, Fact.Of(fact.Type, [op.Directions, .. fact.Shape.AsSpan()[1..]]), depends);
        }

        int Like(int value, string name, Fact fact, bool depends)
        {
            int id = values.Count;
            values.Add(new NhwcValue(id, name, fact, values[value].Layout, Leaf: null) { DependsOnInput = depends });
            return id;
        }

        void Add(string name, Op does, ImmutableArray<int> inputs, ImmutableArray<int> outputs) =>
            nodes.Add(new NhwcNode(name, does, inputs, outputs, node.Place));
    }
}
