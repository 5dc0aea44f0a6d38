using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Transposed convolution of (n, c, …) with a window (c, o/groups, …) of one to three axes. Source:
/// torch.nn.ConvTranspose1d, ConvTranspose2d and ConvTranspose3d.</summary>
/// <remarks>Output extent per axis: <c>(n - 1)·s - 2p + d·(k - 1) + outputPadding + 1</c>. It is a plain convolution of
/// the stride-dilated input, padded by <c>d·(k - 1) - p</c> below and <c>d·(k - 1) - p + outputPadding</c> above, with
/// the window reversed; either padding may be negative and then crops.</remarks>
/// <param name="Axes">Axes of the window.</param>
public sealed record ConvTranspose(int Axes) : Op
{
    /// <inheritdoc/>
    public override string Name => $"ConvTranspose{Axes}d";

    /// <summary>Strides by axis.</summary>
    public IntList Stride { get; init; } = IntList.Repeat(1, Axes);

    /// <summary>What PyTorch calls padding: what is cut from each side of the full output.</summary>
    public IntList Padding { get; init; } = IntList.Repeat(0, Axes);

    /// <summary>Outputs more at the high ends; window taps reach them too.</summary>
    public IntList OutputPadding { get; init; } = IntList.Repeat(0, Axes);

    /// <summary>Dilations by axis.</summary>
    public IntList Dilation { get; init; } = IntList.Repeat(1, Axes);

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>True when operand 2 is a bias.</summary>
    public bool Bias { get; init; }

    /// <summary>True when lists of one number leave it to the weight how many axes there are.</summary>
    public bool AxesOfWeight { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        call => Parse(call, Window.AxesOf(call)!.Value),
        "conv_transpose1d", "conv_transpose2d.input", "conv_transpose3d.input");

    /// <summary>Reads conv_transpose2d and its like, or a general convolution that <see cref="Conv"/> found to be
    /// transposed.</summary>
    internal static ConvTranspose Parse(Bound call, int axes) => new(axes)
    {
        Stride = [.. call.Ints("stride", axes)],
        Padding = [.. call.Ints("padding", axes)],
        OutputPadding = [.. call.Ints("output_padding", axes)],
        Dilation = [.. call.Ints("dilation", axes)],
        Groups = call.Int("groups"),
        Bias = !call.IsNone("bias"),
    };

    /// <inheritdoc/>
    internal override Op Settled(ReadOnlySpan<Fact> operands)
    {
        if (!AxesOfWeight) return this;
        int axes = Window.AxesOf(operands[1].Shape, Axes);
        return new ConvTranspose(axes)
        {
            Stride = IntList.Repeat(Stride[0], axes),
            Padding = IntList.Repeat(Padding[0], axes),
            OutputPadding = IntList.Repeat(OutputPadding[0], axes),
            Dilation = IntList.Repeat(Dilation[0], axes),
            Groups = Groups,
            Bias = Bias,
        };
    }

    /// <inheritdoc/>
    internal override int[][] Demands(ReadOnlySpan<Shape?> operands) =>
        operands[1] is { } w && w.Rank == (AxesOfWeight ? Window.AxesOf(w, Axes) : Axes) + 2
            ? [[0, w[0], .. new int[w.Rank - 2]]]
            : [];

    /// <inheritdoc/>
    internal override int? BatchedRank => Axes + 2;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], w = inputs[1];
        if ((Window.MisfitOfRank(x, Axes) ?? Window.MisfitOfPlanes(x)) is { } input) return input;
        if (w.Rank != Axes + 2) return $"weight is {w}, expected {Window.Letters("c, o/groups, ", Axes, "k")}";
        if ((Window.MisfitOfSteps(Stride, Dilation) ?? Window.MisfitOfWeight(w, outputs: w[1])) is { } window)
            return window;
        if (Padding.Any(amount => amount < 0)) return $"padding {Padding} is negative";
        if (Groups < 1 || w[0] % Groups != 0) return $"{w[0]} input channels do not split into {Groups} groups";
        if (x[1] != w[0]) return $"input has {x[1]} channels, kernel expects {w[0]}";
        long channels = (long)w[1] * Groups;
        if (Axis.MisfitOfExtent(channels) is { } beyond) return beyond;
        if (Bias && inputs[2] != [(int)channels]) return $"bias is {inputs[2]}, expected ({channels})";
        for (int axis = 0; axis < Axes; axis++)
        {
            int more = OutputPadding[axis], stride = Stride[axis], dilation = Dilation[axis];
            if (more < 0 || more >= Math.Max(stride, dilation))
                return $"output padding is {more}, expected less than stride {stride} or dilation {dilation}";
            long extent = Extent(axis, x, w);
            if (extent is < 1 or > int.MaxValue) return $"the output would have the extent {extent}";
        }
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], w = inputs[1];
        Span<int> y = [x[0], w[1] * Groups, .. x.AsSpan()[2..]];
        for (int axis = 0; axis < Axes; axis++) y[2 + axis] = (int)Extent(axis, x, w);
        return [Shape.Create(y)];
    }

    long Extent(int axis, Shape x, Shape w) =>
        (x[2 + axis] - 1L) * Stride[axis] - 2L * Padding[axis] + Window.Span(w[2 + axis], Dilation[axis])
        + OutputPadding[axis];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, Axes + 2);

    // Flax's ConvTranspose(transpose_kernel=True) takes (h, w, o, i); it has no groups, so a grouped one is a Conv with
    // input dilation, whose window is reversed (docs/flax-guide.md).
    Rearrangement Kernel
    {
        get
        {
            string window = Window.LettersOf(Axes);
            return Groups == 1
                ? new Rearrangement("io" + window, window + "oi")
                : new Rearrangement(
                    "(gi)o" + window, window + "i(go)", ImmutableSortedDictionary<char, int>.Empty.Add('g', Groups),
                    window);
        }
    }

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights => Bias
        ? [new(1, "kernel", Kernel, Form), WeightRule.OfFeatures(2, "bias")]
        : [new(1, "kernel", Kernel, Form)];

    LeafForm Form => Groups == 1 ? LeafForm.ConvTranspose : LeafForm.ReversedConv;

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        2 * inputs[0].Elements * Window.Elements(inputs[1].AsSpan()[1..]);
}
