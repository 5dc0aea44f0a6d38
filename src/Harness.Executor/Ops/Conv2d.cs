using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Cross-correlation of (n, c, h, w) with a window (o, c/groups, kh, kw). Source: torch.nn.Conv2d.</summary>
/// <remarks>Output extent per axis: <c>floor((n + lo + hi - d·(k-1) - 1) / s) + 1</c>. Each output is a chain of
/// fused multiply-adds over (kh, kw, ci), in blocks of 256, blocks added in order, then the bias.</remarks>
public sealed record Conv2d : Op
{
    /// <summary>Strides along (h, w).</summary>
    public (int H, int W) Stride { get; init; } = (1, 1);

    /// <summary>Zero padding: rows above, columns left, rows below, columns right.</summary>
    public Padding2d Padding { get; init; }

    /// <summary>Dilations along (h, w).</summary>
    public (int H, int W) Dilation { get; init; } = (1, 1);

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>True when operand 2 is a bias.</summary>
    public bool Bias { get; init; }

    /// <summary>True for torch's <c>padding='same'</c>: the amount follows from the window, the odd one goes below and
    /// right.</summary>
    public bool SamePadding { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "conv2d", "conv2d.padding", "_convolution_mode", "convolution", "_convolution", "_convolution.deprecated");

    static Op Parse(Bound call)
    {
        // conv2d is of rank 2 by its name; the general operators have one stride an axis of the window.
        int rank = call.Call.Target.StartsWith("aten::conv2d", StringComparison.Ordinal)
            ? 2
            : call.Ints("stride").Length;
        if (rank != 2) throw call.Refuse($"a {rank}-d convolution, expected 2-d");
        if (call.Has("transposed") && call.Bool("transposed")) return ConvTranspose2d.Parse(call);
        var op = new Conv2d
        {
            Stride = call.Pair("stride"),
            Dilation = call.Pair("dilation"),
            Groups = call.Int("groups"),
            Bias = !call.IsNone("bias"),
        };
        if (!call.IsText("padding"))
        {
            var (h, w) = call.Pair("padding");
            if (h < 0 || w < 0) throw call.Refuse($"padding ({h}, {w}) is negative; PyTorch refuses it too");
            return op with { Padding = Padding2d.Symmetric(h, w) };
        }
        return call.Text("padding") switch
        {
            "valid" => op,
            "same" when op.Stride == (1, 1) => op with { SamePadding = true },
            "same" => throw call.Refuse("padding='same' with a stride: PyTorch refuses it too"),
            var other => throw call.Refuse($"padding='{other}', expected 'same' or 'valid'"),
        };
    }

    /// <summary>The padding for this window: <see cref="Padding"/>, or what 'same' amounts to.</summary>
    public Padding2d PaddingFor(int kh, int kw)
    {
        if (!SamePadding) return Padding;
        int h = Dilation.H * (kh - 1), w = Dilation.W * (kw - 1);
        return new Padding2d(h / 2, w / 2, h - h / 2, w - w / 2);
    }

    /// <inheritdoc/>
    internal override int[]? Demands(ReadOnlySpan<Shape?> operands) =>
        operands[1] is { Rank: 4 } w ? [0, w[1] * Groups, 0, 0] : null;

    /// <inheritdoc/>
    internal override int? BatchedRank => 4;

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], w = inputs[1];
        if (x.Rank != 4) throw new ShapeException($"input is {x}, expected (n, c, h, w) or (c, h, w)");
        if (w.Rank != 4) throw new ShapeException($"weight is {w}, expected (o, c/groups, kh, kw)");
        if (Stride.H < 1 || Stride.W < 1 || Dilation.H < 1 || Dilation.W < 1)
            throw new ShapeException($"stride {Stride} and dilation {Dilation} must be positive");
        if (Groups < 1 || w[0] % Groups != 0)
            throw new ShapeException($"{w[0]} output channels do not split into {Groups} groups");
        if (x[1] != w[1] * Groups)
            throw new ShapeException($"input has {x[1]} channels, kernel expects {w[1] * Groups}");
        if (Bias && inputs[2] != [w[0]]) throw new ShapeException($"bias is {inputs[2]}, expected ({w[0]})");
        var padding = PaddingFor(w[2], w[3]);
        return
        [
            [x[0], w[0], Extent(x[2], w[2], Stride.H, Dilation.H, padding.Top + padding.Bottom),
                Extent(x[3], w[3], Stride.W, Dilation.W, padding.Left + padding.Right)],
        ];
    }

    static int Extent(int n, int k, int stride, int dilation, int padding)
    {
        long room = (long)n + padding - (long)dilation * (k - 1) - 1;
        if (room < 0)
            throw new ShapeException(
                $"the window spans {(long)dilation * (k - 1) + 1}, the padded input only {(long)n + padding}");
        return checked((int)(room / stride + 1));
    }

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, 4);

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights => Bias
        ? [new(1, "kernel", new Rearrangement("oihw", "hwio"), LeafForm.Conv), WeightRule.OfFeatures(2, "bias")]
        : [new(1, "kernel", new Rearrangement("oihw", "hwio"), LeafForm.Conv)];

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        2 * output.Elements * inputs[1][1] * inputs[1][2] * inputs[1][3];
}
