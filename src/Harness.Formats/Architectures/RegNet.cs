namespace Harness.Formats.Architectures;

/// <summary>RegNet with gates (Y): stages of residual bottlenecks with grouped convolutions. Source:
/// torchvision/models/regnet.py.</summary>
static class RegNet
{
    // What depth 16, w_0 48, w_a 27.89, w_m 2.09 and group width 8 quantize to.
    static readonly (int Depth, int Width)[] s_y400MF = [(1, 48), (3, 104), (6, 208), (6, 440)];

    public static Signal Y400MF(Network net, Signal x)
    {
        x = net.ConvNormActivation("stem", x, 32, 3, 2);
        for (int stage = 1; stage <= s_y400MF.Length; stage++)
        {
            var (depth, width) = s_y400MF[stage - 1];
            for (int i = 0; i < depth; i++)
                x = Block(net, $"trunk_output.block{stage}.block{stage}-{i}", x, width, 8, stride: i == 0 ? 2 : 1);
        }
        x = net.Flatten("", net.GlobalAverage("avgpool", x));
        return net.Linear("fc", x, 1000);
    }

    static Signal Block(Network net, string module, Signal x, int width, int groupWidth, int stride)
    {
        var kept = x.Channels == width && stride == 1
            ? x
            : net.ConvNormActivation($"{module}.proj", x, width, 1, stride, new NormStyle(null));
        var y = net.ConvNormActivation($"{module}.f.a", x, width, 1);
        y = net.ConvNormActivation($"{module}.f.b", y, width, 3, stride, new NormStyle(Groups: width / groupWidth));
        // A quarter of the block's own input, rounded half to even as Python does.
        int squeezed = (int)Math.Round(0.25 * x.Channels, MidpointRounding.ToEven);
        y = net.SqueezeExcitation($"{module}.f.se", y, squeezed, "relu", "sigmoid");
        y = net.ConvNormActivation($"{module}.f.c", y, width, 1, 1, new NormStyle(null));
        return net.ReLU($"{module}.activation", net.Add(module, kept, y));
    }
}
