using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Harness.Reference.Walk;

/// <summary>Attention and embeddings.</summary>
static class Attention
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_scaled_dot_product_efficient_attention", a =>
        {
            a.Pass(4, "compute_log_sumexp");
            return Unsaved(Scaled(
                a, a.TensorOrNull(3, "attn_bias"), a.Number(5, "dropout_p", 0), a.Flag(6, "is_causal", false),
                a.NumberOrNull(7, "scale"), grouped: false), 4);
        }),
        new("aten::_scaled_dot_product_flash_attention", a =>
        {
            a.Pass(5, "return_debug_mask");
            return Unsaved(Scaled(
                a, null, a.Number(3, "dropout_p", 0), a.Flag(4, "is_causal", false), a.NumberOrNull(6, "scale"),
                grouped: false), 9);
        }),
        new("aten::_scaled_dot_product_flash_attention_for_cpu", a => Unsaved(Scaled(
            a, a.TensorOrNull(5, "attn_mask"), a.Number(3, "dropout_p", 0), a.Flag(4, "is_causal", false),
            a.NumberOrNull(6, "scale"), grouped: false), 2)),
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
        new("aten::scaled_dot_product_attention", a => Scaled(
            a, a.TensorOrNull(3, "attn_mask"), a.Number(4, "dropout_p", 0), a.Flag(5, "is_causal", false),
            a.NumberOrNull(6, "scale"), a.Flag(7, "enable_gqa", false))),
    ];

    // The log of the sum and what else a backward pass reads, which nobody does outside training.
    static Value Unsaved(Tensor y, int results) =>
        new[] { y }.Concat(Enumerable.Range(1, results - 1).Select(_ => zeros(0, dtype: y.dtype))).ToArray();

    // softmax(q kᵀ · scale + mask) v, from its parts: TorchSharp's own takes no scale and may choose another kernel.
    static Tensor Scaled(Reading a, Tensor? mask, double dropout, bool causal, double? scale, bool grouped)
    {
        Tensor query = a.Tensor(0, "query"), key = a.Tensor(1, "key"), value = a.Tensor(2, "value");
        if (dropout != 0) throw a.Refuse("dropout is in training mode; call model.eval() before tracing");
        if (grouped)
        {
            key = key.repeat_interleave(query.shape[^3] / key.shape[^3], -3);
            value = value.repeat_interleave(query.shape[^3] / value.shape[^3], -3);
        }
        var scores = query.matmul(key.transpose(-2, -1)).mul(scale ?? 1 / Math.Sqrt(query.shape[^1]));
        if (causal)
        {
            var seen = ones(scores.shape[^2], scores.shape[^1], ScalarType.Bool, a.Device).tril();
            scores = scores.masked_fill(seen.logical_not(), double.NegativeInfinity);
        }
        if (mask is not null)
            scores = mask.dtype == ScalarType.Bool
                ? scores.masked_fill(mask.logical_not(), double.NegativeInfinity)
                : scores.add(mask);
        var weights = scores.softmax(-1);
        // Who sees nothing gets nothing, as from PyTorch since 2.5.
        if (mask is not null)
            weights = weights.masked_fill(scores.eq(double.NegativeInfinity).all(-1, keepdim: true), 0);
        return weights.matmul(value);
    }
}
