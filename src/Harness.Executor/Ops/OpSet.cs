using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>The list of ops. To add one: its file, and one line here.</summary>
public static class OpSet
{
    /// <summary>Every op, sorted by name.</summary>
    public static readonly ImmutableArray<OpDefinition> All =
    [
        Abs.Definition,
        AdaptiveAvgPool.Definition,
        Add.Definition,
        Addmm.Definition,
        AdvancedIndex.Definition,
        Ops.All.Definition,
        Any.Definition,
        Arange.Definition,
        AvgPool.Definition,
        BatchNorm2d.Definition,
        Bitwise.Definition,
        Cast.Definition,
        Cat.Definition,
        Comparison.Definition,
        Conv.Definition,
        ConvTranspose.Definition,
        Copy.Definition,
        Cumulation.Definition,
        Div.Definition,
        ELU.Definition,
        Embedding.Definition,
        Exp.Definition,
        Expand.Definition,
        Extreme.Definition,
        Eye.Definition,
        Flatten.Definition,
        Flip.Definition,
        Full.Definition,
        Gather.Definition,
        GELU.Definition,
        Hardsigmoid.Definition,
        Hardswish.Definition,
        Hardtanh.Definition,
        Identity.Definition,
        IndexAdd.Definition,
        IndexPut.Definition,
        IndexSelect.Definition,
        LayerNorm.Definition,
        LeakyReLU.Definition,
        Linear.Definition,
        Linspace.Definition,
        Logical.Definition,
        LogSoftmax.Definition,
        MaskedFill.Definition,
        MatMul.Definition,
        MaxPool.Definition,
        Mean.Definition,
        Meshgrid.Definition,
        Mul.Definition,
        Neg.Definition,
        OneHot.Definition,
        Pad.Definition,
        Permute.Definition,
        Pow.Definition,
        ReLU.Definition,
        Reshape.Definition,
        Rsub.Definition,
        Scatter.Definition,
        Select.Definition,
        Sigmoid.Definition,
        SiLU.Definition,
        Slice.Definition,
        Softmax.Definition,
        Sort.Definition,
        Split.Definition,
        Squeeze.Definition,
        Sub.Definition,
        Sum.Definition,
        T.Definition,
        TakeAlongDim.Definition,
        Tanh.Definition,
        TopK.Definition,
        Transpose.Definition,
        Triangle.Definition,
        Unbind.Definition,
        Unflatten.Definition,
        Unsqueeze.Definition,
        Where.Definition,
        WriteInto.Definition,
    ];

    // Classes and dictionaries of references: their code comes with the runtime, and a process that converts one model
    // would pay for compiling any other, as for freezing.
    sealed record Entry(OpDefinition Definition, string Overload);

    sealed record Candidate(OpDefinition Definition, Signature Signature);

    static readonly Dictionary<string, List<Entry>> s_byTarget = ByTarget();
    static readonly ConcurrentDictionary<string, Candidate[]> s_candidates = new(StringComparer.Ordinal);

    static Dictionary<string, List<Entry>> ByTarget()
    {
        var targets = new Dictionary<string, List<Entry>>(256, StringComparer.Ordinal);
        foreach (var definition in All)
        {
            foreach (string name in definition.Operators)
            {
                int dot = name.IndexOf('.');
                string target = dot < 0 ? name : name[..dot];
                if (!targets.TryGetValue(target, out var entries)) targets[target] = entries = [];
                entries.Add(new Entry(definition, dot < 0 ? "" : name[(dot + 1)..]));
            }
        }
        return targets;
    }

    /// <summary>True when some op takes this operator.</summary>
    public static bool Knows(string target) => Candidates(target).Length > 0;

    /// <summary>The op a call stands for, if one takes it as it stands: with numbers that are not computed yet none
    /// may, and a refusal is for the pass that binds the graph.</summary>
    public static bool TryParse(Call call, [NotNullWhen(true)] out Op? op, out ImmutableArray<int> operands)
    {
        (op, operands) = (null, []);
        try
        {
            foreach (var (definition, signature) in Candidates(call.Target))
            {
                if (signature.Bind(call) is not { } bound) continue;
                (op, operands) = (definition.Parse(bound), bound.Operands);
                return true;
            }
        }
        catch (ModelException)
        {
            // Known, and refused.
        }
        return false;
    }

    /// <summary>Why the op of a call refuses it, PAR1001 or PAR1002, whatever the shapes; null where it does not, where
    /// no op takes the operator, and where the answer hangs on numbers that are not computed yet.</summary>
    public static Finding? Refusal(Call call)
    {
        try
        {
            foreach (var (definition, signature) in Candidates(call.Target))
            {
                if (signature.Bind(call) is not { } bound) continue;
                definition.Parse(bound);
                break;
            }
            return null;
        }
        catch (ModelException e)
        {
            return e.Finding;
        }
    }

    /// <summary>The op a call stands for, and its operands.</summary>
    /// <exception cref="ModelException">PAR1002: no op takes this operator or these arguments.</exception>
    public static (Op Op, ImmutableArray<int> Operands) Parse(Call call)
    {
        var candidates = Candidates(call.Target);
        if (candidates.Length == 0)
            throw new ModelException(new Finding(Codes.UnsupportedOp, call.Place.ToString(),
                $"op {call.Target} is not supported: node '{call.Name}' at {call.Place}"));
        foreach (var (definition, signature) in candidates)
            if (signature.Bind(call) is { } bound) return (definition.Parse(bound), bound.Operands);
        throw new ModelException(new Finding(Codes.UnsupportedOp, call.Place.ToString(),
            $"op {call.Target} does not take these arguments: node {call} at {call.Place}"));
    }

    // relu_ is relu that reuses its memory; a straight-line trace names its result, so values stay the same.
    static Candidate[] Candidates(string target)
    {
        if (s_candidates.TryGetValue(target, out var known)) return known;
        if (!s_byTarget.TryGetValue(target, out var entries)
            && !(target.EndsWith('_') && s_byTarget.TryGetValue(target[..^1], out entries))) return [];
        var candidates = new Candidate[entries.Count];
        for (int i = 0; i < candidates.Length; i++)
        {
            string name = entries[i].Overload.Length == 0 ? target : $"{target}.{entries[i].Overload}";
            candidates[i] = new Candidate(entries[i].Definition, SchemaTable.Find(name)
                ?? throw new InvalidOperationException($"an op takes '{name}', which the table of schemas lacks"));
        }
        return s_candidates.GetOrAdd(target, candidates);
    }
}
