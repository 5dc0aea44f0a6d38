using TorchSharp;
using static TorchSharp.torch;

namespace Harness.Reference.Tests;

/// <summary>Modules of a user's assembly: this one.</summary>
public static class SampleModules
{
    /// <summary>Layers of a picture, none with the arguments that it has unless said.</summary>
    public static nn.Module<Tensor, Tensor> Picture() => nn.Sequential(
        ("stem", nn.Sequential(
            ("conv", nn.Conv2d(3, 8, (3, 5), stride: (2, 1), padding: (1, 2), dilation: (1, 1), bias: false)),
            ("bn", nn.BatchNorm2d(8, eps: 1e-3)),
            ("act", nn.LeakyReLU(0.2)))),
        ("depth", nn.Conv2d(8, 8, 3, padding: 2, dilation: 2, groups: 4, padding_mode: PaddingModes.Reflect)),
        ("same", nn.Conv2d(8, 6, 3, padding: Padding.Same)),
        ("group", nn.GroupNorm(3, 6, eps: 1e-4)),
        ("gelu", nn.GELU(TorchSharp.Modules.GELU.Approximate.tanh)),
        ("pool", nn.MaxPool2d(3, stride: 2, padding: 1, ceil_mode: true)),
        ("drop", nn.Dropout(0.5)),
        ("up", nn.ConvTranspose2d(6, 4, 3, stride: 2, padding: 1, output_padding: 1)),
        ("prelu", nn.PReLU(4, 0.3)),
        ("pad", nn.ReplicationPad2d((1, 2, 3, 0))),
        ("avg", nn.AvgPool2d((2, 3), (2, 2), (1, 1), count_include_pad: false)),
        ("resize", nn.Upsample(scale_factor: [2, 2], mode: UpsampleMode.Bilinear, align_corners: true)),
        ("shuffle", nn.PixelShuffle(2)),
        ("adaptive", nn.AdaptiveAvgPool2d([3, 2])),
        ("flat", nn.Flatten()),
        ("fc", nn.Linear(6, 7)),
        ("elu", nn.ELU(0.7)),
        ("norm", nn.LayerNorm(7, eps: 1e-3)),
        ("head", nn.Linear(7, 5, hasBias: false)),
        ("soft", nn.LogSoftmax(1)));

    /// <summary>Activations, one after the other.</summary>
    public static nn.Module<Tensor, Tensor> Activations => nn.Sequential(
        nn.Linear(6, 8), nn.SELU(), nn.CELU(0.6), nn.Linear(8, 8), nn.SiLU(), nn.Mish(), nn.Softplus(2, 10),
        nn.Linear(8, 8), nn.Hardswish(), nn.Softsign(), nn.Tanhshrink(), nn.Linear(8, 8),
        nn.Hardshrink(0.1), nn.Softshrink(0.05), nn.Threshold(-0.2, 0.1), nn.LogSigmoid(), nn.Linear(8, 8),
        nn.ReLU6(), nn.Hardsigmoid(), nn.RReLU(0.1, 0.3), nn.GLU(1), nn.Tanh(), nn.Sigmoid(), nn.Identity(),
        nn.Softmin(1));

    /// <summary>A sequence: words, windows of one axis.</summary>
    public static nn.Module<Tensor, Tensor> Words() => nn.Sequential(
        ("embed", nn.Embedding(11, 6)), ("conv", nn.Conv1d(4, 5, 3, padding: 1, stride: 2)),
        ("bn", nn.BatchNorm1d(5)), ("pool", nn.AvgPool1d(2, 1)), ("flat", nn.Flatten()), ("fc", nn.Linear(10, 3)));

    /// <summary>Volumes.</summary>
    public static nn.Module<Tensor, Tensor> Volume() => nn.Sequential(
        ("conv", nn.Conv3d(2, 4, (3, 1, 2), stride: (1, 2, 1))), ("bn", nn.BatchNorm3d(4)), ("relu", nn.ReLU()),
        ("pool", nn.MaxPool3d(2)), ("adaptive", nn.AdaptiveAvgPool3d([1, 1, 1])), ("flat", nn.Flatten()),
        ("fc", nn.Linear(4, 3)));

    /// <summary>Two things that are not read, and one that is.</summary>
    public static nn.Module<Tensor, Tensor> Unsupported() => nn.Sequential(
        ("own", new Own()), ("fc", nn.Linear(4, 4)), ("norm", nn.LocalResponseNorm(3)), ("tanh", nn.Hardtanh()),
        ("deep", nn.Sequential(("lp", nn.LPPool2d(2, [2, 2])))));

    /// <summary>Weights of another seed each time.</summary>
    public static nn.Module<Tensor, Tensor> Drawn()
    {
        var linear = nn.Linear(4, 3);
        using var noGrad = no_grad();
        linear.bias!.fill_(Random.Shared.NextDouble());
        return nn.Sequential(("fc", linear));
    }

    public static nn.Module<Tensor, Tensor> Throws() => throw new InvalidOperationException("no file\nof mine");

    public static string NoModule() => "text";

    /// <summary>A forward of its own.</summary>
    public sealed class Own() : nn.Module<Tensor, Tensor>("own")
    {
        public override Tensor forward(Tensor input) => input * 2;
    }

    /// <summary>A class of one of TorchSharp's, with its forward.</summary>
    public sealed class Derived() : TorchSharp.Modules.Sequential(("fc", nn.Linear(4, 3)), ("relu", nn.ReLU()));

    public abstract class Abstract() : nn.Module<Tensor, Tensor>("abstract");

    public sealed class Generic<T>() : nn.Module<Tensor, Tensor>("generic")
    {
        public override Tensor forward(Tensor input) => input;
    }

    public sealed class NeedsWords(int words) : nn.Module<Tensor, Tensor>($"{words}")
    {
        public override Tensor forward(Tensor input) => input;
    }
}
