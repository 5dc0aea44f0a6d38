using Harness.Reference.Modules;
using Harness.Reference.Native;
using Harness.Reference.Walk;
using TorchSharp;
using static TorchSharp.torch;

namespace Harness.Reference.Tests;

/// <summary>Each layer of TorchSharp's that is read, against its own forward.</summary>
public sealed class ModuleReadingTests
{
    static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor>> Make, long[] Input)> s_layers = new()
    {
        ["AdaptiveAvgPool1d"] = (() => nn.AdaptiveAvgPool1d(3), [2, 3, 7]),
        ["AdaptiveAvgPool3d"] = (() => nn.AdaptiveAvgPool3d([2, 1, 3]), [2, 3, 4, 5, 6]),
        ["AdaptiveMaxPool1d"] = (() => nn.AdaptiveMaxPool1d(3), [2, 3, 7]),
        ["AdaptiveMaxPool2d"] = (() => nn.AdaptiveMaxPool2d([2, 3]), [2, 3, 5, 7]),
        ["AlphaDropout"] = (() => nn.AlphaDropout(0.5), [2, 6]),
        ["AvgPool1d"] = (() => nn.AvgPool1d(3, 2, 1, ceil_mode: true), [2, 3, 8]),
        ["AvgPool1d alone"] = (() => nn.AvgPool1d(3), [2, 3, 8]),
        ["AvgPool2d divisor"] = (() => nn.AvgPool2d((2, 3), (1, 2), (1, 0), divisor_override: 5), [2, 3, 6, 7]),
        ["AvgPool3d"] = (() => nn.AvgPool3d((2, 1, 3), (1, 2, 1), count_include_pad: false), [2, 3, 4, 5, 6]),
        ["BatchNorm1d"] = (() => nn.BatchNorm1d(3, eps: 1e-2), [4, 3]),
        ["BatchNorm2d plain"] = (() => nn.BatchNorm2d(3, affine: false), [2, 3, 4, 5]),
        ["CELU"] = (() => nn.CELU(0.6), [2, 6]),
        ["ChannelShuffle"] = (() => nn.ChannelShuffle(3), [2, 6, 3, 4]),
        ["ConstantPad1d"] = (() => nn.ConstantPad1d((1, 2), 0.5), [2, 3, 5]),
        ["ConstantPad2d"] = (() => nn.ConstantPad2d((1, 2, 0, 3), -0.5), [2, 3, 5, 4]),
        ["ConstantPad3d"] = (() => nn.ConstantPad3d((1, 0, 0, 3, 2, 1), -0.5), [2, 3, 5, 4, 3]),
        ["Conv1d circular"] = (() => nn.Conv1d(4, 6, 3, padding: 2, groups: 2,
            padding_mode: PaddingModes.Circular), [2, 4, 7]),
        ["Conv2d replicate"] = (() => nn.Conv2d(3, 4, (3, 2), padding: (1, 2),
            padding_mode: PaddingModes.Replicate), [2, 3, 6, 7]),
        ["Conv2d valid"] = (() => nn.Conv2d(3, 4, 3, padding: Padding.Valid), [2, 3, 6, 7]),
        ["Conv2d same"] = (() => nn.Conv2d(3, 4, 4, padding: Padding.Same, dilation: 2), [2, 3, 9, 8]),
        ["Conv3d"] = (() => nn.Conv3d(2, 4, (3, 1, 2), stride: (1, 2, 1), padding: (1, 0, 1)), [2, 2, 4, 5, 6]),
        ["ConvTranspose1d"] = (() => nn.ConvTranspose1d(4, 6, 3, stride: 2, groups: 2, dilation: 2), [2, 4, 5]),
        ["ConvTranspose2d"] = (
            () => nn.ConvTranspose2d(4, 6, 3, stride: 3, padding: 1, output_padding: 2), [2, 4, 5, 3]),
        ["ConvTranspose3d"] = (() => nn.ConvTranspose3d(2, 3, 2, stride: 2, bias: false), [1, 2, 2, 3, 2]),
        ["Dropout2d"] = (() => nn.Dropout2d(0.5), [2, 3, 4, 5]),
        ["ELU"] = (() => nn.ELU(0.7), [2, 6]),
        ["Flatten"] = (() => nn.Flatten(2, 3), [2, 3, 4, 5, 2]),
        ["GELU"] = (() => nn.GELU(), [2, 6]),
        ["GELU tanh"] = (() => nn.GELU(TorchSharp.Modules.GELU.Approximate.tanh), [2, 6]),
        ["GLU"] = (() => nn.GLU(1), [2, 6, 3]),
        ["GroupNorm plain"] = (() => nn.GroupNorm(3, 6, eps: 1e-2, affine: false), [2, 6, 3]),
        ["Hardshrink"] = (() => nn.Hardshrink(0.3), [2, 6]),
        ["Hardsigmoid"] = (() => nn.Hardsigmoid(), [2, 6]),
        ["Hardswish"] = (() => nn.Hardswish(), [2, 6]),
        ["Identity"] = (() => nn.Identity(), [2, 6]),
        ["InstanceNorm1d"] = (() => nn.InstanceNorm1d(3, eps: 1e-2), [2, 3, 9]),
        ["InstanceNorm2d"] = (() => nn.InstanceNorm2d(3, affine: true), [2, 3, 4, 5]),
        ["InstanceNorm3d tracking"] = (
            () => nn.InstanceNorm3d(3, affine: true, track_running_stats: true), [2, 3, 4, 5, 2]),
        ["LayerNorm"] = (() => nn.LayerNorm([4, 5], eps: 1e-2), [2, 3, 4, 5]),
        ["LeakyReLU"] = (() => nn.LeakyReLU(0.2), [2, 6]),
        ["Linear"] = (() => nn.Linear(6, 4, hasBias: false), [2, 3, 6]),
        ["LogSigmoid"] = (() => nn.LogSigmoid(), [2, 6]),
        ["LogSoftmax"] = (() => nn.LogSoftmax(1), [2, 6, 3]),
        ["MaxPool1d"] = (() => nn.MaxPool1d(3, 2, 1, 2, ceil_mode: true), [2, 3, 9]),
        ["MaxPool1d alone"] = (() => nn.MaxPool1d(3), [2, 3, 9]),
        ["MaxPool2d"] = (() => nn.MaxPool2d((2, 3), padding: (1, 1), dilation: (2, 1)), [2, 3, 8, 9]),
        ["MaxPool3d"] = (() => nn.MaxPool3d((2, 1, 3), (1, 2, 1)), [2, 3, 4, 5, 6]),
        ["Mish"] = (() => nn.Mish(), [2, 6]),
        ["PReLU"] = (() => nn.PReLU(3, 0.3), [2, 3, 4]),
        ["PixelShuffle"] = (() => nn.PixelShuffle(2), [2, 8, 3, 4]),
        ["PixelUnshuffle"] = (() => nn.PixelUnshuffle(2), [2, 3, 4, 6]),
        ["RReLU"] = (() => nn.RReLU(0.1, 0.3), [2, 6]),
        ["ReLU"] = (() => nn.ReLU(), [2, 6]),
        ["ReLU6"] = (() => nn.ReLU6(), [2, 6]),
        ["ReflectionPad1d"] = (() => nn.ReflectionPad1d((2, 1)), [2, 3, 5]),
        ["ReflectionPad2d"] = (() => nn.ReflectionPad2d((2, 1, 0, 3)), [2, 3, 5, 4]),
        ["ReplicationPad2d"] = (() => nn.ReplicationPad2d((2, 1, 0, 3)), [2, 3, 5, 4]),
        ["ReplicationPad3d"] = (() => nn.ReplicationPad3d((2, 1, 0, 3, 1, 1)), [2, 3, 5, 4, 2]),
        ["SELU"] = (() => nn.SELU(), [2, 6]),
        ["SiLU"] = (() => nn.SiLU(), [2, 6]),
        ["Sigmoid"] = (() => nn.Sigmoid(), [2, 6]),
        ["Softmax"] = (() => nn.Softmax(1), [2, 6, 3]),
        ["Softmax2d"] = (() => nn.Softmax2d(), [2, 6, 3, 2]),
        ["Softmin"] = (() => nn.Softmin(1), [2, 6]),
        ["Softplus"] = (() => nn.Softplus(2, 3), [2, 6]),
        ["Softshrink"] = (() => nn.Softshrink(0.2), [2, 6]),
        ["Softsign"] = (() => nn.Softsign(), [2, 6]),
        ["Tanh"] = (() => nn.Tanh(), [2, 6]),
        ["Tanhshrink"] = (() => nn.Tanhshrink(), [2, 6]),
        ["Threshold"] = (() => nn.Threshold(-0.2, 0.1), [2, 6]),
        ["Unflatten"] = (() => nn.Unflatten(1, [2, 3]), [2, 6, 4]),
        ["Upsample nearest"] = (() => nn.Upsample(scale_factor: [2, 3]), [2, 3, 4, 5]),
        ["Upsample size"] = (() => nn.Upsample([7], mode: UpsampleMode.Linear), [2, 3, 4]),
        ["Upsample bicubic"] = (
            () => nn.Upsample([7, 9], mode: UpsampleMode.Bicubic, align_corners: true), [2, 3, 4, 5]),
        ["Upsample trilinear"] = (
            () => nn.Upsample(scale_factor: [2, 1.5, 2], mode: UpsampleMode.Trilinear), [1, 2, 4, 4, 2]),
        ["ZeroPad2d"] = (() => nn.ZeroPad2d((2, 1, 0, 3)), [2, 3, 5, 4]),
    };

    public static TheoryData<string> Names => [.. s_layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_layer_is_read_as_it_computes(string name)
    {
        TorchLibrary.Load();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(3);
        var (make, shape) = s_layers[name];
        using var layer = make();
        foreach (var (_, held) in layer.state_dict())
            if (held.is_floating_point()) held.copy_(rand_like(held) + 0.5);
        // In another: keys have its name before them.
        using var module = nn.Sequential(("it", layer));
        module.eval();
        var x = randn(shape, ScalarType.Float64);

        var (graph, weights) = new ModuleReading("a.dll#A").Read(module);
        var walked = new GraphWalk(graph, weights, "a", ScalarType.Float64, CPU).Run([x], null);
        layer.to(ScalarType.Float64);
        var expected = layer.call(x);

        walked[0].Tensor.shape.Should().Equal(expected.shape);
        walked[0].Tensor.allclose(expected, 1e-12, 1e-12).Should().BeTrue();
    }
}
