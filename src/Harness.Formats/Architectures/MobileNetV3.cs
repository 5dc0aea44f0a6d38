namespace Harness.Formats.Architectures;

/// <summary>MobileNetV3: inverted residuals with gates and hard swish. Source:
/// torchvision/models/mobilenetv3.py.</summary>
static class MobileNetV3
{
    public static readonly Architecture[] All =
    [
        Of("mobilenet_v3_large", LargeRows(), 1280),
        Of("mobilenet_v3_small", SmallRows, 1024),
    ];

    /// <summary>One inverted residual.</summary>
    public sealed record Row(
        int Kernel, int Expanded, int Channels, bool Gate, string Activation, int Stride, int Dilation = 1);

    // Table 2 of arXiv 1905.02244.
    static Row[] SmallRows =>
    [
        new(3, 16, 16, true, "relu", 2),
        new(3, 72, 24, false, "relu", 2),
        new(3, 88, 24, false, "relu", 1),
        new(5, 96, 40, true, "hardswish", 2),
        new(5, 240, 40, true, "hardswish", 1),
        new(5, 240, 40, true, "hardswish", 1),
        new(5, 120, 48, true, "hardswish", 1),
        new(5, 144, 48, true, "hardswish", 1),
        new(5, 288, 96, true, "hardswish", 2),
        new(5, 576, 96, true, "hardswish", 1),
        new(5, 576, 96, true, "hardswish", 1),
    ];

    /// <summary>Table 1 of arXiv 1905.02244.</summary>
    /// <param name="divider">2 where the tail has half of its channels: table 6's detector.</param>
    /// <param name="dilation">2 where the tail widens its windows instead of halving the plane.</param>
    public static Row[] LargeRows(int divider = 1, int dilation = 1) =>
    [
        new(3, 16, 16, false, "relu", 1),
        new(3, 64, 24, false, "relu", 2),
        new(3, 72, 24, false, "relu", 1),
        new(5, 72, 40, true, "relu", 2),
        new(5, 120, 40, true, "relu", 1),
        new(5, 120, 40, true, "relu", 1),
        new(3, 240, 80, false, "hardswish", 2),
        new(3, 200, 80, false, "hardswish", 1),
        new(3, 184, 80, false, "hardswish", 1),
        new(3, 184, 80, false, "hardswish", 1),
        new(3, 480, 112, true, "hardswish", 1),
        new(3, 672, 112, true, "hardswish", 1),
        new(5, 672, 160 / divider, true, "hardswish", 2, dilation),
        new(5, 960 / divider, 160 / divider, true, "hardswish", 1, dilation),
        new(5, 960 / divider, 160 / divider, true, "hardswish", 1, dilation),
    ];

    /// <summary>How batch norms are set where nothing else is said.</summary>
    public static NormStyle Norm { get; } = new(Eps: 0.001, Momentum: 0.01);

    /// <summary>What each module of <c>features</c> gives: the stem, the rows, the last convolution.</summary>
    /// <param name="net">Where it is written.</param>
    /// <param name="prefix">What stands before their numbers: <c>features.</c>.</param>
    /// <param name="x">The image.</param>
    /// <param name="rows">The inverted residuals.</param>
    /// <param name="norm">How batch norms are set.</param>
    /// <param name="last">False without the last convolution.</param>
    public static Signal[] Features(
        Network net, string prefix, Signal x, ReadOnlySpan<Row> rows, NormStyle norm, bool last = true)
    {
        x = net.ConvNormActivation($"{prefix}0", x, 16, 3, 2, norm with { Activation = "hardswish" });
        return [x, .. Tail(net, prefix, 1, x, rows, norm, last)];
    }

    /// <summary>The same without the stem, numbered from another number.</summary>
    public static Signal[] Tail(
        Network net, string prefix, int at, Signal x, ReadOnlySpan<Row> rows, NormStyle norm, bool last = true)
    {
        var features = new List<Signal>();
        foreach (var row in rows) features.Add(x = Residual(net, $"{prefix}{at++}", x, row, norm));
        if (last)
        {
            features.Add(net.ConvNormActivation(
                $"{prefix}{at}", x, 6 * x.Channels, 1, 1, norm with { Activation = "hardswish" }));
        }
        return [.. features];
    }

    /// <summary>The first convolution of a row's block, which expands; none where there is nothing to expand.</summary>
    public static Signal Expand(Network net, string module, Signal x, Row row, NormStyle norm) =>
        row.Expanded == x.Channels ? x
            : net.ConvNormActivation(module, x, row.Expanded, 1, 1, norm with { Activation = row.Activation });

    /// <summary>What follows it in the block: depthwise, gate, projection.</summary>
    /// <param name="net">Where it is written.</param>
    /// <param name="module">The block, whose modules are numbered.</param>
    /// <param name="at">The number of the first.</param>
    /// <param name="x">What was expanded.</param>
    /// <param name="row">The row.</param>
    /// <param name="norm">How batch norms are set.</param>
    public static Signal Project(Network net, string module, int at, Signal x, Row row, NormStyle norm)
    {
        x = net.ConvNormActivation($"{module}.{at++}", x, row.Expanded, row.Kernel, row.Dilation > 1 ? 1 : row.Stride,
            norm with { Activation = row.Activation, Groups = row.Expanded, Dilation = row.Dilation });
        if (row.Gate)
        {
            int squeezed = Channels.Divisible(row.Expanded / 4, 8);
            x = net.SqueezeExcitation($"{module}.{at++}", x, squeezed, "relu", "hardsigmoid");
        }
        return net.ConvNormActivation($"{module}.{at}", x, row.Channels, 1, 1, norm with { Activation = null });
    }

    static Signal Residual(Network net, string module, Signal x, Row row, NormStyle norm)
    {
        int at = row.Expanded == x.Channels ? 0 : 1;
        var y = Expand(net, $"{module}.block.0", x, row, norm);
        y = Project(net, $"{module}.block", at, y, row, norm);
        return row.Stride == 1 && x.Channels == row.Channels ? net.Add(module, y, x) : y;
    }

    static Architecture Of(string name, Row[] rows, int last) => new(name, Architecture.Square(224), (net, x) =>
    {
        x = net.Flatten("", net.GlobalAverage("avgpool", Features(net, "features.", x, rows, Norm)[^1]));
        x = net.Activate("classifier.1", net.Linear("classifier.0", x, last), "hardswish");
        return net.Linear("classifier.3", x, 1000);
    });
}
