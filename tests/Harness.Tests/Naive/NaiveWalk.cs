using System.Text.Json;

namespace Harness.Tests.Naive;

/// <summary>Runs a <c>harness-graph</c> file by <see cref="NaiveOps"/>, call after call, in PyTorch's layout. It reads
/// the JSON itself, so that a mistake of our reader cannot hide in it.</summary>
sealed class NaiveWalk
{
    readonly Dictionary<string, object> _values = [];

    /// <summary>The outputs of a graph, given its inputs and parameters by name.</summary>
    public static Dictionary<string, NaiveTensor> Run(JsonElement graph, IReadOnlyDictionary<string, NaiveTensor> given)
    {
        var walk = new NaiveWalk();
        foreach (var (name, tensor) in given) walk._values.Add(name, tensor);
        foreach (var call in graph.GetProperty("calls").EnumerateArray())
            walk._values.Add(call.GetProperty("results")[0].GetString()!, walk.Apply(call));
        return graph.GetProperty("outputs").EnumerateArray().ToDictionary(
            port => port.GetProperty("name").GetString()!,
            port => (NaiveTensor)walk._values[port.GetProperty("value").GetString()!]);
    }

    object Apply(JsonElement call)
    {
        var a = new Arguments(this, call);
        return call.GetProperty("target").GetString()!["aten::".Length..] switch
        {
            "conv2d" or "_convolution_mode" => NaiveOps.Conv2d(a.Tensor(0), a.Tensor(1), a.Optional(2), Conv2d(a)),
            "_convolution" => Traced(a),
            "conv_transpose2d" => NaiveOps.ConvTranspose2d(a.Tensor(0), a.Tensor(1), a.Optional(2), new()
            {
                Stride = a.Pair(3), Padding = a.Pair(4), OutputPadding = a.Pair(5),
                Groups = (int)a.Number(6, 1), Dilation = a.Pair(7),
            }),
            "linear" => NaiveOps.Linear(a.Tensor(0), a.Tensor(1), a.Optional(2)),
            "addmm" => NaiveOps.Linear(a.Tensor(1), NaiveOps.Transpose(a.Tensor(2), 0, 1), a.Tensor(0)),
            "t" => NaiveOps.Transpose(a.Tensor(0), 0, 1),
            "batch_norm" => NaiveOps.BatchNorm(
                a.Tensor(0), a.Optional(1), a.Optional(2), a.Tensor(3), a.Tensor(4), a.Number(7, double.NaN)),
            "max_pool2d" => NaiveOps.MaxPool2d(a.Tensor(0), a.Pair(1), new()
            {
                Stride = a.OptionalPair(2), Padding = a.Pair(3, 0), Dilation = a.Pair(4, 1),
                CeilMode = a.Flag(5, false),
            }),
            "avg_pool2d" => NaiveOps.AvgPool2d(a.Tensor(0), a.Pair(1), new()
            {
                Stride = a.OptionalPair(2), Padding = a.Pair(3, 0), CeilMode = a.Flag(4, false),
                CountIncludePad = a.Flag(5, true), DivisorOverride = a.Has(6) ? (int)a.Number(6, 0) : null,
            }),
            "adaptive_avg_pool2d" => NaiveOps.AdaptiveAvgPool2d(a.Tensor(0), a.Pair(1)),
            "relu" or "relu_" => a.Tensor(0).Map(NaiveOps.Relu),
            "relu6" => a.Tensor(0).Map(NaiveOps.Relu6),
            "hardtanh" => a.Tensor(0).Map(x => NaiveOps.Hardtanh(x, a.Number(1, -1), a.Number(2, 1))),
            "leaky_relu" => a.Tensor(0).Map(x => NaiveOps.LeakyRelu(x, a.Number(1, 0.01))),
            "sigmoid" => a.Tensor(0).Map(NaiveOps.Sigmoid),
            "tanh" => a.Tensor(0).Map(Math.Tanh),
            "silu" => a.Tensor(0).Map(NaiveOps.Silu),
            "gelu" => a.Tensor(0).Map(a.Keyword("approximate") is "tanh" ? NaiveOps.GeluTanh : NaiveOps.Gelu),
            "dropout" => a.Flag(2, true) ? throw new NotSupportedException("dropout in training") : a.Tensor(0),
            "contiguous" => a.Tensor(0),
            "neg" => a.Tensor(0).Map(x => -x),
            "add" => NaiveOps.Add(a.Tensor(0), a.Operand(1), a.Alpha(2)),
            "sub" => NaiveOps.Sub(a.Tensor(0), a.Operand(1), a.Alpha(2)),
            "rsub" => NaiveOps.Sub(a.Operand(1), a.Tensor(0), a.Alpha(2)),
            "mul" => NaiveOps.Mul(a.Tensor(0), a.Operand(1)),
            "div" => NaiveOps.Div(a.Tensor(0), a.Operand(1)),
            "mean" => NaiveOps.Mean(a.Tensor(0), a.Integers(1), a.Flag(2, false)),
            "layer_norm" => NaiveOps.LayerNorm(
                a.Tensor(0), a.Integers(1).Length, a.Optional(2), a.Optional(3), a.Number(4, 1e-5)),
            "expand" => NaiveOps.Expand(a.Tensor(0), a.Integers(1)),
            "matmul" => NaiveOps.MatMul(a.Tensor(0), a.Tensor(1)),
            "select" => NaiveOps.Select(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0)),
            "softmax" => NaiveOps.Softmax(a.Tensor(0), (int)a.Number(1, 0)),
            "flatten" => NaiveOps.Flatten(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, -1)),
            "view" or "reshape" => NaiveOps.Reshape(a.Tensor(0), a.Integers(1)),
            "permute" => NaiveOps.Permute(a.Tensor(0), a.Integers(1)),
            "transpose" => NaiveOps.Transpose(a.Tensor(0), (int)a.Number(1, 0), (int)a.Number(2, 0)),
            "cat" => NaiveOps.Cat(a.Tensors(0), (int)a.Number(1, 0)),
            "pad" => NaiveOps.Pad(a.Tensor(0), a.Integers(1), a.Number(3, 0)),
            "constant_pad_nd" => NaiveOps.Pad(a.Tensor(0), a.Integers(1), a.Number(2, 0)),
            "size" => (double)a.Tensor(0).Shape[(int)a.Number(1, 0)],
            var target => throw new NotSupportedException($"the oracle has no arm for {target}"),
        };
    }

    static ConvArguments Conv2d(Arguments a)
    {
        var plain = new ConvArguments { Stride = a.Pair(3), Dilation = a.Pair(5), Groups = (int)a.Number(6, 1) };
        return a.Text(4) switch
        {
            "same" => plain.Same((a.Tensor(1).Shape[2], a.Tensor(1).Shape[3])),
            "valid" => plain,
            _ => plain with { Padding = a.Pair(4) },
        };
    }

    static NaiveTensor Traced(Arguments a)
    {
        var arguments = new ConvArguments
        {
            Stride = a.Pair(3), Padding = a.Pair(4), Dilation = a.Pair(5), OutputPadding = a.Pair(7),
            Groups = (int)a.Number(8, 1),
        };
        return a.Flag(6, false)
            ? NaiveOps.ConvTranspose2d(a.Tensor(0), a.Tensor(1), a.Optional(2), arguments)
            : NaiveOps.Conv2d(a.Tensor(0), a.Tensor(1), a.Optional(2), arguments);
    }

    /// <summary>The arguments of one call, with what stands in their place where they are left out.</summary>
    sealed class Arguments(NaiveWalk walk, JsonElement call)
    {
        readonly object?[] _items =
            [.. call.GetProperty("arguments").EnumerateArray().Select(item => Read(walk, item))];

        public bool Has(int i) => i < _items.Length && _items[i] is not null;

        public NaiveTensor Tensor(int i) => (NaiveTensor)_items[i]!;

        public NaiveTensor? Optional(int i) => i < _items.Length ? (NaiveTensor?)_items[i] : null;

        public NaiveTensor[] Tensors(int i) => [.. ((object?[])_items[i]!).Cast<NaiveTensor>()];

        public NaiveTensor Operand(int i) => _items[i] as NaiveTensor ?? NaiveOps.Scalar(Number(i, double.NaN));

        public double Number(int i, double absent) => Has(i) ? (double)_items[i]! : absent;

        public bool Flag(int i, bool absent) => Has(i) ? (bool)_items[i]! : absent;

        public string? Text(int i) => _items[i] as string;

        public int[] Integers(int i) => [.. ((object?[])_items[i]!).Select(number => (int)(double)number!)];

        public Pair? OptionalPair(int i) => Has(i) && Integers(i).Length > 0 ? Pair(i) : null;

        public Pair Pair(int i, int absent) => Has(i) ? Pair(i) : absent;

        public Pair Pair(int i) => Integers(i) is [var h, .. var rest] ? (h, rest is [var w] ? w : h)
            : throw new ArgumentException($"argument {i} is no pair");

        public object? Keyword(string name) => call.TryGetProperty("keywords", out var keywords)
            && keywords.TryGetProperty(name, out var value) ? Read(walk, value) : null;

        public double Alpha(int i) => Keyword("alpha") is double alpha ? alpha : Number(i, 1);

        static object? Read(NaiveWalk walk, JsonElement item) => item.ValueKind switch
        {
            JsonValueKind.Object => walk._values[item.GetProperty("value").GetString()!],
            JsonValueKind.Array => item.EnumerateArray().Select(inner => Read(walk, inner)).ToArray(),
            JsonValueKind.Number => item.GetDouble(),
            JsonValueKind.String => item.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
    }
}
