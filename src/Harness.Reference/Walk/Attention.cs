using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Attention and embeddings.</summary>
static class Attention
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::embedding", a =>
        {
            // These three matter to gradients alone.
            a.Pass(2, "padding_idx");
            a.Pass(3, "scale_grad_by_freq");
            a.Pass(4, "sparse");
            var weight = a.Tensor(0, "weight");
            var indices = a.Tensor(1, "indices");
            return weight.index_select(0, indices.flatten()).reshape([.. indices.shape, .. weight.shape[1..]]);
        }),
        new("aten::scaled_dot_product_attention", Scaled),
    ];

    // softmax(q kᵀ · scale + mask) v, from its parts: TorchSharp's own takes no scale and may choose another kernel.
    static Value Scaled(Reading a)
    {
        Tensor query = a.Tensor(0, "query"), key = a.Tensor(1, "key"), value = a.Tensor(2, "value");
        var mask = a.TensorOrNull(3, "attn_mask");
        if (a.Number(4, "dropout_p", 0) != 0)
            throw a.Refuse("dropout is in training mode; call model.eval() before tracing");
        bool causal = a.Flag(5, "is_causal", false);
        double scale = a.Number(6, "scale", 1 / Math.Sqrt(query.shape[^1]));
        if (a.Flag(7, "enable_gqa", false)) throw a.Refuse("grouped queries");
        var scores = query.matmul(key.transpose(-2, -1)).mul(scale);
        if (causal)
        {
            var seen = ones(scores.shape[^2], scores.shape[^1], ScalarType.Bool, a.Device).tril();
            scores = scores.masked_fill(seen.logical_not(), double.NegativeInfinity);
        }
        if (mask is not null)
            scores = mask.dtype == ScalarType.Bool
                ? scores.masked_fill(mask.logical_not(), double.NegativeInfinity)
                : scores.add(mask);
        return scores.softmax(-1).matmul(value);
    }
}
