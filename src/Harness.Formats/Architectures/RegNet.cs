namespace Harness.Formats.Architectures;

/// <summary>RegNet: stages of residual bottlenecks with grouped convolutions; Y with gates, X without. Source:
/// torchvision/models/regnet.py.</summary>
static class RegNet
{
    public static readonly Architecture[] All =
    [
        Of("regnet_x_16gf", new Form(22, 216, 55.59, 2.1, 128)),
        Of("regnet_x_1_6gf", new Form(18, 80, 34.01, 2.25, 24)),
        Of("regnet_x_32gf", new Form(23, 320, 69.86, 2.0, 168)),
        Of("regnet_x_3_2gf", new Form(25, 88, 26.31, 2.25, 48)),
        Of("regnet_x_400mf", new Form(22, 24, 24.48, 2.54, 16)),
        Of("regnet_x_800mf", new Form(16, 56, 35.73, 2.28, 16)),
        Of("regnet_x_8gf", new Form(23, 80, 49.56, 2.88, 120)),
        Of("regnet_y_128gf", new Form(27, 456, 160.83, 2.52, 264, Gates: true)),
        Of("regnet_y_16gf", new Form(18, 200, 106.23, 2.48, 112, Gates: true)),
        Of("regnet_y_1_6gf", new Form(27, 48, 20.71, 2.65, 24, Gates: true)),
        Of("regnet_y_32gf", new Form(20, 232, 115.89, 2.53, 232, Gates: true)),
        Of("regnet_y_3_2gf", new Form(21, 80, 42.63, 2.66, 24, Gates: true)),
        Of("regnet_y_400mf", new Form(16, 48, 27.89, 2.09, 8, Gates: true)),
        Of("regnet_y_800mf", new Form(14, 56, 38.84, 2.4, 16, Gates: true)),
        Of("regnet_y_8gf", new Form(17, 192, 76.82, 2.19, 56, Gates: true)),
    ];

    // What the paper's design space is spanned by (arXiv 2003.13678, section 3.3): blocks, w_0, w_a, w_m, group width.
    sealed record Form(int Depth, int Initial, double Slope, double Step, int GroupWidth, bool Gates = false)
    {
        /// <summary>Blocks and width of each stage: widths grow along a line, are rounded to powers of the step and to
        /// multiples of 8, and are then made multiples of their groups.</summary>
        public IEnumerable<(int Depth, int Width, int GroupWidth)> Stages()
        {
            // In float32 and half to even, as PyTorch computes them.
            int[] widths = [.. Enumerable.Range(0, Depth).Select(i =>
            {
                float wanted = i * (float)Slope + Initial;
                float power = MathF.Round(MathF.Log(wanted / Initial) / (float)Math.Log(Step));
                return (int)(MathF.Round(Initial * MathF.Pow((float)Step, power) / 8) * 8);
            })];
            foreach (var stage in widths.GroupBy(width => width))
            {
                int group = Math.Min(GroupWidth, stage.Key);
                yield return (stage.Count(), Channels.Divisible(stage.Key, group), group);
            }
        }
    }

    static Architecture Of(string name, Form form) =>
        new(name, Architecture.Square(224), (net, x) => Write(net, x, form));

    static Signal Write(Network net, Signal x, Form form)
    {
        x = net.ConvNormActivation("stem", x, 32, 3, 2);
        int stage = 1;
        foreach (var (depth, width, group) in form.Stages())
        {
            for (int i = 0; i < depth; i++)
            {
                string module = $"trunk_output.block{stage}.block{stage}-{i}";
                x = Block(net, module, x, width, group, i == 0 ? 2 : 1, form.Gates);
            }
            stage++;
        }
        x = net.Flatten("", net.GlobalAverage("avgpool", x));
        return net.Linear("fc", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x, int width, int groupWidth, int stride, bool gate)
    {
        var kept = x.Channels == width && stride == 1
            ? x
            : net.ConvNormActivation($"{module}.proj", x, width, 1, stride, new NormStyle(null));
        var y = net.ConvNormActivation($"{module}.f.a", x, width, 1);
        y = net.ConvNormActivation($"{module}.f.b", y, width, 3, stride, new NormStyle(Groups: width / groupWidth));
        if (gate)
        {
            // A quarter of the block's own input, rounded half to even as Python does.
            int squeezed = (int)Math.Round(0.25 * x.Channels, MidpointRounding.ToEven);
            y = net.SqueezeExcitation($"{module}.f.se", y, squeezed, "relu", "sigmoid");
        }
        y = net.ConvNormActivation($"{module}.f.c", y, width, 1, 1, new NormStyle(null));
        return net.ReLU($"{module}.activation", net.Add(module, kept, y));
    }
}
