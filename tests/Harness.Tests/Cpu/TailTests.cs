using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Harness.Executor.Cpu;
using Harness.Executor.Cpu.Kernels;
using Harness.Executor.Model;
using Harness.Executor.Ops;
using Harness.Executor.Program;
using Harness.Formats;

namespace Harness.Tests.Cpu;

/// <summary>Tails of up to six parts, drawn at random, behind everything that takes one: one step, with the bits of a
/// step a part, and those of plain loops over what the head gave.</summary>
public sealed class TailTests
{
    static readonly int s_tailsOfHead = Sweeps.Draws(day: 6, night: 16);

    // Every kind of step with a tail, and where its result lies: n, c and the plane, which rank 2 and 3 have not.
    static readonly (string Name, int[] Shape)[] s_heads =
    [
        ("conv", [2, 37, 9, 11]), ("pointwise", [1, 64, 14, 14]), ("strided", [2, 19, 5, 6]),
        ("grouped", [1, 24, 7, 9]),
        ("depthwise", [2, 37, 10, 23]), ("depthwise", [1, 70, 6, 3]), ("depthwise", [1, 257, 5, 30]),
        ("winograd", [1, 40, 7, 9]), ("transposed", [2, 21, 8, 10]), ("chain", [2, 33, 30, 12]),
        ("gate", [2, 18, 12, 9]),
        ("linear", [5, 37]), ("linear", [2, 9, 50]), ("wide", [3, 1030]), ("addmm", [7, 33]),
        ("permuted", [2, 35, 6, 5]),
        ("product", [2, 3, 19, 37]), ("product", [2, 17, 33]), ("product", [21, 9]), ("product", [2, 3, 2, 7, 19]),
        ("product", [2, 1, 3, 2, 5, 9]), ("norm", [2, 37, 5, 11]), ("norm", [6, 29]),
    ];

    // What a part may be, of images and of rows.
    static readonly string[] s_parts =
    [
        "norm", "add", "add alpha", "sub", "sub from", "sub alpha", "mul", "div", "div into", "rsub", "add stored",
        "add number", "mul number", "sub number", "rsub number", "div number", "relu", "clamp", "abs", "silu", "gelu",
        "tanh",
        "mul channels", "add channels", "div channels", "div into channels", "mul one", "add one",
        "mul gate", "add plane", "mul row", "mul half", "add half", "mul expanded",
    ];

    public static TheoryData<string, string> Heads
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (name, shape) in s_heads) data.Add(name, string.Join('x', shape));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void A_tail_of_any_length_is_one_step_with_the_bits_of_many(string head, string extents)
    {
        Shape shape = [.. extents.Split('x').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        var random = new Random(shape.Rank + (7 * head.Length));
        var taken = new HashSet<string>();
        for (int round = 0; round < s_tailsOfHead; round++)
        {
            string[] parts = [.. Enumerable.Range(0, 1 + (round % 6)).Select(_ => Draw(random, shape))];
            taken.UnionWith(parts);
            bool dies = round % 2 == 0;
            Compare<float>(head, shape, parts, dies);
            Compare<double>(head, shape, parts, dies);
        }
        taken.Count.Should().BeGreaterThan(s_tailsOfHead);
    }

    [Theory]
    [InlineData("conv", "mul channels", "add")]
    [InlineData("permuted", "mul channels", "add", "relu")]
    [InlineData("linear", "mul one", "add", "gelu")]
    public void A_layer_scale_and_a_sum_are_one_pass(string head, params string[] parts)
    {
        Shape shape = head == "linear" ? [2, 9, 50] : [2, 35, 6, 5];
        using var plan = Plan.Compile<float>(
            new Network(head, shape, parts, false).Build(), new PlanOptions { Threads = 1 });
        plan.StepNodes[^1].Tail.Groups.Should().ContainSingle();
    }

    [Theory]
    [InlineData("output")] // the value is seen
    [InlineData("reader")] // another node reads it
    [InlineData("itself")] // the node reads it twice
    [InlineData("shape")] // the result is larger than the value
    public void What_others_need_ends_a_tail(string why)
    {
        var network = new Network("pointwise", [1, 8, 6, 6], [], false);
        int value = network.Value;
        int last = why switch
        {
            "output" => network.Call("neg", value),
            "reader" => network.Call("neg", value),
            "itself" => network.Call("mul", value, Argument.Value(value)),
            _ => network.Call("add", value, Argument.Value(network.Input([3, 8, 6, 6]))),
        };
        if (why == "output") network.Output(value);
        if (why == "reader") network.Output(network.Call("abs", value));
        network.Value = last;
        var program = network.Build();
        using var plan = Plan.Compile<float>(program, new PlanOptions { Threads = 1 });
        plan.StepNodes.Should().OnlyContain(node => node.Tail.Nodes.IsEmpty);
        Same(OpCases.Run<float>(program, new PlanOptions { Threads = 1 })[0],
            OpCases.Run<float>(program, new PlanOptions { Threads = 1, Fuse = false })[0], why);
    }

    static string Draw(Random random, Shape shape)
    {
        while (true)
        {
            string part = s_parts[random.Next(s_parts.Length)];
            bool images = part is "mul gate" or "add plane" or "mul row" or "mul expanded";
            if ((shape.Rank == 4 || !images) && (shape.Rank is 2 or 4 || part != "norm")) return part;
        }
    }

    static void Compare<E>(string head, Shape shape, string[] parts, bool dies)
        where E : unmanaged, IBinaryFloatingPointIeee754<E>
    {
        string what = $"{head} {shape} {string.Join(", ", parts)} {typeof(E).Name}";
        var network = new Network(head, shape, parts, dies);
        var program = network.Build();
        var options = new PlanOptions { Threads = 1, ChainBytes = 0 };
        // A product of images has their channels outermost; what it is added to may bring it into another order first,
        // and where there are no pixels only what lies alike is read.
        var made = program.Nodes.Where(node => node.Op is MatMul || network.Names.Contains(node.Name))
            .SelectMany(node => node.Outputs).ToHashSet();
        bool moves = program.Nodes.Any(node =>
            node.Op is Relayout { Moves: true } && made.Contains(node.Inputs[0]));
        if (shape.Rank <= 5 && !moves)
        {
            using var plan = Plan.Compile<E>(program, options);
            plan.StepNodes[^1].Nodes.Select(node => node.Name).Should().Contain(network.Names, what);
        }
        else head.Should().Be("product");
        double[] expected = OpCases.Run<E>(program, options with { Fuse = false })[0];
        if (network.Loops(program, options, typeof(E) == typeof(float)) is { } loops)
            Same(loops, expected, $"loops, {what}");
        foreach (var lanes in LaneWidths.All)
        {
            foreach (int threads in new[] { 1, 2 })
            {
                Same(
                    OpCases.Run<E>(program, options with { Lanes = lanes, Threads = threads })[0], expected,
                    $"{lanes} lanes, {threads} threads, {what}");
            }
        }
    }

    static void Same(double[] actual, double[] expected, string what)
    {
        actual.Length.Should().Be(expected.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            bool same = BitConverter.DoubleToInt64Bits(actual[i]) == BitConverter.DoubleToInt64Bits(expected[i])
                || (double.IsNaN(actual[i]) && double.IsNaN(expected[i]));
            if (!same) Assert.Fail($"element {i} is {actual[i]:R}, expected {expected[i]:R}: {what}");
        }
    }

    // One part by plain loops, each operation rounded to the precision: elements, what gives another value's, and
    // which precision.
    delegate void Loop(double[] y, Func<int, double[]> elementsOf, bool single);

    // A head and its tail.
    sealed class Network
    {
        const double Eps = 1e-5, Momentum = 0.1;

        readonly GraphBuilder _builder = new();
        readonly List<Shape> _inputs = [];
        readonly Dictionary<int, string> _keys = [];
        readonly List<int> _others = [];
        readonly List<Loop> _loops = [];
        readonly Shape _shape;
        readonly bool _dies;
        readonly int _head;
        StateDict _weights = new();
        bool _plain = true;
        int _next;

        public Network(string head, Shape shape, string[] parts, bool dies)
        {
            (_shape, _dies) = (shape, dies);
            // A norm right after a bias takes it along, rounded once.
            if (head is "addmm" or "wide" && parts is ["norm", ..]) parts = ["abs", .. parts];
            _head = Value = Head(head, biased: parts is not ["norm", ..]);
            foreach (string part in parts) Value = Part(part, Value);
        }

        public int Value { get; set; }

        /// <summary>The names of the tail's nodes.</summary>
        public List<string> Names { get; } = [];

        int Channels => _shape.Rank == 4 ? _shape[1] : _shape[-1];

        int Plane => _shape[2] * _shape[3];

        public int Input(Shape shape)
        {
            _inputs.Add(shape);
            return _builder.Input($"x{_inputs.Count}", shape);
        }

        public void Output(int value) => _builder.Output($"y{value}", value);

        public int Call(string target, int x, params Argument[] more) =>
            Named(target + _next++, target, [Argument.Value(x), .. more]);

        public NhwcProgram Build()
        {
            Output(Value);
            return Finish();
        }

        /// <summary>The tail by loops over what the head gives by itself; null where a part has none.</summary>
        public double[]? Loops(NhwcProgram program, PlanOptions options, bool single)
        {
            if (!_plain) return null;
            // The same once more, with everything seen that the loops read.
            int[] seen = [_head, .. _others];
            foreach (int value in seen) Output(value);
            var all = Finish();
            double[][] outputs = single
                ? OpCases.Run<float>(all, options with { Fuse = false })
                : OpCases.Run<double>(all, options with { Fuse = false });
            program.Outputs.Length.Should().Be(1);
            double[] ElementsOf(int value) => _keys.TryGetValue(value, out string? key)
                ? [.. _weights[key].ToDoubles().Select(x => Round(x, single))]
                : outputs[1 + Array.IndexOf(seen, value)];
            double[] y = [.. outputs[1]];
            foreach (var loop in _loops) loop(y, ElementsOf, single);
            return y;
        }

        NhwcProgram Finish()
        {
            var graph = _builder.Build();
            _weights = WeightsFile.Open("seed:3", graph);
            return NhwcPass.Apply(new TorchModel(graph, _weights, "test"), _inputs);
        }

        int Head(string head, bool biased)
        {
            int n = _shape[0], c = Channels;
            switch (head)
            {
                case "linear": return Linear(Input([.. _shape.AsSpan()[..^1], 16]), biased);
                case "addmm": return Addmm(n, 300, c);
                // Weights enough to stay as they are stored in double.
                case "wide": return Addmm(n, 1024, c);
                case "norm": return Norm(Input(_shape));
                case "product":
                    // Matrices that are both computed.
                    int left = Input([.. _shape.AsSpan()[..^1], 300]);
                    return Call("matmul", left, Argument.Value(Input([.. _shape.AsSpan()[..^2], 300, _shape[-1]])));
                case "permuted":
                    int rows = Call("permute", Input([n, 16, _shape[2], _shape[3]]), List(0, 2, 3, 1));
                    return Call("permute", Linear(rows, biased), List(0, 3, 1, 2));
            }
            int h = _shape[2], w = _shape[3];
            switch (head)
            {
                case "conv": return Convolve(Input([n, 5, h, w]), 5, 5, 1, 1, biased);
                case "pointwise": return Convolve(Input([n, 40, h, w]), 40, 1, 1, 1, biased);
                case "strided": return Convolve(Input([n, 30, 2 * h, 2 * w]), 30, 3, 2, 1, biased);
                case "grouped": return Convolve(Input([n, 12, h, w]), 12, 3, 1, 4, biased);
                case "depthwise": return Convolve(Input([n, c, h, w]), c, 3, 1, c, biased);
                case "winograd": return Convolve(Input([n, c, h, w]), c, 3, 1, 1, biased);
                case "transposed":
                    return Named("up", "conv_transpose2d",
                    [
                        Argument.Value(Input([n, 7, h / 2, w / 2])), Argument.Value(Parameter("up.weight", 7, c, 2, 2)),
                        biased ? Argument.Value(Parameter("up.bias", c)) : Argument.None, Both(2), Both(0), Both(0),
                        Argument.Of(1L), Both(1),
                    ]);
                case "chain":
                    int wide = Call("silu", Convolve(Input([n, 8, h, w]), 8, 1, 1, 1, biased));
                    wide = Call("mul", wide, Argument.Value(Parameter("gamma", c, 1, 1)));
                    wide = Call("mul", wide, Argument.Of(1.5));
                    return Convolve(wide, c, 3, 1, c, biased);
                default:
                    head.Should().Be("gate");
                    int gate = Call("sigmoid", Input([n, 20, 1, 1]));
                    return Convolve(
                        Call("mul", Call("silu", Input([n, 20, h, w])), Argument.Value(gate)), 20, 1, 1, 1, biased);
            }
        }

        int Part(string part, int x)
        {
            string[] words = part.Split(' ');
            switch (words)
            {
                case ["norm"]:
                    string stem = $"norm{_next}";
                    int norm = Norm(x), plane = _shape.Rank == 4 ? Plane : 1;
                    _loops.Add((y, _, single) =>
                    {
                        double[] Of(string leaf) => _weights[$"{stem}.{leaf}"].ToDoubles();
                        double[] weight = Of("weight"), bias = Of("bias"), mean = Of("running_mean");
                        double[] variance = Of("running_var");
                        for (int i = 0; i < y.Length; i++)
                        {
                            int c = i / plane % _shape[1];
                            double scale = Round(weight[c] / Math.Sqrt(variance[c] + Eps), single);
                            double centered = Round(y[i] + Round(-mean[c], single), single);
                            y[i] = Fma(centered, scale, Round(bias[c], single), single);
                        }
                    });
                    return norm;
                case [var target, "alpha"]:
                    double factor = target == "add" ? 0.3 : -0.3;
                    return Pair(target, x, Whole(), i => i, (a, b, single) => Fma(factor, b, a, single), alpha: 0.3);
                case [var target, "number"]:
                    const double Number = 0.7;
                    _loops.Add((y, _, single) =>
                    {
                        double number = Round(Number, single);
                        for (int i = 0; i < y.Length; i++) y[i] = Round(Plain(target)(y[i], number), single);
                    });
                    return Tail(target, target, [Argument.Value(x), Argument.Of(Number)]);
                case [var target, "stored"]:
                    return Pair(target, x, Parameter($"whole{_next}", _shape), i => i, Plain(target));
                case [var target, "channels"]: return Pair(target, x, ByChannel(), Channel, Plain(target));
                case [var target, "into", "channels"]:
                    return Pair(target, x, ByChannel(), Channel, Plain(target), second: true);
                case [var target, "one"]: return Pair(target, x, Parameter($"one{_next}", 1), _ => 0, Plain(target));
                case [var target, "gate"]:
                    int gate = Call("sigmoid", Input([_shape[0], Channels, 1, 1]));
                    return Pair(target, x, gate, i => i / Plane, Plain(target));
                case [var target, "plane"]:
                    return Pair(target, x, Input([_shape[0], 1, _shape[2], _shape[3]]),
                        i => (i / (Channels * Plane) * Plane) + (i % Plane), Plain(target));
                case [var target, "half"]:
                    // A part of a wider value, which is read where it lies.
                    int axis = _shape.Rank == 4 ? 1 : _shape.Rank - 1;
                    int[] wide = [.. _shape.AsSpan()];
                    wide[axis] *= 2;
                    int half = Call(
                        "slice", Call("sigmoid", Input(Shape.Create(wide))), Argument.Of((long)axis),
                        Argument.Of((long)Channels), Argument.Of(2L * Channels), Argument.Of(1L));
                    return Pair(target, x, half, i => i, Plain(target));
                case [var target, "expanded"]:
                    int one = Call("sigmoid", Input([_shape[0], Channels, 1, 1]));
                    int many = Call("expand", one, List(_shape[0], Channels, _shape[2], _shape[3]));
                    return Pair(target, x, many, i => i, Plain(target));
                case [var target, "row"]:
                    return Pair(target, x, Input([1, Channels, 1, _shape[3]]),
                        i => (i / Plane % Channels * _shape[3]) + (i % _shape[3]), Plain(target));
                case [var target, "from" or "into"]:
                    return Pair(target, x, Whole(), i => i, Plain(target), second: true);
                case ["add" or "sub" or "mul" or "div" or "rsub"]: return Pair(part, x, Whole(), i => i, Plain(part));
                case ["relu"]: _loops.Add(Each(a => a > 0 ? a : 0)); break;
                case ["abs"]: _loops.Add(Each(Math.Abs)); break;
                case ["clamp"]:
                    _loops.Add(Each(a => a < -0.5 ? -0.5 : a > 0.75 ? 0.75 : a));
                    return Tail(part, part, [Argument.Value(x), Argument.Of(-0.5), Argument.Of(0.75)]);
                default: _plain = false; break;
            }
            return Tail(part, part, [Argument.Value(x)]);
        }

        static Loop Each(Func<double, double> function) => (y, _, _) =>
        {
            for (int i = 0; i < y.Length; i++) y[i] = function(y[i]);
        };

        static Func<double, double, double> Plain(string target) => target switch
        {
            "add" => (a, b) => a + b,
            "sub" => (a, b) => a - b,
            "rsub" => (a, b) => b - a,
            "mul" => (a, b) => a * b,
            "div" => (a, b) => a / b,
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };

        int Pair(
            string target, int x, int other, Func<int, int> index, Func<double, double, double> apply,
            bool second = false) => Pair(target, x, other, index, (a, b, single) => Round(apply(a, b), single), second);

        int Pair(
            string target, int x, int other, Func<int, int> index, Func<double, double, bool, double> apply,
            bool second = false, double? alpha = null)
        {
            if (!_keys.ContainsKey(other)) _others.Add(other);
            _loops.Add((y, elementsOf, single) =>
            {
                double[] elements = elementsOf(other);
                for (int i = 0; i < y.Length; i++)
                {
                    double b = elements[index(i)];
                    y[i] = second ? apply(b, y[i], single) : apply(y[i], b, single);
                }
            });
            var arguments = second
                ? ImmutableArray.Create(Argument.Value(other), Argument.Value(x))
                : [Argument.Value(x), Argument.Value(other)];
            return alpha is { } factor
                ? Tail(target, target, arguments, new Keyword("alpha", Argument.Of(factor)))
                : Tail(target, target, arguments);
        }

        int Channel(int i) => _shape.Rank == 4 ? i / Plane % Channels : i % Channels;

        int Whole() => _dies ? Call("tanh", Input(_shape)) : Input(_shape);

        int ByChannel() => _shape.Rank != 4 ? Parameter($"channels{_next}", Channels)
            : _next % 2 == 0 ? Parameter($"channels{_next}", 1, Channels, 1, 1)
            : Parameter($"channels{_next}", Channels, 1, 1);

        int Norm(int x)
        {
            string name = $"norm{_next}";
            var parameters = new[] { "weight", "bias", "running_mean", "running_var" }
                .Select(part => Argument.Value(Parameter($"{name}.{part}", _shape[1])));
            return Tail("norm", "batch_norm",
            [
                Argument.Value(x), .. parameters, Argument.Of(false), Argument.Of(Momentum), Argument.Of(Eps),
                Argument.Of(true),
            ]);
        }

        int Addmm(int n, int inputs, int c) => Named("addmm", "addmm",
        [
            Argument.Value(Parameter("bias", c)), Argument.Value(Input([n, inputs])),
            Argument.Value(Parameter("weight", inputs, c)),
        ]);

        int Linear(int x, bool biased) => Call(
            "linear", x, Argument.Value(Parameter("linear.weight", Channels, 16)),
            biased ? Argument.Value(Parameter("linear.bias", Channels)) : Argument.None);

        int Convolve(int x, int inputs, int window, int stride, int groups, bool biased)
        {
            string name = $"conv{_next}";
            return Call(
                "conv2d", x, Argument.Value(Parameter($"{name}.weight", Channels, inputs / groups, window, window)),
                biased ? Argument.Value(Parameter($"{name}.bias", Channels)) : Argument.None,
                Both(stride), Both(window / 2), Both(1), Argument.Of((long)groups));
        }

        int Parameter(string key, params ReadOnlySpan<int> extents) => Parameter(key, Shape.Create(extents));

        int Parameter(string key, Shape shape)
        {
            int value = _builder.Parameter(key, shape);
            _keys[value] = key;
            return value;
        }

        int Tail(
            string stem, string target, ImmutableArray<Argument> arguments, params ImmutableArray<Keyword> keywords)
        {
            string name = stem + _next++;
            Names.Add(name);
            return Named(name, target, arguments, keywords);
        }

        int Named(
            string name, string target, ImmutableArray<Argument> arguments, params ImmutableArray<Keyword> keywords) =>
            _builder.Call($"aten::{target}", arguments, keywords, 1, SourcePlace.Unknown, name)[0];

        static double Round(double x, bool single) => single ? (float)x : x;

        static double Fma(double a, double b, double c, bool single) => single
            ? MathF.FusedMultiplyAdd((float)a, (float)b, (float)c)
            : Math.FusedMultiplyAdd(a, b, c);

        static Argument Both(long value) => List(value, value);

        static Argument List(params ReadOnlySpan<long> values)
        {
            var items = ImmutableArray.CreateBuilder<Argument>(values.Length);
            foreach (long value in values) items.Add(Argument.Of(value));
            return Argument.Of(items.MoveToImmutable());
        }
    }
}
