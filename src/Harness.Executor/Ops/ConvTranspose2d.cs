using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Transposed convolution of (n, c, h, w) with a window (c, o/groups, kh, kw). Source:
/// torch.nn.ConvTranspose2d.</summary>
/// <remarks>Output extent per axis: <c>(n - 1)·s - 2p + d·(k - 1) + outputPadding + 1</c>. It is a plain convolution of
/// the stride-dilated input, padded by <c>d·(k - 1) - p</c> below and <c>d·(k - 1) - p + outputPadding</c> above, with
/// the window reversed; either padding may be negative and then crops.</remarks>
public sealed record ConvTranspose2d : Op
{
    /// <summary>Strides along (h, w).</summary>
    public (int H, int W) Stride { get; init; } = (1, 1);

    /// <summary>What PyTorch calls padding: rows and columns cut from each side of the full output.</summary>
    public (int H, int W) Padding { get; init; }

    /// <summary>Rows and columns more at the high end; window taps reach them too.</summary>
    public (int H, int W) OutputPadding { get; init; }

    /// <summary>Dilations along (h, w).</summary>
    public (int H, int W) Dilation { get; init; } = (1, 1);

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>True when operand 2 is a bias.</summary>
    public bool Bias { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(Parse, "conv_transpose2d.input");

    /// <summary>Reads conv_transpose2d, or a general convolution that <see cref="Conv2d"/> found to be
    /// transposed.</summary>
    internal static ConvTranspose2d Parse(Bound call) => new()
    {
        Stride = call.Pair("stride"),
        Padding = call.Pair("padding"),
        OutputPadding = call.Pair("output_padding"),
        Dilation = call.Pair("dilation"),
        Groups = call.Int("groups"),
        Bias = !call.IsNone("bias"),
    };

    /// <inheritdoc/>
    internal override int[]? Demands(ReadOnlySpan<Shape?> operands) =>
        operands[1] is { Rank: 4 } w ? [0, w[0], 0, 0] : null;

    /// <inheritdoc/>
    internal override int? BatchedRank => 4;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], w = inputs[1];
        if (x.Rank != 4) throw new ShapeException($"input is {x}, expected (n, c, h, w) or (c, h, w)");
        if (w.Rank != 4) throw new ShapeException($"weight is {w}, expected (c, o/groups, kh, kw)");
        if (Stride.H < 1 || Stride.W < 1 || Dilation.H < 1 || Dilation.W < 1)
            throw new ShapeException($"stride {Stride} and dilation {Dilation} must be positive");
        if (Padding.H < 0 || Padding.W < 0) throw new ShapeException($"padding {Padding} is negative");
        if (Groups < 1 || w[0] % Groups != 0)
            throw new ShapeException($"{w[0]} input channels do not split into {Groups} groups");
        if (x[1] != w[0]) throw new ShapeException($"input has {x[1]} channels, kernel expects {w[0]}");
        if (Bias && inputs[2] != [w[1] * Groups])
            throw new ShapeException($"bias is {inputs[2]}, expected ({w[1] * Groups})");
        return
        [
            [x[0], w[1] * Groups, Extent(x[2], w[2], Stride.H, Dilation.H, Padding.H, OutputPadding.H),
                Extent(x[3], w[3], Stride.W, Dilation.W, Padding.W, OutputPadding.W)],
        ];
    }

    static int Extent(int n, int k, int stride, int dilation, int padding, int more)
    {
        if (more < 0 || more >= Math.Max(stride, dilation))
            throw new ShapeException(
                $"output padding is {more}, expected less than stride {stride} or dilation {dilation}");
        long extent = (n - 1L) * stride - 2L * padding + (long)dilation * (k - 1) + more + 1;
        return extent > 0
            ? checked((int)extent)
            : throw new ShapeException($"the output would have the extent {extent}");
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, 4);

    // Flax's ConvTranspose(transpose_kernel=True) takes (h, w, o, i); it has no groups, so a grouped one is a Conv with
    // input dilation, whose window is reversed (docs/flax-guide.md).
    Rearrangement Kernel => Groups == 1
        ? new Rearrangement("iohw", "hwoi")
        : new Rearrangement("(gi)ohw", "hwi(go)", ImmutableSortedDictionary<char, int>.Empty.Add('g', Groups), "hw");

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights => Bias
        ? [new(1, "kernel", Kernel, Form), WeightRule.OfFeatures(2, "bias")]
        : [new(1, "kernel", Kernel, Form)];

    LeafForm Form => Groups == 1 ? LeafForm.ConvTranspose : LeafForm.ReversedConv;

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        2 * inputs[0].Elements * inputs[1][1] * inputs[1][2] * inputs[1][3];
}
