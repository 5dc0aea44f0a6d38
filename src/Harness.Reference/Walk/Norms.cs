using System.Collections.Immutable;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Normalisations, in eval mode.</summary>
static class Norms
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_fused_rms_norm", a =>
        {
            var y = RmsNorm(a);
            return new[] { y, zeros(0, dtype: y.dtype) };
        }),
        new("aten::_native_batch_norm_legit", a =>
        {
            // Without running statistics, the next argument is the flag.
            bool tracked = a.Peek(3, "running_mean") is TensorValue;
            int at = tracked ? 5 : 3;
            a.Pass(at + 1, "momentum");
            var mean = tracked ? a.Tensor(3, "running_mean") : null;
            var variance = tracked ? a.Tensor(4, "running_var") : null;
            if (a.Flag(at, "training", false) == tracked)
                throw a.Refuse("the batch norm is in training mode; call model.eval() before tracing");
            var y = InEval(
                a.Tensor(0, "input"), mean, variance, a.TensorOrNull(1, "weight"), a.TensorOrNull(2, "bias"),
                a.Number(at + 2, "eps"));
            return Unsaved(y);
        }),
        new("aten::_native_batch_norm_legit_no_training", a =>
        {
            a.Pass(5, "momentum");
            var y = InEval(
                a.Tensor(0, "input"), a.Tensor(3, "running_mean"), a.Tensor(4, "running_var"),
                a.TensorOrNull(1, "weight"), a.TensorOrNull(2, "bias"), a.Number(6, "eps"));
            return Unsaved(y);
        }),
        new("aten::_weight_norm", a => WeightNorm(a).Weight),
        new("aten::_weight_norm_interface", a =>
        {
            var (weight, norm) = WeightNorm(a);
            return new[] { weight, norm };
        }),
        new("aten::batch_norm", a => BatchNorm(a)),
        new("aten::cudnn_batch_norm", a =>
        {
            a.Pass(6, "exponential_average_factor");
            var mean = a.TensorOrNull(3, "running_mean");
            if (a.Flag(5, "training", false) && mean is not null)
                throw a.Refuse("the batch norm is in training mode; call model.eval() before tracing");
            var y = InEval(
                a.Tensor(0, "input"), mean, a.TensorOrNull(4, "running_var"), a.Tensor(1, "weight"),
                a.TensorOrNull(2, "bias"), a.Number(7, "epsilon"));
            return new[] { y, zeros(0, dtype: y.dtype), zeros(0, dtype: y.dtype), zeros(0, dtype: ScalarType.Byte) };
        }),
        new("aten::group_norm", a =>
        {
            a.Pass(5, "cudnn_enabled");
            return GroupNorm(
                a.Tensor(0, "input"), a.Int(1, "num_groups"), a.TensorOrNull(2, "weight"), a.TensorOrNull(3, "bias"),
                a.Number(4, "eps", 1e-5));
        }),
        new("aten::instance_norm", a =>
        {
            a.Pass(6, "momentum");
            a.Pass(8, "cudnn_enabled");
            var input = a.Tensor(0, "input");
            var weight = a.TensorOrNull(1, "weight");
            var bias = a.TensorOrNull(2, "bias");
            var mean = a.TensorOrNull(3, "running_mean");
            var variance = a.TensorOrNull(4, "running_var");
            double eps = a.Number(7, "eps");
            // By running statistics it is a batch norm.
            return a.Flag(5, "use_input_stats", true)
                ? F.instance_norm(input, mean, variance, weight, bias, true, 0, eps)
                : InEval(input, mean, variance, weight, bias, eps);
        }),
        new("aten::layer_norm", a =>
        {
            a.Pass(5, "cudnn_enable");
            return F.layer_norm(
                a.Tensor(0, "input"), a.Ints(1, "normalized_shape"),
                a.TensorOrNull(2, "weight"), a.TensorOrNull(3, "bias"), a.Number(4, "eps", 1e-5));
        }),
        new("aten::native_batch_norm", a => Unsaved(BatchNorm(a))),
        new("aten::native_group_norm", a =>
        {
            a.Pass(3, "N");
            a.Pass(4, "C");
            a.Pass(5, "HxW");
            return Unsaved(GroupNorm(
                a.Tensor(0, "input"), a.Int(6, "group"), a.TensorOrNull(1, "weight"), a.TensorOrNull(2, "bias"),
                a.Number(7, "eps")));
        }),
        new("aten::native_layer_norm", a =>
        {
            var y = F.layer_norm(
                a.Tensor(0, "input"), a.Ints(1, "normalized_shape"),
                a.TensorOrNull(2, "weight"), a.TensorOrNull(3, "bias"), a.Number(4, "eps"));
            return Unsaved(y);
        }),
        new("aten::rms_norm", a => RmsNorm(a)),
    ];

    // v · g / ‖v‖, the norm over all axes but one; over all of them where that is -1.
    static (Tensor Weight, Tensor Norm) WeightNorm(Reading a)
    {
        Tensor v = a.Tensor(0, "v"), g = a.Tensor(1, "g");
        long dim = a.Int(2, "dim", 0);
        long[] others = [.. Enumerable.Range(0, (int)v.ndim).Select(axis => (long)axis).Where(axis => axis != dim)];
        var norm = v.mul(v).sum(others, keepdim: dim >= 0).sqrt();
        return (v.mul(g.div(norm)), norm);
    }

    // Without an epsilon it is that of the type which computes.
    static Tensor RmsNorm(Reading a)
    {
        var input = a.Tensor(0, "input");
        long[] axes = [.. a.Ints(1, "normalized_shape").Select((_, i) => -1L - i)];
        double eps = a.Number(3, "eps", finfo(input.dtype).eps);
        var y = input * (input.square().mean(axes, keepdim: true) + eps).rsqrt();
        return a.TensorOrNull(2, "weight") is { } weight ? y * weight : y;
    }

    // The statistics that are saved for a backward pass, which nobody reads outside training.
    static Value Unsaved(Tensor y) => new[] { y, zeros(0, dtype: y.dtype), zeros(0, dtype: y.dtype) };

    // libtorch does not take a bias without a weight.
    static Tensor GroupNorm(Tensor input, long groups, Tensor? weight, Tensor? bias, double eps) => F.group_norm(
        input, groups, weight ?? (bias is null ? null : ones_like(bias)), bias, eps);

    // batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled)
    static Tensor BatchNorm(Reading a)
    {
        a.Pass(6, "momentum");
        a.Pass(8, "cudnn_enabled");
        var input = a.Tensor(0, "input");
        var weight = a.TensorOrNull(1, "weight");
        var bias = a.TensorOrNull(2, "bias");
        var mean = a.TensorOrNull(3, "running_mean");
        var variance = a.TensorOrNull(4, "running_var");
        bool training = a.Flag(5, "training", false);
        // Without running statistics PyTorch uses the batch's own, in eval mode too; with them, training is a mistake.
        if (training && mean is not null)
            throw a.Refuse("the batch norm is in training mode; call model.eval() before tracing");
        return InEval(input, mean, variance, weight, bias, a.Number(7, "eps"));
    }

    static Tensor InEval(Tensor input, Tensor? mean, Tensor? variance, Tensor? weight, Tensor? bias, double eps)
    {
        if (mean is null || variance is null || !mean.requires_grad)
            return F.batch_norm(input, mean, variance, weight, bias, mean is null, 0, eps);
        // PyTorch's backward pass gives running statistics no gradient.
        long[] features = [1, -1, .. Enumerable.Repeat(1L, (int)Math.Max(0, input.ndim - 2))];
        var y = (input - mean.reshape(features)) * (variance + eps).rsqrt().reshape(features);
        if (weight is not null) y *= weight.reshape(features);
        return bias is null ? y : y + bias.reshape(features);
    }
}
