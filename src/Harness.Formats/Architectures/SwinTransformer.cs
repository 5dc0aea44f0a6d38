using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Formats.Architectures;

/// <summary>Swin Transformer: attention within windows, which every other block moves by half of one. V2 compares
/// queries and keys by angle and computes the bias of each relative place. Any image goes: windows are filled up with
/// zeros, and a plane of a single window is not moved. Source: torchvision/models/swin_transformer.py.</summary>
static class SwinTransformer
{
    const double Eps = 1e-5;

    public static readonly Architecture[] All =
    [
        Of("swin_b", 224, new Form(128, 4, 18, 7)),
        Of("swin_s", 224, new Form(96, 3, 18, 7)),
        Of("swin_t", 224, new Form(96, 3, 6, 7)),
        Of("swin_v2_b", 256, new Form(128, 4, 18, 8, IsV2: true)),
        Of("swin_v2_s", 256, new Form(96, 3, 18, 8, IsV2: true)),
        Of("swin_v2_t", 256, new Form(96, 3, 6, 8, IsV2: true)),
    ];

    // Features and heads of the first stage, which each later one doubles; blocks of the third, where the others have
    // two; a window's side.
    sealed record Form(int Width, int Heads, int Depth, int Window, bool IsV2 = false);

    static Architecture Of(string name, int side, Form form) =>
        new(name, Architecture.Square(side), (net, x) => Write(net, x, form));

    static Signal Write(Network net, Signal x, Form form)
    {
        x = net.Conv("features.0.0", x, form.Width, 4, new Window(Stride: 4), bias: true);
        x = net.LayerNorm("features.0.2", net.Permute("features.0.1", x, 0, 2, 3, 1), Eps);
        ReadOnlySpan<int> depths = [2, 2, form.Depth, 2];
        for (int stage = 0; stage < depths.Length; stage++)
        {
            if (stage > 0) x = Merge(net, $"features.{2 * stage}", x, form.IsV2);
            string module = $"features.{2 * stage + 1}";
            var plane = new Plane(net, module, x, form.Window);
            for (int i = 0; i < depths[stage]; i++)
            {
                var attention = new Attention(net, $"{module}.{i}.attn", plane, form.Heads << stage, i % 2 == 1);
                x = Block(net, $"{module}.{i}", x, attention, form.IsV2);
            }
        }
        x = net.Permute("permute", net.LayerNorm("norm", x, Eps), 0, 3, 1, 2);
        return net.Linear("head", net.Flatten("flatten", net.GlobalAverage("avgpool", x)), 1000);
    }

    static Signal Block(Network net, string module, Signal x, Attention attention, bool isV2)
    {
        x = isV2
            ? net.Add(module, x, Norm("norm1", attention.Write(x, isV2)))
            : net.Add(module, x, attention.Write(Norm("norm1", x), isV2));
        return isV2
            ? net.Add(module, x, Norm("norm2", Mlp(x)))
            : net.Add(module, x, Mlp(Norm("norm2", x)));

        Signal Norm(string name, Signal y) => net.LayerNorm($"{module}.{name}", y, Eps);

        Signal Mlp(Signal y)
        {
            int width = y.Channels;
            y = net.GELU($"{module}.mlp.1", net.Linear($"{module}.mlp.0", y, 4 * width));
            return net.Linear($"{module}.mlp.3", y, width);
        }
    }

    // Four neighbours become one token of twice the features; an odd plane gets a row or a column of zeros.
    static Signal Merge(Network net, string module, Signal x, bool isV2)
    {
        var two = Argument.Of(2);
        var padded = Pad(net, module, x, Odd(1), Odd(2));
        var parts = ImmutableArray.CreateBuilder<Argument>();
        foreach (var (down, right) in ((int, int)[])[(0, 0), (1, 0), (0, 1), (1, 1)])
            parts.Add(Network.Of(EverySecond(EverySecond(padded, 1, down), 2, right)));
        int width = x.Channels;
        x = net.Call(module, "cat", 4 * width, Argument.Of(parts.ToImmutable()), Argument.Of(-1));
        if (!isV2) x = net.LayerNorm($"{module}.norm", x, Eps);
        x = net.Linear($"{module}.reduction", x, 2 * width, bias: false);
        return isV2 ? net.LayerNorm($"{module}.norm", x, Eps) : x;

        Argument Odd(int axis) => net.Number(module, "remainder", net.Size(module, x, axis), two);

        Signal EverySecond(Signal y, int axis, int first) => net.Call(module, "slice", y.Channels, Network.Of(y),
            Argument.Of((long)axis), Argument.Of((long)first), Argument.Of(long.MaxValue), two);
    }

    // Zeros below and to the right of (n, h, w, c).
    static Signal Pad(Network net, string module, Signal x, Argument below, Argument right)
    {
        var zero = Argument.Of(0);
        return net.Call(module, "constant_pad_nd", x.Channels, Network.Of(x),
            Argument.Of([zero, zero, zero, right, zero, below]), Argument.Of(0));
    }

    // What follows from a stage's plane alone: how windows cover it, how far they move, and which tokens of a moved
    // window came from different sides and must not see each other.
    sealed class Plane
    {
        readonly Network _net;
        readonly string _module;

        public Plane(Network net, string module, Signal x, int window)
        {
            (_net, _module, Window) = (net, module, window);
            (Batch, Height, Width) = (net.Size(module, x, 0), net.Size(module, x, 1), net.Size(module, x, 2));
            (Below, Right) = (Missing(Height), Missing(Width));
            (PaddedHeight, PaddedWidth) = (Number("add", Height, Below), Number("add", Width, Right));
            (Rows, Columns) = (Number("floordiv", PaddedHeight, Side), Number("floordiv", PaddedWidth, Side));
            Windows = Number("mul", Rows, Columns);
            (Down, Across) = (Shift(Rows), Shift(Columns));
            Mask = WriteMask();
            AllWindows = Number("mul", Batch, Windows);
            (Up, Left) = (Number("sub", Argument.Of(0), Down), Number("sub", Argument.Of(0), Across));
        }

        public int Window { get; }
        public Argument Batch { get; }
        public Argument Height { get; }
        public Argument Width { get; }
        public Argument Below { get; }
        public Argument Right { get; }
        public Argument PaddedHeight { get; }
        public Argument PaddedWidth { get; }
        public Argument Rows { get; }
        public Argument Columns { get; }
        public Argument Windows { get; }
        public Argument AllWindows { get; }
        public Argument Down { get; }
        public Argument Across { get; }
        public Argument Up { get; }
        public Argument Left { get; }
        public Argument Side => Argument.Of((long)Window);
        public Argument Tokens => Argument.Of((long)Window * Window);

        /// <summary>(windows, tokens, tokens): -100 between tokens of different sides, which softmax makes
        /// nothing.</summary>
        public Signal Mask { get; }

        Argument Number(string target, params ReadOnlySpan<Argument> arguments) =>
            _net.Number(_module, target, arguments);

        Argument Missing(Argument extent) =>
            Number("remainder", Number("sub", Side, Number("remainder", extent, Side)), Side);

        // Half a window, where there is more than one: (2n - 2) / n, rounded down, is 0 for one and 1 for more.
        Argument Shift(Argument windows)
        {
            var two = Argument.Of(2);
            var more = Number("floordiv", Number("sub", Number("mul", windows, two), two), windows);
            return Number("mul", more, Argument.Of((long)Window / 2));
        }

        // Rows and columns of a plane fall into three parts: what stays, what the last window keeps, and what comes
        // round from the other side.
        Signal WriteMask()
        {
            var region = _net.Call(_module, "add", 0, Part(PaddedHeight, Down, 1, 3), Part(PaddedWidth, Across, 0, 1));
            region = _net.Reshape(_module, region, 0, Rows, Side, Columns, Side);
            region = _net.Reshape(_module, _net.Permute(_module, region, 0, 2, 1, 3), 0, Windows, Tokens);
            var differs = _net.Call(_module, "ne", 0, Unsqueeze(region, 1), Unsqueeze(region, 2));
            return _net.Call(_module, "mul", Window * Window, Network.Of(differs), Argument.Of(-100.0));
        }

        Argument Part(Argument padded, Argument shift, int axis, int weight)
        {
            var places = Network.Of(_net.Call(_module, "arange", 0, padded));
            var last = Past(places, Number("sub", padded, Side), weight);
            var round = Past(places, Number("sub", padded, shift), weight);
            var part = _net.Call(_module, "add", 0, last, round);
            return Unsqueeze(part, axis);
        }

        Argument Past(Argument places, Argument first, int weight)
        {
            var past = _net.Call(_module, "ge", 0, places, first);
            return Network.Of(_net.Call(_module, "mul", 0, Network.Of(past), Argument.Of((long)weight)));
        }

        Argument Unsqueeze(Signal x, int axis) =>
            Network.Of(_net.Call(_module, "unsqueeze", 0, Network.Of(x), Argument.Of((long)axis)));
    }

    sealed record Attention(Network Net, string Module, Plane Plane, int Heads, bool IsMoved)
    {
        public Signal Write(Signal x, bool isV2)
        {
            int width = x.Channels, each = width / Heads, tokens = Plane.Window * Plane.Window;
            Argument all = Argument.Of((long)width), heads = Argument.Of((long)Heads);
            var windows = Plane.AllWindows;
            x = Pad(Net, Module, x, Plane.Below, Plane.Right);
            if (IsMoved) x = Roll(x, Plane.Up, Plane.Left);
            x = Net.Reshape(
                Module, x, width, Plane.Batch, Plane.Rows, Plane.Side, Plane.Columns, Plane.Side, all);
            x = Net.Reshape(Module, Net.Permute(Module, x, 0, 1, 3, 2, 4, 5), width, windows, Plane.Tokens, all);

            x = isV2 ? ProjectWithoutKeyBias(x) : Net.Linear($"{Module}.qkv", x, 3 * width);
            x = Net.Reshape(
                Module, x, each, windows, Plane.Tokens, Argument.Of(3), heads, Argument.Of((long)each));
            x = Net.Permute(Module, x, 2, 0, 3, 1, 4);
            Signal query = Part(0), key = Part(1), value = Part(2), scores;
            if (isV2)
            {
                scores = Product(Normalize(query), Transpose(Normalize(key)), tokens);
                var scale = Call("clamp", 1, Net.Parameter($"{Module}.logit_scale", Heads, 1, 1), Argument.None,
                    Argument.Of(Math.Log(100)));
                scores = Net.Mul(Module, scores, Call("exp", tokens, Network.Of(scale)));
            }
            else
            {
                query = Call("mul", each, Network.Of(query), Argument.Of(Math.Pow(each, -0.5)));
                scores = Product(query, Transpose(key), tokens);
            }
            scores = Net.Add(Module, scores, isV2 ? ComputedBias() : StoredBias());
            if (IsMoved) scores = Masked(scores, windows);
            scores = Net.Softmax(Module, scores);

            x = Net.Permute(Module, Product(scores, value, each), 0, 2, 1, 3);
            x = Net.Linear($"{Module}.proj", Net.Reshape(Module, x, width, windows, Plane.Tokens, all), width);
            x = Net.Reshape(
                Module, x, width, Plane.Batch, Plane.Rows, Plane.Columns, Plane.Side, Plane.Side, all);
            x = Net.Reshape(Module, Net.Permute(Module, x, 0, 1, 3, 2, 4, 5), width, Plane.Batch, Plane.PaddedHeight,
                Plane.PaddedWidth, all);
            if (IsMoved) x = Roll(x, Plane.Down, Plane.Across);
            return Cut(Cut(x, 1, Plane.Height), 2, Plane.Width);

            Signal Part(int index) => Call("select", each, Network.Of(x), Argument.Of(0), Argument.Of((long)index));
        }

        Signal Masked(Signal scores, Argument windows)
        {
            var mask = Call("unsqueeze", scores.Channels, Network.Of(Plane.Mask), Argument.Of(1));
            mask = Call("unsqueeze", scores.Channels, Network.Of(mask), Argument.Of(0));
            var heads = Argument.Of((long)Heads);
            scores = Net.Reshape(
                Module, scores, scores.Channels, Plane.Batch, Plane.Windows, heads, Plane.Tokens, Plane.Tokens);
            scores = Net.Add(Module, scores, mask);
            return Net.Reshape(Module, scores, scores.Channels, windows, heads, Plane.Tokens, Plane.Tokens);
        }

        // The bias of keys is nothing, whatever the file holds.
        Signal ProjectWithoutKeyBias(Signal x)
        {
            int width = x.Channels;
            var bias = Net.Parameter($"{Module}.qkv.bias", 3 * width);
            var nothing = Network.Of(Call("zeros", width, Network.Ints(width)));
            var whole = Call("cat", 3 * width, Argument.Of([Third(0), nothing, Third(2)]), Argument.Of(0));
            var weight = Net.Parameter($"{Module}.qkv.weight", 3 * width, width);
            return Call("linear", 3 * width, Network.Of(x), weight, Network.Of(whole));

            Argument Third(int index) => Network.Of(Call("slice", width, bias, Argument.Of(0),
                Argument.Of((long)index * width), Argument.Of((index + 1L) * width), Argument.Of(1)));
        }

        Signal StoredBias()
        {
            int places = 2 * Plane.Window - 1;
            var table = Net.Parameter($"{Module}.relative_position_bias_table", places * places, Heads);
            return RelativePositions.Bias(Net, Module, table, Plane.Window, isFlat: true);
        }

        // From 0 to 16, by a small network from the coordinates of the relative place.
        Signal ComputedBias()
        {
            var table = Net.Buffer($"{Module}.relative_coords_table", RelativePositions.Coordinates(Plane.Window));
            var hidden = Call("linear", 512, table, Net.Parameter($"{Module}.cpb_mlp.0.weight", 512, 2),
                Net.Parameter($"{Module}.cpb_mlp.0.bias", 512));
            hidden = Net.Linear($"{Module}.cpb_mlp.2", Net.ReLU($"{Module}.cpb_mlp.1", hidden), Heads, bias: false);
            hidden = Call("view", Heads, Network.Of(hidden), Network.Ints(-1, Heads));
            var bias = RelativePositions.Bias(Net, Module, Network.Of(hidden), Plane.Window, isFlat: true);
            return Call("mul", bias.Channels, Network.Of(Net.Activate(Module, bias, "sigmoid")), Argument.Of(16));
        }

        // torch.nn.functional.normalize along the last axis.
        Signal Normalize(Signal x)
        {
            var length = Call(
                "linalg_vector_norm", 1, Network.Of(x), Argument.Of(2), Network.Ints(-1), Argument.Of(true));
            length = Call("clamp_min", 1, Network.Of(length), Argument.Of(1e-12));
            return Call("div", x.Channels, Network.Of(x), Network.Of(length));
        }

        Signal Product(Signal a, Signal b, int channels) => Call("matmul", channels, Network.Of(a), Network.Of(b));

        Signal Transpose(Signal x) =>
            Call("transpose", x.Channels, Network.Of(x), Argument.Of(-2), Argument.Of(-1));

        Signal Roll(Signal x, Argument down, Argument across) =>
            Call("roll", x.Channels, Network.Of(x), Argument.Of([down, across]), Network.Ints(1, 2));

        Signal Cut(Signal x, int axis, Argument extent) => Call("slice", x.Channels, Network.Of(x),
            Argument.Of((long)axis), Argument.Of(0), extent, Argument.Of(1));

        Signal Call(string target, int channels, params ReadOnlySpan<Argument> arguments) =>
            Net.Call(Module, target, channels, arguments);
    }
}
