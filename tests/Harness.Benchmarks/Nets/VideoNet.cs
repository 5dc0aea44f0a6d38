using Harness.Executor.Model;

namespace Harness.Benchmarks.Nets;

/// <summary>A residual network of windows along three axes on eight frames of 64 × 64: R3D-18 with half its channels.
/// Source: torchvision/models/video/resnet.py.</summary>
static class VideoNet
{
    const int Base = 32;

    /// <summary>(1, 3, 8, 64, 64) to (1, 400).</summary>
    public static void Write(NetWriter net)
    {
        int x = net.Input("x", [1, 3, 8, 64, 64]);
        x = net.Call("stem.0", "conv3d", NetWriter.V(x), NetWriter.V(net.Parameter("stem.0.weight", Base, 3, 3, 7, 7)),
            Argument.None, NetWriter.Ints(1, 2, 2), NetWriter.Ints(1, 3, 3), NetWriter.Ints(1, 1, 1), Argument.Of(1));
        x = net.Each("stem.2", "relu", net.BatchNorm("stem.1", x, Base));
        int from = Base;
        for (int layer = 0; layer < 4; layer++)
        {
            int to = Base << layer;
            x = Block(net, $"layer{layer + 1}.0", x, from, to, layer == 0 ? 1 : 2);
            x = Block(net, $"layer{layer + 1}.1", x, to, to, 1);
            from = to;
        }
        x = net.Call("avgpool", "adaptive_avg_pool3d", NetWriter.V(x), NetWriter.Ints(1, 1, 1));
        net.Output("y", net.Linear("fc", net.Reshape("flatten", x, 1, from), from, 400));
    }

    static int Block(NetWriter net, string module, int x, int from, int to, int stride)
    {
        int y = net.Conv($"{module}.conv1.0", x, from, to, new Filter(3, stride), axes: 3, bias: false);
        y = net.Each($"{module}.relu", "relu", net.BatchNorm($"{module}.conv1.1", y, to));
        y = net.Conv($"{module}.conv2.0", y, to, to, new Filter(3), axes: 3, bias: false);
        y = net.BatchNorm($"{module}.conv2.1", y, to);
        if (stride != 1 || from != to)
        {
            x = net.Conv($"{module}.downsample.0", x, from, to, new Filter(1, stride), axes: 3, bias: false);
            x = net.BatchNorm($"{module}.downsample.1", x, to);
        }
        return net.Each($"{module}.relu", "relu", net.Add(module, y, x));
    }
}
