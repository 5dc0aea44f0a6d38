using System.Collections.Immutable;
using Harness.Executor.Model;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Harness.Reference.Modules;

/// <summary>The calls of one layer, with the arguments that its properties state; in eval mode.</summary>
/// <param name="path">The layer's name, the beginning of its state-dict keys.</param>
/// <param name="graph">Takes the calls.</param>
/// <param name="weights">Takes what they read.</param>
sealed class LayerCalls(string path, GraphBuilder graph, StateDict weights)
{
    /// <summary>What of a layer that is known otherwise is not supported; null where the layer itself is not.</summary>
    public string? Form { get; private set; }

    /// <summary>The result of a layer; null where it is not supported.</summary>
    public int? Read(nn.Module module, int x) => module switch
    {
        Identity or Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout => x,
        Linear one => Call("linear", x, Weight("weight", one.weight), Weight("bias", one.bias)),
        Embedding one => Call("embedding", Weight("weight", one.weight), Argument.Value(x)),
        Conv1d or Conv2d or Conv3d => Convolution((TorchSharp.Modules.Convolution)module, x),
        ConvTranspose1d or ConvTranspose2d or ConvTranspose3d =>
            Transposed((TorchSharp.Modules.Convolution)module, x),
        BatchNorm1d or BatchNorm2d or BatchNorm3d => Norm((BatchNorm)module, x),
        InstanceNorm1d or InstanceNorm2d or InstanceNorm3d => Norm((InstanceNorm)module, x),
        LayerNorm one => Call("layer_norm", x, Ints(one.normalized_shape), Weight("weight", one.weight),
            Weight("bias", one.bias), Argument.Of(one.eps), Argument.Of(true)),
        GroupNorm one => Call("group_norm", x, Argument.Of(one.num_groups), Weight("weight", one.weight),
            Weight("bias", one.bias), Argument.Of(one.eps), Argument.Of(true)),
        PReLU one => Call("prelu", x, Weight("weight", one.weight)),
        Flatten one => Call("flatten", x, Argument.Of(one.start_dim), Argument.Of(one.end_dim)),
        Unflatten one => Call("unflatten", x, Argument.Of(one.dim), Ints(one.unflattened_size)),
        PixelShuffle one => Call("pixel_shuffle", x, Argument.Of(one.upscale_factor)),
        PixelUnshuffle one => Call("pixel_unshuffle", x, Argument.Of(one.downscale_factor)),
        ChannelShuffle one => Call("channel_shuffle", x, Argument.Of(one.groups)),
        Upsample one => Resized(one, x),
        _ => Pooled(module, x) ?? Padded(module, x) ?? Activated(module, x),
    };

    int? Pooled(nn.Module module, int x) => module switch
    {
        MaxPool1d one => Call("max_pool1d", x, Ints(one.kernel_size), Ints(one.stride), Ints(one.padding ?? 0),
            Ints(one.dilation ?? 1), Argument.Of(one.ceil_mode)),
        MaxPool2d one => Call("max_pool2d", x, Ints(one.kernel_size), Ints(one.stride), Ints(one.padding, 0),
            Ints(one.dilation, 1), Argument.Of(one.ceil_mode)),
        MaxPool3d one => Call("max_pool3d", x, Ints(one.kernel_size), Ints(one.stride), Ints(one.padding, 0),
            Ints(one.dilation, 1), Argument.Of(one.ceil_mode)),
        AvgPool1d one => Call("avg_pool1d", x, Ints(one.kernel_size), Ints(one.stride), Ints(one.padding ?? 0),
            Argument.Of(one.ceil_mode), Argument.Of(one.count_include_pad)),
        AvgPool2d one => Call("avg_pool2d", x, Ints(one.kernel_size), Ints(one.stride), Ints(one.padding, 0),
            Argument.Of(one.ceil_mode), Argument.Of(one.count_include_pad), Whole(one.divisor_override)),
        AvgPool3d one => Call("avg_pool3d", x, Ints(one.kernel_size), Ints(one.stride), Ints(one.padding, 0),
            Argument.Of(one.ceil_mode), Argument.Of(one.count_include_pad), Whole(one.divisor_override)),
        AdaptiveAvgPool1d one => Call("adaptive_avg_pool1d", x, Ints(one.output_size)),
        AdaptiveAvgPool2d one => Call("adaptive_avg_pool2d", x, Ints(one.output_size)),
        AdaptiveAvgPool3d one => Call("adaptive_avg_pool3d", x, Ints(one.output_size)),
        // The second result says where each maximum lay; the layer gives the first alone.
        AdaptiveMaxPool1d one => Calls("adaptive_max_pool1d", 2, x, Ints(one.output_size)),
        AdaptiveMaxPool2d one => Calls("adaptive_max_pool2d", 2, x, Ints(one.output_size)),
        AdaptiveMaxPool3d one => one.output_size is { Length: > 0 } size
            ? Calls("adaptive_max_pool3d", 2, x, Ints(size))
            : Refuse("an output_size that TorchSharp does not tell"),
        _ => null,
    };

    int? Padded(nn.Module module, int x) => module switch
    {
        ZeroPad2d one => Call("pad", x, Ints(one.padding), Argument.Of("constant"), Argument.Of(0.0)),
        ConstantPad1d or ConstantPad2d or ConstantPad3d => Call("pad", x, Ints(((PadBase)module).padding),
            Argument.Of("constant"), Argument.Of(((PadBase)module).value)),
        ReflectionPad1d or ReflectionPad2d or ReflectionPad3d => Pad(x, ((PadBase)module).padding, "reflect"),
        ReplicationPad1d or ReplicationPad2d or ReplicationPad3d => Pad(x, ((PadBase)module).padding, "replicate"),
        _ => null,
    };

    int? Activated(nn.Module module, int x) => module switch
    {
        ReLU => Call("relu", x),
        ReLU6 => Call("relu6", x),
        SELU => Call("selu", x),
        SiLU => Call("silu", x),
        Mish => Call("mish", x),
        Tanh => Call("tanh", x),
        Sigmoid => Call("sigmoid", x),
        LogSigmoid => Call("log_sigmoid", x),
        Hardswish => Call("hardswish", x),
        Hardsigmoid => Call("hardsigmoid", x),
        GELU one => Of("gelu", [Argument.Value(x)],
            [new Keyword("approximate", Argument.Of(one.approximate == GELU.Approximate.tanh ? "tanh" : "none"))]),
        ELU one => Call("elu", x, Argument.Of(one.alpha), Argument.Of(1), Argument.Of(1)),
        CELU one => Call("celu", x, Argument.Of(one.alpha)),
        GLU one => Call("glu", x, Argument.Of(one.dim)),
        LeakyReLU one => Call("leaky_relu", x, Argument.Of(one.negative_slope)),
        // In eval mode the mean of what is drawn in training.
        RReLU one => Call("leaky_relu", x, Argument.Of((one.lower + one.upper) / 2)),
        // TorchSharp 0.107 returns what it is given, whatever the bounds; a later one may not.
        Hardtanh => Refuse("a forward that TorchSharp leaves without effect; ReLU6 or a graph of yours clamps"),
        Hardshrink one => Call("hardshrink", x, Argument.Of(one.lambda)),
        Softshrink one => Call("softshrink", x, Argument.Of(one.lambda)),
        Softplus one => Call("softplus", x, Argument.Of(one.beta), Argument.Of(one.threshold)),
        Threshold one => Call("threshold", x, Argument.Of(one.threshold), Argument.Of(one.value)),
        Tanhshrink => Call("sub", x, Argument.Value(Call("tanh", x))),
        Softsign => Call("div", x, Argument.Value(
            Call("add", Call("abs", x), Argument.Of(1)))),
        Softmax one => Call("softmax", x, Argument.Of(one.dim), Argument.None),
        LogSoftmax one => Call("log_softmax", x, Argument.Of(one.dim), Argument.None),
        Softmin one => Call("softmax", Call("neg", x), Argument.Of(one.dim), Argument.None),
        Softmax2d => Call("softmax", x, Argument.Of(-3), Argument.None),
        _ => null,
    };

    int? Convolution(TorchSharp.Modules.Convolution one, int x)
    {
        string target = $"conv{one.kernel_size.Length}d";
        var padding = one.padding_type is { } named
            ? Argument.Of(named == TorchSharp.Padding.Same ? "same" : "valid") : Ints(one.padding, 0);
        if (one.padding_mode != PaddingModes.Zeros)
        {
            if (one.padding_type == TorchSharp.Padding.Same)
                return Refuse($"padding 'same' of mode {one.padding_mode}");
            if (one.padding_type is null)
            {
                // Both sides of each axis, the last axis first, as pad wants them.
                long[] sides = [.. (one.padding ?? []).Reverse().SelectMany(side => (long[])[side, side])];
                string? mode = one.padding_mode switch
                {
                    PaddingModes.Reflect => "reflect",
                    PaddingModes.Replicate => "replicate",
                    PaddingModes.Circular => "circular",
                    _ => null,
                };
                if (mode is null) return Refuse($"padding of mode {one.padding_mode}");
                (x, padding) = (Pad(x, sides, mode), Ints(new long[one.kernel_size.Length]));
            }
        }
        return Call(target, x, Weight("weight", one.weight), Weight("bias", one.bias), Ints(one.stride, 1), padding,
            Ints(one.dilation, 1), Argument.Of(one.groups));
    }

    int? Transposed(TorchSharp.Modules.Convolution one, int x)
    {
        if (one.padding_mode != PaddingModes.Zeros || one.padding_type is not null)
            return Refuse($"padding {one.padding_type} of mode {one.padding_mode}");
        return Call($"conv_transpose{one.kernel_size.Length}d", x, Weight("weight", one.weight),
            Weight("bias", one.bias), Ints(one.stride, 1), Ints(one.padding, 0), Ints(one.output_padding, 0),
            Argument.Of(one.groups), Ints(one.dilation, 1));
    }

    int Norm(BatchNorm one, int x) => Call("batch_norm", x, Weight("weight", one.weight), Weight("bias", one.bias),
        Weight("running_mean", one.running_mean), Weight("running_var", one.running_var),
        Argument.Of(one.running_mean is null), Argument.Of(one.momentum ?? 0), Argument.Of(one.eps),
        Argument.Of(true));

    int Norm(InstanceNorm one, int x) => Call("instance_norm", x, Weight("weight", one.weight),
        Weight("bias", one.bias), Weight("running_mean", one.running_mean), Weight("running_var", one.running_var),
        Argument.Of(!one.track_running_stats), Argument.Of(one.momentum ?? 0), Argument.Of(one.eps),
        Argument.Of(true));

    int? Resized(Upsample one, int x)
    {
        long[] size = one.size.ToArray();
        double[] scales = one.scale_factor.ToArray();
        int axes = Math.Max(size.Length, scales.Length);
        string? target = one.mode switch
        {
            UpsampleMode.Nearest when axes is >= 1 and <= 3 => $"upsample_nearest{axes}d",
            UpsampleMode.Linear when axes == 1 => "upsample_linear1d",
            UpsampleMode.Bilinear when axes == 2 => "upsample_bilinear2d",
            UpsampleMode.Bicubic when axes == 2 => "upsample_bicubic2d",
            UpsampleMode.Trilinear when axes == 3 => "upsample_trilinear3d",
            _ => null,
        };
        if (target is null || one.recompute_scale_factor == true)
            return Refuse(target is null ? $"mode {one.mode} of {axes} axes" : "recompute_scale_factor");
        var extents = size.Length > 0 ? Ints(size) : Argument.None;
        var factors = size.Length > 0 ? Argument.None : Argument.Of([.. scales.Select(Argument.Of)]);
        return one.mode == UpsampleMode.Nearest ? Call(target, x, extents, factors)
            : Call(target, x, extents, Argument.Of(one.align_corners ?? false), factors);
    }

    int? Refuse(string form)
    {
        Form = form;
        return null;
    }

    int Pad(int x, long[] sides, string mode) =>
        Call("pad", x, Ints(sides), Argument.Of(mode), Argument.None);

    Argument Weight(string key, TorchTensor? tensor)
    {
        if (tensor is null) return Argument.None;
        string full = path.Length == 0 ? key : $"{path}.{key}";
        var stored = TorchTensors.Store(tensor);
        weights.Add(full, stored);
        return Argument.Value(graph.Parameter(
            full, stored.Shape, stored.Type, isBuffer: key.StartsWith("running_", StringComparison.Ordinal)));
    }

    static Argument Ints(params ReadOnlySpan<long> numbers)
    {
        var items = ImmutableArray.CreateBuilder<Argument>(numbers.Length);
        foreach (long number in numbers) items.Add(Argument.Of(number));
        return Argument.Of(items.MoveToImmutable());
    }

    static Argument Ints(long? number) => number is { } one ? Ints([one]) : Ints([]);

    // What nobody stated.
    static Argument Ints(long[]? numbers, long otherwise) => numbers is null ? Ints([otherwise]) : Ints(numbers);

    static Argument Whole(long? number) => number is { } one ? Argument.Of(one) : Argument.None;

    int Call(string target, int x, params ReadOnlySpan<Argument> others) =>
        Of(target, [Argument.Value(x), .. others], []);

    int Call(string target, Argument first, Argument second) => Of(target, [first, second], []);

    int Calls(string target, int results, int x, Argument size) => graph.Call(
        $"aten::{target}", [Argument.Value(x), size], [], results, new SourcePlace(path, "", 0))[0];

    int Of(string target, ImmutableArray<Argument> arguments, ImmutableArray<Keyword> keywords) => graph.Call(
        $"aten::{target}", arguments, keywords, 1, new SourcePlace(path, "", 0))[0];
}
