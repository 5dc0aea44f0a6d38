using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Program;

namespace Harness.Parity.Verification;

/// <summary>A run of a model's nodes as a model of its own. Values keep their numbers.</summary>
/// <param name="Model">The nodes. Its inputs are what it needs, its outputs what it gives; or, opened, its
/// inputs are all that its nodes read, and its outputs those and all that they compute.</param>
/// <param name="Needs">Values from before that its nodes read.</param>
/// <param name="Gives">Values that it computes and something after it reads.</param>
/// <param name="Spent">Values that nothing reads after it.</param>
sealed record Segment(
    NhwcProgram Model, ImmutableArray<int> Needs, ImmutableArray<int> Gives, ImmutableArray<int> Spent)
{
    /// <summary>Elements of parameters and results that one segment holds: a plan that keeps all values in double takes
    /// some 200 MB for that many, and a model of any size is verified in that much beside its weights. A single node
    /// may exceed it.</summary>
    public const long DefaultSize = 1 << 24;

    /// <summary>The segments of a model in order; they compute what the model computes, bit for bit.</summary>
    /// <param name="model">The model.</param>
    /// <param name="opened">True where every value is to be a port, for plans that keep all values.</param>
    /// <param name="size">Elements of parameters and results of one segment.</param>
    public static ImmutableArray<Segment> Of(NhwcProgram model, bool opened, long size = DefaultSize)
    {
        var runs = Cut(model, size);
        var parameterViews = ParameterViews(model);
        // The last segment that reads a value; outputs are read after the last.
        var lastRead = new Dictionary<int, int>();
        for (int run = 0; run < runs.Count; run++)
            foreach (int input in runs[run].SelectMany(node => node.Inputs)) lastRead[input] = run;
        foreach (var port in model.Outputs) lastRead[port.Value] = runs.Count;
        return [.. runs.Select((nodes, run) => Of(run, Part(model, nodes, parameterViews)))];

        Segment Of(int run, NhwcProgram part)
        {
            ImmutableArray<int> needs = [.. part.Inputs.Select(port => port.Value)];
            ImmutableArray<int> gives = [.. part.Nodes.SelectMany(node => node.Outputs)
                .Where(value => lastRead.GetValueOrDefault(value) > run)];
            return new Segment(
                opened ? Opened(part) : part with { Outputs = [.. gives.Select(value => ToPort(part, value))] },
                needs, gives, [.. lastRead.Where(read => read.Value == run).Select(read => read.Key)]);
        }
    }

    /// <summary>Some nodes of a model as a model of its own, every value a port.</summary>
    public static NhwcProgram OpenPart(NhwcProgram model, IReadOnlyList<NhwcNode> nodes) =>
        Opened(Part(model, nodes, ParameterViews(model)));

    /// <summary>What a node reads that is computed: each value once, parameters and their views left out.</summary>
    public static IEnumerable<int> Operands(
        NhwcProgram model, NhwcNode node, Dictionary<int, NhwcNode> parameterViews) =>
        node.Inputs.Distinct().Where(input =>
            model.Values[input].Leaf is null && !parameterViews.ContainsKey(input));

    /// <summary>Views of parameters by the value they define: their elements are the parameter's own, whatever
    /// runs.</summary>
    public static Dictionary<int, NhwcNode> ParameterViews(NhwcProgram model)
    {
        var views = new Dictionary<int, NhwcNode>();
        foreach (var node in model.Nodes)
        {
            if (!node.Op.IsView) continue;
            int source = node.Inputs[0];
            if (model.Values[source].Leaf is not null || views.ContainsKey(source)) views[node.Outputs[0]] = node;
        }
        return views;
    }

    // Its inputs are what it needs; outputs are for the caller to choose.
    static NhwcProgram Part(
        NhwcProgram model, IReadOnlyList<NhwcNode> nodes, Dictionary<int, NhwcNode> parameterViews)
    {
        var program = new List<NhwcNode>();
        var defined = new HashSet<int>();
        var inputs = new List<int>();
        foreach (var node in nodes) Add(node);
        return model with
        {
            Nodes = [.. program], Inputs = [.. inputs.Select(value => ToPort(model, value))], Outputs = [],
        };

        void Add(NhwcNode node)
        {
            if (node.Outputs.All(defined.Contains)) return;
            foreach (int input in node.Inputs)
            {
                if (model.Values[input].Leaf is not null || defined.Contains(input)) continue;
                // A view of a parameter cannot be written from outside; it costs nothing to make it again.
                if (parameterViews.TryGetValue(input, out var view)) Add(view);
                else if (!inputs.Contains(input)) inputs.Add(input);
            }
            program.Add(node);
            defined.UnionWith(node.Outputs);
        }
    }

    static NhwcProgram Opened(NhwcProgram part)
    {
        var parameterViews = ParameterViews(part);
        int[] operands = [.. part.Nodes.SelectMany(node => Operands(part, node, parameterViews)).Distinct()];
        return part with
        {
            Inputs = [.. operands.Select(value => ToPort(part, value))],
            Outputs = [.. operands.Concat(part.Nodes.SelectMany(node => node.Outputs)).Distinct()
                .Select(value => ToPort(part, value))],
        };
    }

    static Port ToPort(NhwcProgram model, int value) =>
        new(model.Values[value].Name, value, model.Values[value].Shape, model.Values[value].Type);

    static List<List<NhwcNode>> Cut(NhwcProgram model, long size)
    {
        var runs = new List<List<NhwcNode>>();
        var parameters = new HashSet<int>();
        long held = 0;
        foreach (var node in model.Nodes)
        {
            long more = Cost(node);
            if (runs.Count == 0 || (held > 0 && held + more > size))
            {
                runs.Add([]);
                parameters.Clear();
                (held, more) = (0, Cost(node));
            }
            runs[^1].Add(node);
            parameters.UnionWith(Leaves(node));
            held += more;
        }
        return runs;

        long Cost(NhwcNode node) => Leaves(node).Where(leaf => !parameters.Contains(leaf)).Distinct().Sum(Elements)
            + (node.Op.IsView ? 0 : node.Outputs.Sum(Elements));

        IEnumerable<int> Leaves(NhwcNode node) =>
            node.Inputs.Where(input => model.Values[input].Leaf is not null);

        long Elements(int value) => model.Values[value].Shape.Elements;
    }
}
