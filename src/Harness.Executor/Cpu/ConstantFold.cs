using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Executor.Cpu;

/// <summary>What follows from parameters, constants and shapes alone is computed once, in float64 and by the kernels
/// that would compute it in every run, and is stored from then on: a weight that is normalized is packed, transformed
/// and fused as any other, and a table of positions is gathered once.</summary>
/// <remarks>The variables that ship stay as they are: folded values are leaves of the program that is run, and of no
/// tree. A float32 plan rounds each of them once, from float64.</remarks>
public static class ConstantFold
{
    // By how much a result may be larger than its operands together: what only repeats a table would fill memory, and
    // takes no time in a run.
    const long MostGrowth = 16L << 20;

    // By how much all results together may be.
    const long MostGrowthOfAll = 256L << 20;

    const string Collection = "folded";

    /// <summary>The program without what can be computed before it runs; itself where that is nothing. Its ports are
    /// those of the program, in their order; values have other numbers.</summary>
    /// <param name="program">A whole program.</param>
    /// <param name="options">With how many threads and which lanes it is computed, which changes no bit.</param>
    /// <exception cref="ModelException">What is computed fails as it would in a run: an index out of range. PAR9004: it
    /// is more than memory holds.</exception>
    public static NhwcProgram Apply(NhwcProgram program, PlanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        var choice = Choice.Of(program);
        if (choice.Stored.IsEmpty) return program;
        var elements = Evaluate(program, choice, options ?? new PlanOptions());
        return ProgramVerifier.After(nameof(ConstantFold), new Rewriting(program, choice, elements).Run());
    }

    // Each node adds as it does where nodes run one by one, so that what is held there is what is stored here.
    static Dictionary<int, Tensor> Evaluate(NhwcProgram program, Choice choice, PlanOptions options)
    {
        var constant = program with
        {
            Nodes = choice.Evaluated,
            Inputs = [],
            Outputs = [.. choice.Stored.Select(value => new Port(
                program.Values[value].Name, value, program.Values[value].Shape, program.Values[value].Type))],
        };
        using var session = Session.Open<double>(
            constant, options with { Fuse = false, ExactOrder = true, KeepAll = false });
        session.Run();
        return choice.Stored.ToDictionary(value => value, value => Narrowed(session.Read(value)));
    }

    // Half the memory where float32 holds every element: what was only moved, or counted.
    static Tensor Narrowed(Tensor tensor)
    {
        if (tensor.Type != ElementType.Float64) return tensor;
        var wide = tensor.As<double>();
        foreach (double element in wide)
            if ((double)(float)element != element && !double.IsNaN(element)) return tensor;
        byte[] bytes = new byte[wide.Length * sizeof(float)];
        var narrow = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        for (int i = 0; i < narrow.Length; i++) narrow[i] = (float)wide[i];
        return new Tensor(ElementType.Float32, tensor.Shape, bytes);
    }

    // What is evaluated, which of its results are stored, and what is left to run.
    sealed record Choice(
        ImmutableArray<NhwcNode> Evaluated, ImmutableArray<int> Stored, ImmutableArray<NhwcNode> Left)
    {
        public static Choice Of(NhwcProgram program)
        {
            var foldable = Foldable(program);
            // What is read by those that are left whatever is stored.
            var read = program.Outputs.Select(port => port.Value).ToHashSet();
            var weights = new HashSet<int>();
            foreach (var node in program.Nodes.Where(node => !foldable.Contains(node)))
            {
                read.UnionWith(node.Inputs);
                weights.UnionWith(node.Op.Weights.Select(rule => node.Inputs[rule.Operand]));
            }
            var makers = new Dictionary<int, NhwcNode>();
            var stored = new List<int>();
            foreach (var node in program.Nodes.Where(foldable.Contains))
            {
                foreach (int value in node.Outputs)
                {
                    makers[value] = node;
                    // A parameter under another shape is read where it lies, for nothing, by all but those who pack it.
                    if (read.Contains(value) && (weights.Contains(value) || Computes(value, makers))) stored.Add(value);
                }
            }
            HashSet<int> needed = [.. stored], live = [.. read.Except(stored)];
            var (evaluated, left) = (new Stack<NhwcNode>(), new Stack<NhwcNode>());
            foreach (var node in program.Nodes.Reverse())
            {
                bool isLeft = !foldable.Contains(node) || node.Outputs.Any(live.Contains);
                if (isLeft)
                {
                    left.Push(node);
                    live.UnionWith(node.Inputs.Except(stored));
                }
                if (foldable.Contains(node) && node.Outputs.Any(needed.Contains))
                {
                    evaluated.Push(node);
                    needed.UnionWith(node.Inputs);
                }
            }
            return new Choice([.. evaluated], [.. stored], [.. left]);
        }

        static HashSet<NhwcNode> Foldable(NhwcProgram program)
        {
            var foldable = new HashSet<NhwcNode>(ReferenceEqualityComparer.Instance);
            var known = new HashSet<int>();
            long grown = 0;
            foreach (var node in program.Nodes)
            {
                if (!node.Inputs.All(value => program.IsStored(value) || known.Contains(value))) continue;
                long growth = Math.Max(0, node.Outputs.Sum(Bytes) - node.Inputs.Distinct().Sum(Bytes));
                if (growth > Math.Min(MostGrowth, MostGrowthOfAll - grown)) continue;
                grown += growth;
                foldable.Add(node);
                known.UnionWith(node.Outputs);
            }
            return foldable;

            long Bytes(int value) => program.Values[value] is var v && v.Type.IsFloating()
                ? v.Shape.Elements * sizeof(double)
                : v.Shape.Elements * v.Type.Size();
        }

        // False for what is a parameter's own memory.
        static bool Computes(int value, Dictionary<int, NhwcNode> makers)
        {
            while (makers.TryGetValue(value, out var maker))
            {
                if (!maker.Op.IsView) return true;
                value = maker.Inputs[0];
            }
            return false;
        }
    }

    // The program with stored values in the place of those that were evaluated.
    sealed class Rewriting(NhwcProgram program, Choice choice, Dictionary<int, Tensor> elements)
    {
        readonly ImmutableArray<NhwcValue>.Builder _values = ImmutableArray.CreateBuilder<NhwcValue>();
        readonly Dictionary<int, int> _numbers = [];
        // By the value and how it is moved.
        readonly Dictionary<(int Value, Rearrangement Move), int> _readings = [];
        readonly HashSet<string> _names = [.. program.Values.Select(value => value.Name)];

        public NhwcProgram Run()
        {
            var inputs = program.Inputs.Select(port => port with { Value = Of(port.Value) }).ToImmutableArray();
            var nodes = choice.Left.Select(node => node with
            {
                Inputs = [.. node.Inputs.Select((value, i) => elements.ContainsKey(value)
                    ? Reading(value, node.Op.Weights.FirstOrDefault(rule => rule.Operand == i)?.Following(
                        program.Values[node.Inputs[0]].Layout, program.Values[value].Shape.Rank))
                    : Of(value))],
                Outputs = [.. node.Outputs.Select(Of)],
            }).ToImmutableArray();
            var outputs = program.Outputs.Select(port => port with
            {
                Value = elements.ContainsKey(port.Value) ? Reading(port.Value, null) : Of(port.Value),
            }).ToImmutableArray();
            return program with
            {
                Values = _values.ToImmutable(), Nodes = nodes, Inputs = inputs, Outputs = outputs,
                Variables = program.Variables with
                {
                    Leaves = [.. _values.Select(value => value.Leaf).OfType<Leaf>().DistinctBy(leaf => leaf.FullPath)],
                },
            };
        }

        int Of(int value)
        {
            if (_numbers.TryGetValue(value, out int known)) return known;
            _values.Add(program.Values[value] with { Id = _values.Count });
            return _numbers[value] = _values.Count - 1;
        }

        // A weight under a rule lies as the rule says, and its logical axes are PyTorch's; any other lies as it was
        // left.
        int Reading(int value, WeightRule? rule)
        {
            var before = program.Values[value];
            var layout = rule is null ? before.Layout : Permutation.Identity(before.Shape.Rank);
            var move = rule?.Rearrangement ?? To(layout);
            if (_readings.TryGetValue((value, move), out int known)) return known;
            string stem = $"{before.Name}, folded", name = stem;
            for (int n = 2; !_names.Add(name); n++) name = $"{stem}, reading {n}";
            var leaf = new Leaf(Collection, [name], before.Name, move, elements[value])
            {
                Form = rule?.Form ?? LeafForm.Array,
            };
            _values.Add(new NhwcValue(_values.Count, name, before.Fact, layout, leaf));
            return _readings[(value, move)] = _values.Count - 1;
        }

        static Rearrangement To(Permutation layout)
        {
            if (layout.IsIdentity) return Rearrangement.None;
            string letters = "abcdefgh"[..layout.Rank];
            return new Rearrangement(
                letters, string.Concat(layout.AsSpan().ToArray().Select(axis => letters[axis])));
        }
    }
}
