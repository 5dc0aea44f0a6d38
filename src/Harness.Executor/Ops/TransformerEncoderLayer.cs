using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Executor.Ops;

/// <summary>Attention of a sequence to itself and two linear layers, each with a residual and a layer norm: the fast
/// path of a module that is traced without gradients. Source: torch.nn.TransformerEncoderLayer.</summary>
/// <remarks>Operands: the sequences (n, l, e); weight and bias in turns of the packed projection, of what joins the
/// heads, of the norms and of the linear layers; a mask where there is one.</remarks>
public sealed record TransformerEncoderLayer : Composite
{
    /// <summary>e.</summary>
    public required int EmbedDim { get; init; }

    /// <summary>Heads.</summary>
    public required int NumHeads { get; init; }

    /// <summary>True for gelu between the linear layers, false for relu.</summary>
    public bool UseGelu { get; init; }

    /// <summary>True when norms come first.</summary>
    public bool NormFirst { get; init; }

    /// <summary>Added to the norms' variances.</summary>
    public double Eps { get; init; } = 1e-5;

    /// <summary>True when the call has a mask.</summary>
    public bool Mask { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => new TransformerEncoderLayer
        {
            EmbedDim = call.Int("embed_dim"),
            NumHeads = call.Int("num_heads"),
            UseGelu = call.Bool("use_gelu"),
            NormFirst = call.Bool("norm_first"),
            Eps = call.Float("eps"),
            Mask = !call.IsNone("mask"),
        },
        "_transformer_encoder_layer_fwd");

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    internal override string? Unsupported(ReadOnlySpan<Fact> inputs) => Mask
        ? "a mask in the fast path of torch.nn.TransformerEncoderLayer: trace with gradients enabled, which states it "
            + "as other operators"
        : null;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        var x = inputs[0];
        if (x.Rank != 3 || x[2] != EmbedDim) return $"input is {x}, expected (n, l, {EmbedDim})";
        if (NumHeads < 1 || EmbedDim % NumHeads != 0) return $"{EmbedDim} features do not divide by {NumHeads} heads";
        if (inputs[9].Rank != 2) return $"the first linear layer's weight is {inputs[9]}, expected 2 axes";
        int wide = inputs[9][0], e = EmbedDim;
        Shape[] weights = [[3 * e, e], [3 * e], [e, e], [e], [e], [e], [e], [e], [wide, e], [wide], [e, wide], [e]];
        for (int i = 0; i < weights.Length; i++)
            if (inputs[1 + i] != weights[i]) return $"weight {i} is {inputs[1 + i]}, expected {weights[i]}";
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs) => [inputs[0]];

    internal override void Write(CallWriter calls)
    {
        var of = calls.Operands;
        var x = of[0];
        var source = NormFirst ? calls.Call("norm1", "aten::layer_norm", Norm(x, 5)) : x;
        var attended = calls.Call(
            "self_attn", "aten::_native_multi_head_attention", source, source, source, Argument.Of((long)EmbedDim),
            Argument.Of((long)NumHeads), of[1], of[2], of[3], of[4]);
        x = calls.Call("attended", "aten::add", x, attended);
        if (!NormFirst) x = calls.Call("norm1", "aten::layer_norm", Norm(x, 5));
        source = NormFirst ? calls.Call("norm2", "aten::layer_norm", Norm(x, 7)) : x;
        var wide = calls.Call("linear1", "aten::linear", source, of[9], of[10]);
        wide = calls.Call("activation", UseGelu ? "aten::gelu" : "aten::relu", wide);
        var narrow = calls.Call("linear2", "aten::linear", wide, of[11], of[12]);
        if (NormFirst) calls.Give("aten::add", x, narrow);
        else calls.Give("aten::layer_norm", Norm(calls.Call("sum", "aten::add", x, narrow), 7));

        Argument[] Norm(Argument value, int weight) =>
            [value, CallWriter.Ints(EmbedDim), of[weight], of[weight + 1], Argument.Of(Eps)];
    }
}
