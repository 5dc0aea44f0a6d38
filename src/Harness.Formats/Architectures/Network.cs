using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Formats.Architectures;

/// <summary>A value under construction, and how many channels (or features) it has.</summary>
/// <param name="Value">Its number in the graph.</param>
/// <param name="Channels">Extent of axis 1 of an image, of the last axis of rows and tokens.</param>
public readonly record struct Signal(int Value, int Channels);

/// <summary>Writes an architecture module by module, as <c>torch.nn</c> names them and a trace in eval mode states
/// them. A module's name is the prefix of its state-dict keys. Dropout and stochastic depth do nothing in eval mode and
/// are left out, and so are batch norm's counters of training batches.</summary>
public sealed class Network
{
    readonly GraphBuilder _graph = new();
    readonly string _source;

    internal Network(string source) => _source = source;

    /// <summary>The input.</summary>
    public Signal Image(string name, Shape shape) => new(_graph.Input(name, shape), shape[1]);

    /// <summary>An output, by the key that <c>forward</c> gives it, or its position.</summary>
    public void Output(string name, Signal x) => _graph.Output(name, x.Value);

    /// <summary>The graph.</summary>
    internal Graph Finish() => _graph.Build();

    /// <summary><c>Conv2d</c>; weight (channels, in / groups, kernel height, kernel width).</summary>
    public Signal Conv(
        string module, Signal x, int channels, Extents kernel, Window window = default, bool bias = false)
    {
        int groups = Math.Max(window.Groups, 1);
        int weight = Weight(module, channels, x.Channels / groups, kernel.H, kernel.W);
        return Call(module, "conv2d", channels, Of(x), Argument.Value(weight),
            bias ? Bias(module, channels) : Argument.None, Pair(Math.Max(window.Stride, 1)),
            Ints(window.Padding.H, window.Padding.W), Pair(Math.Max(window.Dilation, 1)), Argument.Of((long)groups));
    }

    /// <summary><c>ConvTranspose2d</c> with a bias and a window as wide as its stride; weight (in, channels, kernel,
    /// kernel).</summary>
    public Signal Upscale(string module, Signal x, int channels, int kernel) => Call(
        module, "conv_transpose2d", channels, Of(x),
        Argument.Value(Weight(module, x.Channels, channels, kernel, kernel)),
        Bias(module, channels), Pair(kernel), Pair(0), Pair(0), Argument.Of(1), Pair(1));

    /// <summary><c>Linear</c> along the last axis.</summary>
    public Signal Linear(string module, Signal x, int features, bool bias = true) => Call(
        module, "linear", features, Of(x), Argument.Value(Weight(module, features, x.Channels)),
        bias ? Bias(module, features) : Argument.None);

    /// <summary><c>Linear</c> whose parameters have names of their own, as <c>MultiheadAttention</c>'s.</summary>
    public Signal Linear(string module, Signal x, int features, string weight, string bias) => Call(
        module, "linear", features, Of(x), Parameter(weight, features, x.Channels), Parameter(bias, features));

    /// <summary><c>BatchNorm2d</c> in eval mode.</summary>
    public Signal BatchNorm(string module, Signal x, double eps = 1e-5, double momentum = 0.1)
    {
        int c = x.Channels;
        return Call(module, "batch_norm", c, Of(x), Argument.Value(Weight(module, c)), Bias(module, c),
            Parameter($"{module}.running_mean", c), Parameter($"{module}.running_var", c),
            Argument.Of(false), Argument.Of(momentum), Argument.Of(eps), Argument.Of(true));
    }

    /// <summary><c>LayerNorm</c> over the last axis.</summary>
    public Signal LayerNorm(string module, Signal x, double eps)
    {
        int c = x.Channels;
        return Call(module, "layer_norm", c, Of(x), Ints(c), Argument.Value(Weight(module, c)), Bias(module, c),
            Argument.Of(eps), Argument.Of(true));
    }

    /// <summary>Convolution, batch norm and activation under one module, numbered 0, 1, 2: torchvision's
    /// <c>Conv2dNormActivation</c>, which pads so that an odd window keeps the plane.</summary>
    /// <param name="module">The module that holds the three.</param>
    /// <param name="x">The image.</param>
    /// <param name="channels">Channels out.</param>
    /// <param name="kernel">The window's height and width.</param>
    /// <param name="stride">The stride.</param>
    /// <param name="style">Groups, dilation, epsilon and activation.</param>
    public Signal ConvNormActivation(
        string module, Signal x, int channels, int kernel, int stride = 1, NormStyle? style = null)
    {
        style ??= new NormStyle();
        int padding = (kernel - 1) / 2 * style.Dilation;
        x = Conv($"{module}.0", x, channels, kernel, new Window(stride, padding, style.Groups, style.Dilation));
        x = BatchNorm($"{module}.1", x, style.Eps, style.Momentum);
        return style.Activation switch
        {
            null => x,
            "gelu" => GELU($"{module}.2", x),
            var activation => Activate($"{module}.2", x, activation),
        };
    }

    /// <summary>torchvision's <c>SqueezeExcitation</c>: a gate by channel from the plane's mean.</summary>
    public Signal SqueezeExcitation(string module, Signal x, int squeezed, string activation, string gate)
    {
        var scale = GlobalAverage($"{module}.avgpool", x);
        scale = Activate($"{module}.activation", Conv($"{module}.fc1", scale, squeezed, 1, bias: true), activation);
        scale = Activate($"{module}.scale_activation", Conv($"{module}.fc2", scale, x.Channels, 1, bias: true), gate);
        return Mul(module, scale, x);
    }

    /// <summary>An element-wise function without arguments: <c>relu</c>, <c>silu</c>, <c>hardswish</c>.</summary>
    public Signal Activate(string module, Signal x, string target) => Call(module, target, x.Channels, Of(x));

    /// <summary><c>ReLU</c>.</summary>
    public Signal ReLU(string module, Signal x) => Activate(module, x, "relu");

    /// <summary><c>GELU</c> by the error function.</summary>
    public Signal GELU(string module, Signal x) => Append(
        module, "gelu", x.Channels, [Of(x)], [new Keyword("approximate", Argument.Of("none"))]);

    /// <summary>Softmax along the last axis.</summary>
    public Signal Softmax(string module, Signal x) =>
        Call(module, "softmax", x.Channels, Of(x), Argument.Of(-1), Argument.None);

    /// <summary><c>MaxPool2d</c>.</summary>
    public Signal MaxPool(string module, Signal x, int kernel, int stride, int padding = 0, bool ceil = false) => Call(
        module, "max_pool2d", x.Channels, Of(x), Pair(kernel), Pair(stride), Pair(padding), Pair(1), Argument.Of(ceil));

    /// <summary><c>AvgPool2d</c>, which counts padding.</summary>
    public Signal AvgPool(string module, Signal x, int kernel, int stride, int padding = 0) => Call(
        module, "avg_pool2d", x.Channels, Of(x), Pair(kernel), Pair(stride), Pair(padding), Argument.Of(false),
        Argument.Of(true), Argument.None);

    /// <summary><c>AdaptiveAvgPool2d</c> to a square plane.</summary>
    public Signal AdaptiveAvgPool(string module, Signal x, int size) =>
        Call(module, "adaptive_avg_pool2d", x.Channels, Of(x), Pair(size));

    /// <summary><c>AdaptiveAvgPool2d(1)</c>: (n, c, h, w) to (n, c, 1, 1).</summary>
    public Signal GlobalAverage(string module, Signal x) => AdaptiveAvgPool(module, x, 1);

    /// <summary><c>interpolate</c> to the plane of another image, by <c>bilinear</c> without aligned corners.</summary>
    public Signal Bilinear(string module, Signal x, Signal like) => Call(module, "upsample_bilinear2d", x.Channels,
        Of(x), PlaneOf(module, like), Argument.Of(false), Argument.None);

    /// <summary><c>interpolate</c> to the plane of another image, by <c>nearest</c>.</summary>
    public Signal Nearest(string module, Signal x, Signal like) =>
        Call(module, "upsample_nearest2d", x.Channels, Of(x), PlaneOf(module, like), Argument.None);

    /// <summary>The plane's mean without the plane: (n, c, h, w) to (n, c).</summary>
    public Signal MeanOfPlane(string module, Signal x) =>
        Call(module, "mean", x.Channels, Of(x), Ints(2, 3), Argument.Of(false));

    /// <summary>Axes in another order.</summary>
    public Signal Permute(string module, Signal x, params ReadOnlySpan<int> axes) =>
        Call(module, "permute", x.Channels, Of(x), Ints(axes));

    /// <summary>The same elements in another shape; an extent is a number, one that <see cref="Size"/> gives, or -1.
    /// </summary>
    public Signal Reshape(string module, Signal x, int channels, params ReadOnlySpan<Argument> shape) =>
        Call(module, "reshape", channels, Of(x), Argument.Of([.. shape]));

    /// <summary>All axes but the batch in one; <paramref name="pixels"/> of them a channel.</summary>
    public Signal Flatten(string module, Signal x, int pixels = 1) =>
        Call(module, "flatten", x.Channels * pixels, Of(x), Argument.Of(1), Argument.Of(-1));

    /// <summary><c>a + b</c>.</summary>
    public Signal Add(string module, Signal a, Signal b) => Call(module, "add", a.Channels, Of(a), Of(b));

    /// <summary><c>a · b</c>, broadcast.</summary>
    public Signal Mul(string module, Signal a, Signal b) => Call(module, "mul", b.Channels, Of(a), Of(b));

    /// <summary>Joined along the channels.</summary>
    public Signal Cat(string module, params ReadOnlySpan<Signal> parts)
    {
        int channels = 0;
        var list = ImmutableArray.CreateBuilder<Argument>(parts.Length);
        foreach (var part in parts)
        {
            channels += part.Channels;
            list.Add(Of(part));
        }
        return Call(module, "cat", channels, Argument.Of(list.MoveToImmutable()), Argument.Of(1));
    }

    /// <summary>Two halves along the channels.</summary>
    public (Signal First, Signal Second) Halves(string module, Signal x)
    {
        var halves = _graph.Call("aten::chunk", [Of(x), Argument.Of(2), Argument.Of(1)], [], 2, Place(module));
        return (new Signal(halves[0], x.Channels / 2), new Signal(halves[1], x.Channels / 2));
    }

    /// <summary>A call that only some architecture makes.</summary>
    /// <param name="module">Where it stands.</param>
    /// <param name="target">The operator, without <c>aten::</c>.</param>
    /// <param name="channels">What the result has.</param>
    /// <param name="arguments">Its arguments.</param>
    public Signal Call(string module, string target, int channels, params ReadOnlySpan<Argument> arguments) =>
        Append(module, target, channels, [.. arguments], []);

    /// <summary>An extent of the value, whatever image is fed.</summary>
    public Argument Size(string module, Signal x, int axis) => Number(module, "size", Of(x), Argument.Of((long)axis));

    /// <summary>A number that follows from others: <c>floordiv</c>, <c>remainder</c>, <c>mul</c>, <c>gt</c>.</summary>
    public Argument Number(string module, string target, params ReadOnlySpan<Argument> arguments) =>
        Of(Call(module, target, 0, arguments));

    /// <summary>A buffer that its module computes when it is made.</summary>
    public Argument Buffer(string key, Tensor initial) => Argument.Value(_graph.Buffer(key, initial));

    /// <summary>A parameter under a key.</summary>
    public Argument Parameter(string key, params ReadOnlySpan<int> shape) =>
        Argument.Value(_graph.Parameter(key, Shape.Create(shape)));

    /// <summary>The value as an argument.</summary>
    public static Argument Of(Signal x) => Argument.Value(x.Value);

    /// <summary>Integers as an argument.</summary>
    public static Argument Ints(params ReadOnlySpan<int> numbers)
    {
        var items = ImmutableArray.CreateBuilder<Argument>(numbers.Length);
        foreach (int number in numbers) items.Add(Argument.Of((long)number));
        return Argument.Of(items.MoveToImmutable());
    }

    Signal Append(
        string module, string target, int channels, ImmutableArray<Argument> arguments,
        ImmutableArray<Keyword> keywords) =>
        new(_graph.Call($"aten::{target}", arguments, keywords, 1, Place(module))[0], channels);

    SourcePlace Place(string module) => new(module, _source, 0);

    int Weight(string module, params ReadOnlySpan<int> shape) =>
        _graph.Parameter($"{module}.weight", Shape.Create(shape));

    Argument Bias(string module, int channels) => Parameter($"{module}.bias", channels);

    Argument PlaneOf(string module, Signal x) => Argument.Of([Size(module, x, 2), Size(module, x, 3)]);

    static Argument Pair(int both) => Ints(both, both);
}

/// <summary>Height and width; one number is both.</summary>
/// <param name="H">The height.</param>
/// <param name="W">The width.</param>
public readonly record struct Extents(int H, int W)
{
    /// <summary>The same along both axes.</summary>
    public static implicit operator Extents(int both) => new(both, both);

    /// <summary>Height and width.</summary>
    public static implicit operator Extents((int H, int W) pair) => new(pair.H, pair.W);
}

/// <summary>How a convolution's window moves; zero stands for one where zero has no meaning.</summary>
/// <param name="Stride">Both strides.</param>
/// <param name="Padding">Zeros on both sides of an axis.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Dilation">Both dilations.</param>
public readonly record struct Window(int Stride = 1, Extents Padding = default, int Groups = 1, int Dilation = 1);

/// <summary>What surrounds a convolution in <see cref="Network.ConvNormActivation"/>.</summary>
/// <param name="Activation">The operator after the batch norm; null for none.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Eps">The batch norm's epsilon.</param>
/// <param name="Momentum">The batch norm's momentum, which inference does not read.</param>
/// <param name="Dilation">The window's dilation.</param>
public sealed record NormStyle(
    string? Activation = "relu", int Groups = 1, double Eps = 1e-5, double Momentum = 0.1, int Dilation = 1);
