using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Executor.Schema;

namespace Harness.Executor.Ops;

/// <summary>Cross-correlation of (n, c, …) with a window (o, c/groups, …) of one to three axes. Source:
/// torch.nn.Conv1d, Conv2d and Conv3d.</summary>
/// <remarks>Output extent per axis: <c>floor((n + lo + hi - d·(k-1) - 1) / s) + 1</c>. Each output is a chain of
/// fused multiply-adds over (kd, kh, kw, ci), in blocks of 256, blocks added in order, then the bias.</remarks>
/// <param name="Axes">Axes of the window.</param>
public sealed record Conv(int Axes) : Op
{
    /// <inheritdoc/>
    public override string Name => $"Conv{Axes}d";

    /// <summary>Strides by axis.</summary>
    public IntList Stride { get; init; } = IntList.Repeat(1, Axes);

    /// <summary>Zeros around the input.</summary>
    public WindowPadding Padding { get; init; } = WindowPadding.None(Axes);

    /// <summary>Dilations by axis.</summary>
    public IntList Dilation { get; init; } = IntList.Repeat(1, Axes);

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>True when operand 2 is a bias.</summary>
    public bool Bias { get; init; }

    /// <summary>True for torch's <c>padding='same'</c>: the amount follows from the window, the odd one goes to the
    /// high end.</summary>
    public bool SamePadding { get; init; }

    /// <summary>True when lists of one number leave it to the weight how many axes there are.</summary>
    public bool AxesOfWeight { get; init; }

    internal static readonly OpDefinition Definition = OpDefinition.Of(
        Parse,
        "conv1d", "conv1d.padding", "conv2d", "conv2d.padding", "conv3d", "conv3d.padding",
        "_convolution_mode", "convolution", "_convolution", "_convolution.deprecated");

    static Op Parse(Bound call)
    {
        // conv2d has its axes in its name; the general operators have one number an axis of the window, or one for all.
        int? named = Window.AxesOf(call);
        int axes = named ?? Window.AxesOfLists(call);
        bool open = named is null && axes == 1;
        if (axes is < 1 or > 3) throw call.Refuse($"a {axes}-d convolution, expected 1-d to 3-d");
        if (call.Has("transposed") && call.Bool("transposed"))
            return ConvTranspose.Parse(call, axes) with { AxesOfWeight = open };
        // Of no use here, and as many numbers all the same.
        if (call.Has("output_padding")) call.Ints("output_padding", axes);
        var op = new Conv(axes)
        {
            AxesOfWeight = open,
            Stride = [.. call.Ints("stride", axes)],
            Dilation = [.. call.Ints("dilation", axes)],
            Groups = call.Int("groups"),
            Bias = !call.IsNone("bias"),
        };
        if (!call.IsText("padding"))
        {
            IntList padding = [.. call.Ints("padding", axes)];
            if (padding.Any(amount => amount < 0))
                throw call.Refuse($"padding {padding} is negative; PyTorch refuses it too");
            return op with { Padding = WindowPadding.Symmetric(padding) };
        }
        return call.Text("padding") switch
        {
            "valid" => op,
            "same" when op.Stride.AllAre(1) => op with { SamePadding = true },
            "same" => throw call.Refuse("padding='same' with a stride: PyTorch refuses it too"),
            var other => throw call.Refuse($"padding='{other}', expected 'same' or 'valid'"),
        };
    }

    /// <summary>The padding for a weight of this shape: <see cref="Padding"/>, or what 'same' amounts to.</summary>
    public WindowPadding PaddingFor(Shape weight)
    {
        if (!SamePadding) return Padding;
        var all = new int[Axes];
        for (int axis = 0; axis < Axes; axis++) all[axis] = Dilation[axis] * (weight[2 + axis] - 1);
        return new WindowPadding([.. all.Select(n => n / 2)], [.. all.Select(n => n - n / 2)]);
    }

    /// <inheritdoc/>
    internal override Op Settled(ReadOnlySpan<Fact> operands)
    {
        if (!AxesOfWeight) return this;
        int axes = Window.AxesOf(operands[1].Shape, Axes);
        return new Conv(axes)
        {
            Stride = IntList.Repeat(Stride[0], axes),
            Padding = new WindowPadding(
                IntList.Repeat(Padding.Low[0], axes), IntList.Repeat(Padding.High[0], axes)),
            Dilation = IntList.Repeat(Dilation[0], axes),
            Groups = Groups,
            Bias = Bias,
            SamePadding = SamePadding,
        };
    }

    /// <inheritdoc/>
    internal override int[][] Demands(ReadOnlySpan<Shape?> operands) =>
        operands[1] is { } w && w.Rank == (AxesOfWeight ? Window.AxesOf(w, Axes) : Axes) + 2
        && Groups > 0 && Groups <= w[0] && (long)w[1] * Groups <= int.MaxValue
            ? [[0, w[1] * Groups, .. new int[w.Rank - 2]]]
            : [];

    /// <inheritdoc/>
    internal override int? BatchedRank => Axes + 2;

    /// <inheritdoc/>
    public override string? MisfitOfShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], w = inputs[1];
        if ((Window.MisfitOfRank(x, Axes) ?? Window.MisfitOfPlanes(x)) is { } input) return input;
        if (w.Rank != Axes + 2) return $"weight is {w}, expected {Window.Letters("o, c/groups, ", Axes, "k")}";
        if ((Window.MisfitOfSteps(Stride, Dilation) ?? Window.MisfitOfWeight(w, outputs: w[0])) is { } window)
            return window;
        if (Groups < 1 || w[0] % Groups != 0) return $"{w[0]} output channels do not split into {Groups} groups";
        if (x[1] != (long)w[1] * Groups) return $"input has {x[1]} channels, kernel expects {(long)w[1] * Groups}";
        if (Bias && inputs[2] != [w[0]]) return $"bias is {inputs[2]}, expected ({w[0]})";
        for (int axis = 0; axis < Axes; axis++)
        {
            long span = Window.Span(w[2 + axis], Dilation[axis]), padded = x[2 + axis] + PaddingOf(axis, w);
            if (span > padded) return $"the window spans {span}, the padded input only {padded}";
            if (Axis.MisfitOfExtent((padded - span) / Stride[axis] + 1) is { } beyond) return beyond;
            if (SamePadding && span - 1 > int.MaxValue) return $"the window spans {span}, expected at most 2^31";
        }
        return null;
    }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> InferShapes(ReadOnlySpan<Shape> inputs)
    {
        Shape x = inputs[0], w = inputs[1];
        Span<int> y = [x[0], w[0], .. x.AsSpan()[2..]];
        for (int axis = 0; axis < Axes; axis++)
        {
            long room = x[2 + axis] + PaddingOf(axis, w) - Window.Span(w[2 + axis], Dilation[axis]);
            y[2 + axis] = (int)(room / Stride[axis] + 1);
        }
        return [Shape.Create(y)];
    }

    // Zeros on both sides of an axis.
    long PaddingOf(int axis, Shape weight) => SamePadding
        ? Window.Span(weight[2 + axis], Dilation[axis]) - 1
        : (long)Padding.Low[axis] + Padding.High[axis];

    /// <inheritdoc/>
    public override Arrangement Arrange(ReadOnlySpan<Placed> inputs) => Arrangements.ChannelsLast(inputs, Axes + 2);

    Rearrangement Kernel => new("oi" + Window.LettersOf(Axes), Window.LettersOf(Axes) + "io");

    /// <inheritdoc/>
    public override ImmutableArray<WeightRule> Weights => Bias
        ? [new(1, "kernel", Kernel, LeafForm.Conv), WeightRule.OfFeatures(2, "bias")]
        : [new(1, "kernel", Kernel, LeafForm.Conv)];

    /// <inheritdoc/>
    public override bool IsContraction => true;

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Shape> inputs, Shape output) =>
        2 * output.Elements * Window.Elements(inputs[1].AsSpan()[1..]);
}
