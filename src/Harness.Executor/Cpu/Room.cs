using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>Room for the zeros that windows want around their operands. A value that is read under several shapes must
/// be one run without gaps, as a parameter is, so that no window finds zeros around it: the window reads a
/// copy.</summary>
static class Room
{
    /// <summary>The program with a copy before each window that needs one. Values and nodes of the program keep their
    /// numbers and their order.</summary>
    /// <param name="program">The program.</param>
    /// <param name="apart">True where each reader gets a copy of its own, since nodes run one by one.</param>
    public static NhwcProgram Give(NhwcProgram program, bool apart)
    {
        int[] roots = NhwcProgram.Roots(program.Values.Length, program.Nodes);
        var rigid = Rigid(program, roots);
        if (rigid.Count == 0) return program;
        var values = program.Values.ToBuilder();
        var nodes = new List<NhwcNode>(program.Nodes.Length);
        var names = program.Nodes.Select(node => node.Name).ToHashSet();
        var copies = new Dictionary<int, int>();
        foreach (var node in program.Nodes)
        {
            var inputs = node.Inputs;
            for (int i = 0; i < inputs.Length; i++)
            {
                int value = node.Inputs[i];
                if (!rigid.Contains(roots[value]) || !WantsHalo(program, node, i)) continue;
                if (apart || !copies.TryGetValue(value, out int copy))
                {
                    string stem = $"{node.Name}.copy", name = stem;
                    for (int n = 2; !names.Add(name); n++) name = $"{stem}_{n}";
                    copy = values.Count;
                    values.Add(values[value] with { Id = copy, Name = name, Leaf = null, Moves = [] });
                    nodes.Add(new NhwcNode(name, new Relayout(), [value], [copy], node.Place));
                    copies[value] = copy;
                }
                inputs = inputs.SetItem(i, copy);
            }
            nodes.Add(inputs == node.Inputs ? node : node with { Inputs = inputs });
        }
        return program with { Values = values.ToImmutable(), Nodes = [.. nodes] };
    }

    /// <summary>The values with memory of their own that must be one run: parameters, what is read under another shape
    /// too, or by a step that says so.</summary>
    /// <param name="program">The program.</param>
    /// <param name="roots">The value whose memory each value is.</param>
    public static HashSet<int> Rigid(NhwcProgram program, int[] roots)
    {
        HashSet<int> rigid = [.. Enumerable.Range(0, roots.Length)
            .Where(value => program.IsStored(value)
                || program.Values[value].Physical != program.Values[roots[value]].Physical)
            .Select(value => roots[value])];
        foreach (var node in program.Nodes)
        {
            if (Lowerings.Find(node.Op) is not { } lowering) continue;
            for (int i = 0; i < node.Inputs.Length; i++)
            {
                if (lowering.WantsRun(node.Op, i) && !program.IsStored(node.Inputs[i]))
                    rigid.Add(roots[node.Inputs[i]]);
            }
        }
        return rigid;
    }

    /// <summary>True for a node that wants zeros around an operand.</summary>
    public static bool WantsHalo(NhwcProgram program, NhwcNode node, int operand) =>
        Lowerings.Find(node.Op) is { } lowering && lowering.HaloFor(
            node.Op, operand, [.. node.Inputs.Select(value => program.Values[value].Shape)]) != default;
}
