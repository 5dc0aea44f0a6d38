using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Harness.Reference.Walk;

/// <summary>Convolutions of one to three spatial axes, forward and transposed.</summary>
static class Convolutions
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::_convolution", a =>
        {
            // benchmark, deterministic, cudnn_enabled, allow_tf32: choices of the machine, not of the model.
            a.Pass(9, "benchmark");
            a.Pass(10, "deterministic");
            a.Pass(11, "cudnn_enabled");
            a.Pass(12, "allow_tf32");
            return General(a);
        }),
        new("aten::_convolution_mode", Forward),
        new("aten::conv1d", Forward),
        new("aten::conv2d", Forward),
        new("aten::conv3d", Forward),
        new("aten::conv_transpose1d", Transposed),
        new("aten::conv_transpose2d", Transposed),
        new("aten::conv_transpose3d", Transposed),
        new("aten::convolution", General),
    ];

    // convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)
    static Value General(Reading a)
    {
        var input = a.Tensor(0, "input");
        var weight = a.Tensor(1, "weight");
        var bias = a.TensorOrNull(2, "bias");
        long[] stride = a.Ints(3, "stride"), padding = a.Ints(4, "padding"), dilation = a.Ints(5, "dilation");
        bool transposed = a.Flag(6, "transposed", false);
        long[] outputPadding = a.Ints(7, "output_padding");
        long groups = a.Int(8, "groups");
        // Of no use where nothing is transposed, and refused all the same.
        Full(outputPadding, (int)weight.ndim - 2);
        return transposed
            ? Transpose(a, input, weight, bias, stride, padding, outputPadding, dilation, groups)
            : Convolve(a, input, weight, bias, stride, padding, dilation, groups);
    }

    // conv2d(input, weight, bias=None, stride=1, padding=0 or a string, dilation=1, groups=1)
    static Value Forward(Reading a)
    {
        var input = a.Tensor(0, "input");
        var weight = a.Tensor(1, "weight");
        var bias = a.TensorOrNull(2, "bias");
        long[] stride = a.Ints(3, "stride", 1), dilation = a.Ints(5, "dilation", 1);
        long groups = a.Int(6, "groups", 1);
        if (a.Peek(4, "padding") is not TextValue)
            return Convolve(a, input, weight, bias, stride, a.Ints(4, "padding", 0), dilation, groups);
        string mode = a.Text(4, "padding", "valid");
        if (mode == "valid") return Convolve(a, input, weight, bias, stride, [0], dilation, groups);
        if (mode != "same") throw a.Refuse($"padding '{mode}' is neither 'valid' nor 'same'");
        if (stride.Any(step => step != 1)) throw a.Refuse("padding 'same' demands stride 1");
        return Convolve(a, PadSame(input, weight, dilation), weight, bias, stride, [0], dilation, groups);
    }

    // TorchSharp's Padding.Same leaves the uneven case to libtorch's version; said here once: the total d·(k-1) is
    // split evenly, and an odd rest goes to the end.
    static Tensor PadSame(Tensor input, Tensor weight, long[] dilation)
    {
        int axes = (int)weight.ndim - 2;
        var pads = new long[2 * axes];
        dilation = Full(dilation, axes);
        for (int axis = 0; axis < axes; axis++)
        {
            long total = dilation[axis] * (weight.shape[2 + axis] - 1);
            // Pads are listed from the last axis to the first.
            int at = 2 * (axes - 1 - axis);
            pads[at] = total / 2;
            pads[at + 1] = total - total / 2;
        }
        return F.pad(input, pads, PaddingModes.Constant, 0);
    }

    static Tensor Convolve(
        Reading a, Tensor input, Tensor weight, Tensor? bias,
        long[] stride, long[] padding, long[] dilation, long groups) =>
        weight.ndim switch
        {
            3 => F.conv1d(
                input, weight, bias, Full(stride, 1)[0], Full(padding, 1)[0], Full(dilation, 1)[0], groups),
            4 => F.conv2d(input, weight, bias, Full(stride, 2), Full(padding, 2), Full(dilation, 2), groups),
            5 => F.conv3d(input, weight, bias, Full(stride, 3), Full(padding, 3), Full(dilation, 3), groups),
            _ => throw a.Refuse($"a kernel of rank {weight.ndim}"),
        };

    // conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)
    static Value Transposed(Reading a) => Transpose(a,
        a.Tensor(0, "input"), a.Tensor(1, "weight"), a.TensorOrNull(2, "bias"),
        a.Ints(3, "stride", 1), a.Ints(4, "padding", 0), a.Ints(5, "output_padding", 0), a.Ints(7, "dilation", 1),
        a.Int(6, "groups", 1));

    static Tensor Transpose(
        Reading a, Tensor input, Tensor weight, Tensor? bias,
        long[] stride, long[] padding, long[] outputPadding, long[] dilation, long groups) =>
        weight.ndim switch
        {
            3 => F.conv_transpose1d(
                input, weight, bias,
                Full(stride, 1)[0], Full(padding, 1)[0], Full(outputPadding, 1)[0], Full(dilation, 1)[0], groups),
            4 => F.conv_transpose2d(
                input, weight, bias,
                Full(stride, 2), Full(padding, 2), Full(outputPadding, 2), Full(dilation, 2), groups),
            5 => F.conv_transpose3d(
                input, weight, bias,
                Full(stride, 3), Full(padding, 3), Full(outputPadding, 3), Full(dilation, 3), groups),
            _ => throw a.Refuse($"a kernel of rank {weight.ndim}"),
        };

    // PyTorch repeats a list of one for every axis.
    static long[] Full(long[] values, int axes) =>
        values.Length == 1 ? [.. Enumerable.Repeat(values[0], axes)]
        : values.Length == axes ? values
        : throw new ArgumentException($"a list of {values.Length} numbers for {axes} axes");
}
