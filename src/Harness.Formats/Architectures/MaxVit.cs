using Harness.Executor.Model;

namespace Harness.Formats.Architectures;

/// <summary>MaxViT: convolutions with gates, attention within windows, and attention along a grid of places far apart.
/// Images of one size alone: windows must cover every plane. Source: torchvision/models/maxvit.py.</summary>
static class MaxVit
{
    // Side of an image, of a window and of a grid; features of a head.
    const int Side = 224, Window = 7, Each = 32;

    public static readonly Architecture[] All = [new("maxvit_t", Architecture.Square(Side), Write)];

    static readonly NormStyle s_norm = new("gelu", Eps: 1e-3, Momentum: 0.99);

    static Signal Write(Network net, Signal x)
    {
        var batch = net.Size("", x, 0);
        x = net.ConvNormActivation("stem.0", x, 64, 3, 2, s_norm);
        x = net.Conv("stem.1.0", x, 64, 3, new Window(1, 1), bias: true);
        int plane = Side / 2;
        ReadOnlySpan<int> depths = [2, 2, 5, 2];
        for (int block = 0; block < depths.Length; block++)
        {
            int channels = 64 << block;
            plane /= 2;
            for (int i = 0; i < depths[block]; i++)
            {
                string module = $"blocks.{block}.layers.{i}.layers";
                x = Residual(net, $"{module}.MBconv", x, channels, stride: i == 0 ? 2 : 1);
                x = new Partition(net, $"{module}.window_attention", batch, plane, IsGrid: false).Write(x);
                x = new Partition(net, $"{module}.grid_attention", batch, plane, IsGrid: true).Write(x);
            }
        }
        x = net.Flatten("classifier.1", net.GlobalAverage("classifier.0", x));
        x = net.Linear("classifier.3", net.LayerNorm("classifier.2", x, 1e-5), x.Channels);
        return net.Linear("classifier.5", net.Activate("classifier.4", x, "tanh"), 1000, bias: false);
    }

    static Signal Residual(Network net, string module, Signal x, int channels, int stride)
    {
        string layers = $"{module}.layers";
        var kept = x;
        if (stride == 2)
        {
            kept = net.AvgPool($"{module}.proj.0", kept, kernel: 3, stride: 2, padding: 1);
            kept = net.Conv($"{module}.proj.1", kept, channels, 1, bias: true);
        }
        int hidden = 4 * channels;
        var y = net.BatchNorm($"{layers}.pre_norm", x, s_norm.Eps, s_norm.Momentum);
        y = net.ConvNormActivation($"{layers}.conv_a", y, hidden, 1, 1, s_norm);
        y = net.ConvNormActivation($"{layers}.conv_b", y, hidden, 3, stride, s_norm with { Groups = hidden });
        y = net.SqueezeExcitation($"{layers}.squeeze_excitation", y, channels / 4, "silu", "sigmoid");
        return net.Add(module, kept, net.Conv($"{layers}.conv_c", y, channels, 1, bias: true));
    }

    // A plane cut into squares of 49 tokens: neighbours, or the places of a grid over the whole plane.
    sealed record Partition(Network Net, string Module, Argument Batch, int Plane, bool IsGrid)
    {
        public Signal Write(Signal x)
        {
            int width = x.Channels, side = IsGrid ? Plane / Window : Window, count = Plane / side;
            Argument cut = Argument.Of((long)side), number = Argument.Of((long)count), all = Argument.Of((long)width);
            Argument cells = Argument.Of((long)count * count), tokens = Argument.Of((long)side * side);
            x = Net.Reshape(Module, x, width, Batch, all, number, cut, number, cut);
            x = Net.Reshape(Module, Net.Permute(Module, x, 0, 2, 4, 3, 5, 1), width, Batch, cells, tokens, all);
            if (IsGrid) x = Swap(x);

            var y = Net.LayerNorm($"{Module}.attn_layer.0", x, 1e-5);
            x = Net.Add(Module, x, Attend($"{Module}.attn_layer.1", y));
            y = Net.LayerNorm($"{Module}.mlp_layer.0", x, 1e-5);
            y = Net.GELU($"{Module}.mlp_layer.2", Net.Linear($"{Module}.mlp_layer.1", y, 4 * width));
            x = Net.Add(Module, x, Net.Linear($"{Module}.mlp_layer.3", y, width));

            if (IsGrid) x = Swap(x);
            x = Net.Reshape(Module, x, width, Batch, number, number, cut, cut, all);
            var plane = Argument.Of((long)Plane);
            return Net.Reshape(Module, Net.Permute(Module, x, 0, 5, 1, 3, 2, 4), width, Batch, all, plane, plane);
        }

        Signal Swap(Signal x) =>
            Net.Call(Module, "transpose", x.Channels, Network.Of(x), Argument.Of(-2), Argument.Of(-3));

        Signal Attend(string module, Signal x)
        {
            const int Tokens = Window * Window, Places = 2 * Window - 1;
            int width = x.Channels, heads = width / Each, squares = Plane * Plane / Tokens;
            x = Net.Linear($"{module}.to_qkv", x, 3 * width);
            Signal query = Part(0), key = Part(1), value = Part(2);
            key = Net.Call(module, "mul", Each, Network.Of(key), Argument.Of(Math.Pow(width, -0.5)));
            key = Net.Call(module, "transpose", Tokens, Network.Of(key), Argument.Of(-2), Argument.Of(-1));
            var scores = Net.Call(module, "matmul", Tokens, Network.Of(query), Network.Of(key));
            var table = Net.Parameter($"{module}.relative_position_bias_table", Places * Places, heads);
            scores = Net.Add(module, scores, RelativePositions.Bias(Net, module, table, Window, isFlat: false));
            scores = Net.Softmax(module, scores);
            var y = Net.Call(module, "matmul", Each, Network.Of(scores), Network.Of(value));
            y = Net.Reshape(module, Net.Permute(module, y, 0, 1, 3, 2, 4), width, Batch, Argument.Of((long)squares),
                Argument.Of((long)Tokens), Argument.Of((long)width));
            return Net.Linear($"{module}.merge", y, width);

            // (n, squares, tokens, 3·width) to (n, squares, heads, tokens, each).
            Signal Part(int index)
            {
                var part = Net.Call(module, "slice", width, Network.Of(x), Argument.Of(-1),
                    Argument.Of((long)index * width), Argument.Of((index + 1L) * width), Argument.Of(1));
                part = Net.Reshape(module, part, Each, Batch, Argument.Of((long)squares), Argument.Of((long)Tokens),
                    Argument.Of((long)heads), Argument.Of((long)Each));
                return Net.Permute(module, part, 0, 1, 3, 2, 4);
            }
        }
    }
}
