using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Benchmarks.Nets;

/// <summary>Writes the graphs of <see cref="NetSet"/> module by module, as a trace in eval mode states them.</summary>
sealed class NetWriter
{
    readonly GraphBuilder _graph = new();

    /// <summary>The graph.</summary>
    public Graph Finish() => _graph.Build();

    /// <summary>An input.</summary>
    public int Input(string name, Shape shape, ElementType type = ElementType.Float32) =>
        _graph.Input(name, shape, type);

    /// <summary>An output.</summary>
    public void Output(string name, int value) => _graph.Output(name, value);

    /// <summary>A tensor that is part of the program.</summary>
    public int Constant(string name, Tensor tensor) => _graph.Constant(name, tensor);

    /// <summary>A parameter.</summary>
    public int Parameter(string key, params ReadOnlySpan<int> shape) => _graph.Parameter(key, Shape.Create(shape));

    /// <summary>A call with one result.</summary>
    public int Call(string module, string target, params ReadOnlySpan<Argument> arguments) =>
        Calls(module, target, 1, arguments)[0];

    /// <summary>A call with several results.</summary>
    public ImmutableArray<int> Calls(
        string module, string target, int results, params ReadOnlySpan<Argument> arguments) =>
        _graph.Call($"aten::{target}", [.. arguments], [], results, Place(module));

    /// <summary>A convolution of two or three axes, with the same window, stride and padding along each.</summary>
    public int Conv(string module, int x, int from, int to, Filter filter, int axes = 2, bool bias = true)
    {
        int[] shape = [to, from, .. Enumerable.Repeat(filter.Kernel, axes)];
        return Call(module, axes == 2 ? "conv2d" : "conv3d", V(x), V(Parameter($"{module}.weight", shape)),
            bias ? V(Parameter($"{module}.bias", to)) : Argument.None, Each(filter.Stride, axes),
            Each(filter.Padding, axes), Each(1, axes), Argument.Of(1));
    }

    /// <summary>Batch norm by running statistics.</summary>
    public int BatchNorm(string module, int x, int channels) => Call(module, "batch_norm", V(x),
        V(Parameter($"{module}.weight", channels)), V(Parameter($"{module}.bias", channels)),
        V(Parameter($"{module}.running_mean", channels)), V(Parameter($"{module}.running_var", channels)),
        Argument.Of(false), Argument.Of(0.1), Argument.Of(1e-5), Argument.Of(true));

    /// <summary>Group norm.</summary>
    public int GroupNorm(string module, int x, int channels, int groups, double eps) => Call(module, "group_norm",
        V(x), Argument.Of((long)groups), V(Parameter($"{module}.weight", channels)),
        V(Parameter($"{module}.bias", channels)), Argument.Of(eps), Argument.Of(true));

    /// <summary>Layer norm along the last axis.</summary>
    public int LayerNorm(string module, int x, int features, double eps) => Call(module, "layer_norm", V(x),
        Ints(features), V(Parameter($"{module}.weight", features)), V(Parameter($"{module}.bias", features)),
        Argument.Of(eps), Argument.Of(true));

    /// <summary>A product with a weight along the last axis.</summary>
    public int Linear(string module, int x, int from, int to, bool bias = true) => Call(module, "linear", V(x),
        V(Parameter($"{module}.weight", to, from)), bias ? V(Parameter($"{module}.bias", to)) : Argument.None);

    /// <summary>A function of each element.</summary>
    public int Each(string module, string target, int x) => Call(module, target, V(x));

    /// <summary>GELU by the error function.</summary>
    public int GELU(string module, int x) => _graph.Call("aten::gelu", [V(x)],
        [new Keyword("approximate", Argument.Of("none"))], 1, Place(module))[0];

    /// <summary>A sum.</summary>
    public int Add(string module, int a, int b) => Call(module, "add", V(a), V(b));

    /// <summary>Joined along an axis.</summary>
    public int Cat(string module, int axis, params ReadOnlySpan<int> parts)
    {
        var list = ImmutableArray.CreateBuilder<Argument>(parts.Length);
        foreach (int part in parts) list.Add(V(part));
        return Call(module, "cat", Argument.Of(list.MoveToImmutable()), Argument.Of((long)axis));
    }

    /// <summary>Two halves along an axis.</summary>
    public (int First, int Second) Halves(string module, int x, int axis)
    {
        var halves = Calls(module, "chunk", 2, V(x), Argument.Of(2), Argument.Of((long)axis));
        return (halves[0], halves[1]);
    }

    /// <summary>The same elements in another shape.</summary>
    public int Reshape(string module, int x, params ReadOnlySpan<int> shape) =>
        Call(module, "reshape", V(x), Ints(shape));

    /// <summary>Axes in another order.</summary>
    public int Permute(string module, int x, params ReadOnlySpan<int> axes) =>
        Call(module, "permute", V(x), Ints(axes));

    /// <summary>Attention of several heads: products with weights, heads split off, attention, heads joined and a last
    /// product.</summary>
    /// <param name="names">Names of the four products.</param>
    /// <param name="x">Queries, (n, l, width).</param>
    /// <param name="tokens">What they see, (n, s, features).</param>
    /// <param name="form">Sizes.</param>
    /// <param name="bias">True where the first three have one.</param>
    public int Attention((string Q, string K, string V, string Out) names, int x, int tokens, Heads form, bool bias)
    {
        int width = form.Count * form.Features;
        string module = names.Q[..names.Q.LastIndexOf('.')];
        int q = Split(names.Q, Linear(names.Q, x, width, width, bias), form.Queries);
        int k = Split(names.K, Linear(names.K, tokens, form.From, width, bias), form.Keys);
        int v = Split(names.V, Linear(names.V, tokens, form.From, width, bias), form.Keys);
        int seen = Call(module, "scaled_dot_product_attention", V(q), V(k), V(v), Argument.None, Argument.Of(0.0),
            Argument.Of(false));
        seen = Reshape(module, Permute(module, seen, 0, 2, 1, 3), 1, form.Queries, width);
        return Linear(names.Out, seen, width, width);

        int Split(string name, int value, int count) =>
            Permute(name, Reshape(name, value, 1, count, form.Count, form.Features), 0, 2, 1, 3);
    }

    /// <summary>The value as an argument.</summary>
    public static Argument V(int value) => Argument.Value(value);

    /// <summary>Integers as an argument.</summary>
    public static Argument Ints(params ReadOnlySpan<int> numbers)
    {
        var items = ImmutableArray.CreateBuilder<Argument>(numbers.Length);
        foreach (int number in numbers) items.Add(Argument.Of((long)number));
        return Argument.Of(items.MoveToImmutable());
    }

    static SourcePlace Place(string module) => new(module, "benchmark", 0);

    static Argument Each(int number, int axes) => Ints([.. Enumerable.Repeat(number, axes)]);
}

/// <summary>A window that is the same along each axis.</summary>
/// <param name="Kernel">Its extent.</param>
/// <param name="Stride">Its stride.</param>
readonly record struct Filter(int Kernel, int Stride = 1)
{
    /// <summary>Zeros on both sides, which keep an image's size at stride 1.</summary>
    public int Padding => Kernel / 2;
}

/// <summary>Heads of attention.</summary>
/// <param name="Count">How many.</param>
/// <param name="Features">Of each.</param>
/// <param name="Queries">Queries.</param>
/// <param name="Keys">Keys.</param>
/// <param name="From">Features of what keys and values are made from.</param>
readonly record struct Heads(int Count, int Features, int Queries, int Keys, int From);
