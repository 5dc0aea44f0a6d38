using System.Collections.Immutable;
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
        AdaptiveAvgPool2d.Definition,
        Add.Definition,
        Addmm.Definition,
        AvgPool2d.Definition,
        BatchNorm2d.Definition,
        Cat.Definition,
        Conv2d.Definition,
        ConvTranspose2d.Definition,
        Div.Definition,
        ELU.Definition,
        Exp.Definition,
        Expand.Definition,
        Flatten.Definition,
        GELU.Definition,
        Hardsigmoid.Definition,
        Hardswish.Definition,
        Hardtanh.Definition,
        Identity.Definition,
        LayerNorm.Definition,
        LeakyReLU.Definition,
        Linear.Definition,
        LogSoftmax.Definition,
        MatMul.Definition,
        MaxPool2d.Definition,
        Mean.Definition,
        Mul.Definition,
        Neg.Definition,
        Pad.Definition,
        Permute.Definition,
        Pow.Definition,
        ReLU.Definition,
        Reshape.Definition,
        Rsub.Definition,
        Select.Definition,
        Sigmoid.Definition,
        SiLU.Definition,
        Slice.Definition,
        Softmax.Definition,
        Split.Definition,
        Squeeze.Definition,
        Sub.Definition,
        Sum.Definition,
        T.Definition,
        Tanh.Definition,
        Transpose.Definition,
        Unflatten.Definition,
        Unsqueeze.Definition,
    ];

    // Not a frozen one: compiling that takes longer than it ever saves.
    static readonly Dictionary<string, ImmutableArray<(OpDefinition Definition, Signature Signature)>>
        s_byTarget = All
            .SelectMany(definition => definition.Signatures.Select(signature =>
                (Definition: definition, Signature: signature)))
            .GroupBy(entry => entry.Signature.Target)
            .ToDictionary(group => group.Key, group => group.ToImmutableArray());

    /// <summary>True when some op takes this operator.</summary>
    public static bool Knows(string target) => Candidates(target) is not null;

    /// <summary>The op a call stands for, and its operands.</summary>
    /// <exception cref="ModelException">PAR1002: no op takes this operator or these arguments.</exception>
    public static (Op Op, ImmutableArray<int> Operands) Parse(Call call)
    {
        if (Candidates(call.Target) is not { } candidates)
            throw new ModelException(new Finding(Codes.UnsupportedOp, call.Place.ToString(),
                $"op {call.Target} is not supported: node '{call.Name}' at {call.Place}"));
        foreach (var (definition, signature) in candidates)
            if (signature.Bind(call) is { } bound) return (definition.Parse(bound), bound.Operands);
        throw new ModelException(new Finding(Codes.UnsupportedOp, call.Place.ToString(),
            $"op {call.Target} does not take these arguments: node {call} at {call.Place}"));
    }

    // relu_ is relu that reuses its memory; a straight-line trace names its result, so values stay the same.
    static ImmutableArray<(OpDefinition Definition, Signature Signature)>? Candidates(string target) =>
        s_byTarget.TryGetValue(target, out var found) ? found
        : target.EndsWith('_') && s_byTarget.TryGetValue(target[..^1], out found) ? found
        : null;
}
