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
        Acos.Definition,
        Acosh.Definition,
        AdaptiveAvgPool.Definition,
        AdaptiveMaxPool.Definition,
        Add.Definition,
        Addcdiv.Definition,
        Addcmul.Definition,
        Addmm.Definition,
        AddProduct.Definition,
        AdvancedIndex.Definition,
        AffineGrid.Definition,
        Ops.All.Definition,
        Amax.Definition,
        Amin.Definition,
        Any.Definition,
        Arange.Definition,
        Asin.Definition,
        Asinh.Definition,
        AsStrided.Definition,
        Atan.Definition,
        Atan2.Definition,
        Atanh.Definition,
        AvgPool.Definition,
        BatchNorm2d.Definition,
        Bilinear.Definition,
        Bitwise.Definition,
        BroadcastTensors.Definition,
        Cast.Definition,
        Cat.Definition,
        CDist.Definition,
        Ceil.Definition,
        CELU.Definition,
        ChannelShuffle.Definition,
        Clamp.Definition,
        ColumnStack.Definition,
        Comparison.Definition,
        Conv.Definition,
        ConvTranspose.Definition,
        Copy.Definition,
        Cos.Definition,
        Cosh.Definition,
        CosineSimilarity.Definition,
        CountNonzero.Definition,
        Cross.Definition,
        Cumulation.Definition,
        DeformConv2d.Definition,
        Diagonal.Definition,
        Diff.Definition,
        Div.Definition,
        DStack.Definition,
        Einsum.Definition,
        ELU.Definition,
        Embedding.Definition,
        Erf.Definition,
        Erfc.Definition,
        Erfinv.Definition,
        Exp.Definition,
        Exp2.Definition,
        Expand.Definition,
        ExpandAs.Definition,
        Expm1.Definition,
        Extreme.Definition,
        Eye.Definition,
        Flatten.Definition,
        Flip.Definition,
        Floor.Definition,
        Fmax.Definition,
        Fmin.Definition,
        Fmod.Definition,
        Fold.Definition,
        Frac.Definition,
        Full.Definition,
        Gather.Definition,
        GELU.Definition,
        GLU.Definition,
        GridSample.Definition,
        GroupNorm.Definition,
        GRU.Definition,
        Hardshrink.Definition,
        Hardsigmoid.Definition,
        Hardswish.Definition,
        Hardtanh.Definition,
        Heaviside.Definition,
        HStack.Definition,
        Hypot.Definition,
        Identity.Definition,
        IndexAdd.Definition,
        IndexCopy.Definition,
        IndexPut.Definition,
        IndexSelect.Definition,
        InstanceNorm.Definition,
        IsFinite.Definition,
        IsInf.Definition,
        IsNan.Definition,
        IsNegInf.Definition,
        IsPosInf.Definition,
        Kron.Definition,
        LayerNorm.Definition,
        LeakyReLU.Definition,
        Lerp.Definition,
        Lgamma.Definition,
        Linear.Definition,
        Linspace.Definition,
        LinspaceBetween.Definition,
        Log.Definition,
        Log10.Definition,
        Log1p.Definition,
        Log2.Definition,
        LogAddExp.Definition,
        LogCumsumExp.Definition,
        Logical.Definition,
        LogSigmoid.Definition,
        LogSoftmax.Definition,
        LogSumExp.Definition,
        LSTM.Definition,
        MaskedFill.Definition,
        MaskedScatter.Definition,
        MaskedSelect.Definition,
        MatMul.Definition,
        MatrixNorm.Definition,
        Maximum.Definition,
        MaxPool.Definition,
        MaxUnpool.Definition,
        Mean.Definition,
        Meshgrid.Definition,
        Minimum.Definition,
        Mish.Definition,
        Movedim.Definition,
        Mul.Definition,
        Multigammaln.Definition,
        MultiheadAttention.Definition,
        NanToNum.Definition,
        Neg.Definition,
        Nonzero.Definition,
        NumpyT.Definition,
        OneHot.Definition,
        Outer.Definition,
        Pad.Definition,
        PairwiseDistance.Definition,
        Permute.Definition,
        PixelShuffle.Definition,
        Pow.Definition,
        PReLU.Definition,
        Prod.Definition,
        PSRoIAlign.Definition,
        PSRoIPool.Definition,
        ReLU.Definition,
        Remainder.Definition,
        Renorm.Definition,
        Repeat.Definition,
        RepeatInterleave.Definition,
        Reshape.Definition,
        ReshapeAs.Definition,
        RMSNorm.Definition,
        RNN.Definition,
        RoIAlign.Definition,
        RoIPool.Definition,
        Roll.Definition,
        Rot90.Definition,
        Round.Definition,
        RReLU.Definition,
        Rsub.Definition,
        ScaledDotProductAttention.Definition,
        Scatter.Definition,
        SearchSorted.Definition,
        Select.Definition,
        SELU.Definition,
        Sigmoid.Definition,
        Sign.Definition,
        Signbit.Definition,
        SiLU.Definition,
        Sin.Definition,
        Sinh.Definition,
        Slice.Definition,
        Softmax.Definition,
        Softplus.Definition,
        Softshrink.Definition,
        Sort.Definition,
        Split.Definition,
        Squeeze.Definition,
        Stack.Definition,
        Sub.Definition,
        Sum.Definition,
        SvdVals.Definition,
        T.Definition,
        TakeAlongDim.Definition,
        Tan.Definition,
        Tanh.Definition,
        TensorSplit.Definition,
        TensorUnfold.Definition,
        Threshold.Definition,
        TopK.Definition,
        TransformerEncoderLayer.Definition,
        Transpose.Definition,
        Trapezoid.Definition,
        Triangle.Definition,
        Trunc.Definition,
        Unbind.Definition,
        Unflatten.Definition,
        Unfold.Definition,
        Unsqueeze.Definition,
        Upsample.Definition,
        Var.Definition,
        VectorNorm.Definition,
        VectorProduct.Definition,
        VStack.Definition,
        WeightNorm.Definition,
        Where.Definition,
        WriteInto.Definition,
        Xlogy.Definition,
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

    /// <summary>The same with the call bound; null where no op takes the operator or these arguments.</summary>
    internal static (Op Op, Bound Bound)? ParseBound(Call call)
    {
        foreach (var (definition, signature) in Candidates(call.Target))
            if (signature.Bind(call) is { } bound) return (definition.Parse(bound), bound);
        return null;
    }

    /// <summary>PAR1002: no op takes the operator or these arguments.</summary>
    internal static ModelException Refused(Call call) => new(new Finding(
        Codes.UnsupportedOp, call.Place.ToString(), Candidates(call.Target).Length == 0
        ? $"op {call.Target} is not supported: node '{call.Name}' at {call.Place}"
        : $"op {call.Target} does not take these arguments: node {call} at {call.Place}"));

    /// <summary>The signature that takes a call once the numbers in it that stand where tensors should are tensors
    /// without axes; null where none does.</summary>
    internal static Signature? OfNumbers(Call call)
    {
        foreach (var (_, signature) in Candidates(call.Target))
            if (signature.Bind(signature.Replace(call, _ => Argument.Value(0))) is not null) return signature;
        return null;
    }

    /// <summary>The op a call stands for, and its operands.</summary>
    /// <exception cref="ModelException">PAR1002: no op takes this operator or these arguments.</exception>
    public static (Op Op, ImmutableArray<int> Operands) Parse(Call call) =>
        ParseBound(call) is var (op, bound) ? (op, bound.Operands) : throw Refused(call);

    // relu_ is relu that reuses its memory; a straight-line trace names its result, so values stay the same.
    static Candidate[] Candidates(string target)
    {
        if (s_candidates.TryGetValue(target, out var known)) return known;
        if (!s_byTarget.TryGetValue(target, out var entries)
            && !(target.EndsWith('_') && s_byTarget.TryGetValue(target[..^1], out entries))) return [];
        var candidates = new List<Candidate>(entries.Count);
        foreach (var (definition, overload) in entries)
        {
            string name = overload.Length == 0 ? target : $"{target}.{overload}";
            if (SchemaTable.Find(name) is { } signature) candidates.Add(new Candidate(definition, signature));
            // A number before a tensor has no memory to reuse: pow.Scalar is no pow_.
            else if (!target.EndsWith('_'))
                throw new InvalidOperationException($"an op takes '{name}', which the table of schemas lacks");
        }
        return s_candidates.GetOrAdd(target, [.. candidates]);
    }
}
