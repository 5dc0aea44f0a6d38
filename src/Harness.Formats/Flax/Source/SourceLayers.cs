using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;

namespace Harness.Formats.Flax.Source;

/// <summary>Layers of Flax's: which ops are one, what makes it, and what it is called with.</summary>
static class SourceLayers
{
    /// <summary>The layer that a node is; null where it is an expression of arrays.</summary>
    /// <param name="program">The program.</param>
    /// <param name="node">The node.</param>
    /// <param name="api">Whose layers.</param>
    public static (Python Constructor, int Input, ImmutableArray<Leaf> Leaves)? Of(
        NhwcProgram program, NhwcNode node, FlaxApi api)
    {
        var leaves = ImmutableArray.CreateBuilder<Leaf>();
        foreach (var rule in node.Op.Weights)
        {
            var value = program.Values[node.Inputs[rule.Operand]];
            if (value.Leaf is not { Rows: null } leaf || !value.Moves.IsEmpty || leaf.Path[^1] != rule.Leaf
                || leaf.Collection != rule.Collection || leaf.Form != rule.Form || leaf.Path.Length < 2
                || !leaf.Type.IsFloating())
                return null;
            leaves.Add(leaf);
        }
        if (leaves.Count == 0 || leaves.Any(leaf => !leaf.Path[..^1].SequenceEqual(leaves[0].Path[..^1]))) return null;
        int[] inputs = [.. Enumerable.Range(0, node.Inputs.Length)
            .Where(i => node.Op.Weights.All(rule => rule.Operand != i))];
        if (inputs is not [var input]) return null;
        return Constructor(program, node, api, program.Values[node.Inputs[input]]) is { } constructor
            ? (constructor, input, leaves.ToImmutable()) : null;
    }

    /// <summary>True where the layer's array may be read from outside it.</summary>
    public static bool SharesArrays(Op op) => op is Embedding;

    static Python? Constructor(NhwcProgram program, NhwcNode node, FlaxApi api, NhwcValue input)
    {
        string flax = api == FlaxApi.Nnx ? "nnx." : "nn.";
        Shape Weight(int operand) => program.Values[node.Inputs[operand]].Shape;
        bool isNnx = api == FlaxApi.Nnx;
        switch (node.Op)
        {
            case Conv conv:
            {
                Shape w = Weight(1);
                var padding = conv.PaddingFor(w);
                return Python.Call(flax + "Conv", Features(isNnx, w[1] * conv.Groups, w[0]).Concat(
                [
                    Kernel(w), Named("strides", conv.Stride), JaxColumn.Pairs(padding.Low, padding.High),
                    Named("kernel_dilation", conv.Dilation), Groups(conv.Groups), Flag("use_bias", conv.Bias),
                ]));
            }
            case ConvTranspose conv:
            {
                Shape w = Weight(1);
                IntList low = [.. Enumerable.Range(0, conv.Axes).Select(axis =>
                    conv.Dilation[axis] * (w[2 + axis] - 1) - conv.Padding[axis])];
                IntList high = [.. Enumerable.Range(0, conv.Axes).Select(axis => low[axis] + conv.OutputPadding[axis])];
                // Flax's ConvTranspose has no groups: a grouped one is a Conv of the input with zeros between elements.
                return conv.Groups == 1
                    ? Python.Call(flax + "ConvTranspose", Features(isNnx, w[0], w[1]).Concat(
                    [
                        Kernel(w), Named("strides", conv.Stride), JaxColumn.Pairs(low, high),
                        Named("kernel_dilation", conv.Dilation), Flag("use_bias", conv.Bias),
                        Python.Named("transpose_kernel", "True"),
                    ]))
                    : Python.Call(flax + "Conv", Features(isNnx, w[0], w[1] * conv.Groups).Concat(
                    [
                        Kernel(w), Named("strides", IntList.Repeat(1, conv.Axes)), JaxColumn.Pairs(low, high),
                        Named("input_dilation", conv.Stride), Named("kernel_dilation", conv.Dilation),
                        Groups(conv.Groups), Flag("use_bias", conv.Bias),
                    ]));
            }
            case Linear linear:
                return Dense(Weight(1)[1], Weight(1)[0], linear.Bias);
            case Addmm:
                return Dense(Weight(2)[0], Weight(2)[1], true);
            case BatchNorm2d norm:
            {
                int axis = input.Layout.PhysicalOf(1) - input.Shape.Rank;
                var arguments = new List<Python>();
                if (isNnx) arguments.Add(Python.Constant(input.Shape[1], "num_features"));
                arguments.AddRange(
                [
                    Python.Named("use_running_average", "True"), Python.Named("axis", $"{axis}"),
                    Python.Named("momentum", Python.Constant(Python.Literal(1 - norm.Momentum), "momentum")),
                    Epsilon(norm.Eps), Flag("use_bias", norm.Bias), Flag("use_scale", norm.Scale),
                ]);
                return Python.Call(flax + "BatchNorm", arguments);
            }
            case LayerNorm { NormalizedShape.Count: 1 } norm when IsLast(-1):
                return Norm("LayerNorm", norm.Eps, norm.Scale, norm.Bias);
            case GroupNorm norm when input.Shape.Rank > 1:
                return Norm(
                    "GroupNorm", norm.Eps, norm.Scale, norm.Bias,
                    Python.Named("num_groups", Python.Constant(norm.NumGroups, "num_groups")));
            case InstanceNorm { OverBatch: false, RunningStatistics: false } norm when input.Shape.Rank > 2:
                return Norm("InstanceNorm", norm.Eps, norm.Scale, norm.Bias);
            case RMSNorm { Eps: { } eps, NormalizedShape.Count: 1 } norm when IsLast(-1):
                return Norm("RMSNorm", eps, norm.Scale, null);
            case Embedding when input.Layout.IsIdentity:
                return Python.Call(
                    flax + "Embed", Python.Constant(Weight(0)[0], "num_embeddings"),
                    Python.Constant(Weight(0)[1], "features"));
            default:
                return null;
        }

        bool IsLast(int dim) => input.Layout.PhysicalOf(dim) == input.Shape.Rank - 1;

        Python Dense(int inputs, int outputs, bool bias) => Python.Call(
            isNnx ? "nnx.Linear" : "nn.Dense", [.. Features(isNnx, inputs, outputs), Flag("use_bias", bias)]);

        Python Norm(string name, double eps, bool scale, bool? bias, Python? groups = null)
        {
            var arguments = new List<Python>();
            if (isNnx) arguments.Add(Python.Constant(input.Shape[name is "LayerNorm" or "RMSNorm" ? -1 : 1],
                "num_features"));
            if (groups is not null) arguments.Add(groups);
            arguments.Add(Epsilon(eps));
            if (bias is { } has) arguments.Add(Flag("use_bias", has));
            arguments.Add(Flag("use_scale", scale));
            // Flax's default subtracts squares, which loses digits.
            if (name != "RMSNorm") arguments.Add(Python.Named("use_fast_variance", "False"));
            return Python.Call(flax + name, arguments);
        }
    }

    static Python[] Features(bool isNnx, int inputs, int outputs) => isNnx
        ? [Python.Constant(inputs, "in_features"), Python.Constant(outputs, "out_features")]
        : [Python.Constant(outputs, "features")];

    static Python Kernel(Shape weight) => Named("kernel_size", [.. weight.AsSpan()[2..]]);

    static Python Named(string name, IntList numbers) => Python.Named(name, Python.Ints(numbers, name));

    static Python Groups(int groups) =>
        Python.Named("feature_group_count", Python.Constant(groups, "feature_group_count"));

    static Python Flag(string name, bool value) => Python.Named(name, value ? "True" : "False");

    static Python Epsilon(double eps) => Python.Named("epsilon", Python.Constant(Python.Literal(eps), "epsilon"));
}
