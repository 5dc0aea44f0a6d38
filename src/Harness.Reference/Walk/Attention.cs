using System.Collections.Immutable;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Attention and embeddings.</summary>
static class Attention
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_native_multi_head_attention", a =>
        {
            a.Pass(3, "embed_dim");
            a.Pass(10, "need_weights");
            a.Pass(11, "average_attn_weights");
            a.Pass(12, "mask_type");
            if (a.TensorOrNull(9, "mask") is not null) throw a.Refuse("a mask");
            var y = OfHeads(
                [a.Tensor(0, "query"), a.Tensor(1, "key"), a.Tensor(2, "value")], a.Int(4, "num_head"),
                [a.Tensor(5, "qkv_weight"), a.Tensor(6, "qkv_bias"), a.Tensor(7, "proj_weight"),
                    a.Tensor(8, "proj_bias")]);
            return Unsaved(y, 2);
        }),
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
        new("aten::_transformer_encoder_layer_fwd", a =>
        {
            a.Pass(19, "mask_type");
            if (a.TensorOrNull(18, "mask") is not null) throw a.Refuse("a mask");
            var x = a.Tensor(0, "src");
            long features = a.Int(1, "embed_dim"), heads = a.Int(2, "num_heads");
            Tensor[] attention = [a.Tensor(3, "qkv_weight"), a.Tensor(4, "qkv_bias"), a.Tensor(5, "proj_weight"),
                a.Tensor(6, "proj_bias")];
            bool gelu = a.Flag(7, "use_gelu", false), first = a.Flag(8, "norm_first", false);
            double eps = a.Number(9, "eps");
            Tensor weight1 = a.Tensor(10, "norm_weight_1"), bias1 = a.Tensor(11, "norm_bias_1");
            Tensor weight2 = a.Tensor(12, "norm_weight_2"), bias2 = a.Tensor(13, "norm_bias_2");
            Tensor OfOne(Tensor value) => F.layer_norm(value, [features], weight1, bias1, eps);
            Tensor OfTwo(Tensor value) => F.layer_norm(value, [features], weight2, bias2, eps);
            var source = first ? OfOne(x) : x;
            x += OfHeads([source, source, source], heads, attention);
            if (!first) x = OfOne(x);
            var wide = F.linear(first ? OfTwo(x) : x, a.Tensor(14, "ffn_weight_1"), a.Tensor(15, "ffn_bias_1"));
            wide = gelu ? F.gelu(wide) : F.relu(wide);
            x += F.linear(wide, a.Tensor(16, "ffn_weight_2"), a.Tensor(17, "ffn_bias_2"));
            return first ? x : OfTwo(x);
        }),
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

    // Attention of batches of sequences, head by head: weights and biases of the packed projection and of the last one.
    static Tensor OfHeads(Tensor[] sequences, long heads, Tensor[] weights)
    {
        Tensor[] packed = weights[0].chunk(3, 0), biases = weights[1].chunk(3, 0);
        var split = sequences.Select((x, i) => F.linear(x, packed[i], biases[i])
            .reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)).ToArray();
        var scores = split[0].matmul(split[1].transpose(-2, -1)).mul(1 / Math.Sqrt(split[0].shape[^1]));
        return F.linear(
            scores.softmax(-1).matmul(split[2]).transpose(1, 2).reshape(sequences[0].shape), weights[2], weights[3]);
    }

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
        var scores = Matrices.Product(query, key.transpose(-2, -1)).mul(scale ?? 1 / Math.Sqrt(query.shape[^1]));
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
        return Matrices.Product(weights, value);
    }
}
