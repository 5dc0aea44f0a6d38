using Harness.Executor.Model;

namespace Harness.Benchmarks.Nets;

/// <summary>A detector of the smallest width and depth on an oblong image: stages of split and joined bottlenecks,
/// pools one after another, a neck up and down, and heads for boxes and classes. Source: ultralytics, yolov8.yaml at
/// scale n.</summary>
static class Detector
{
    const int Height = 256, Width = 320, Classes = 80, Bins = 16;

    /// <summary>An image to (1, 4 + classes, places).</summary>
    public static void Write(NetWriter net)
    {
        int x = net.Input("images", [1, 3, Height, Width]);
        x = Conv(net, "model.0", x, 3, 16, new Filter(3, 2));
        x = Stage(net, 1, x, 16, 32, 1);
        int p3 = x = Stage(net, 3, x, 32, 64, 2);
        int p4 = x = Stage(net, 5, x, 64, 128, 2);
        x = Stage(net, 7, x, 128, 256, 1);
        int p5 = Pools(net, "model.9", x, 256);
        x = net.Cat("model.11", 1, Twice(net, "model.10", p5, 16), p4);
        int n4 = x = Split(net, "model.12", x, 384, 128, 1, shortcut: false);
        x = net.Cat("model.14", 1, Twice(net, "model.13", x, 8), p3);
        int n3 = x = Split(net, "model.15", x, 192, 64, 1, shortcut: false);
        x = net.Cat("model.17", 1, Conv(net, "model.16", x, 64, 64, new Filter(3, 2)), n4);
        int n4Again = x = Split(net, "model.18", x, 192, 128, 1, shortcut: false);
        x = net.Cat("model.20", 1, Conv(net, "model.19", x, 128, 128, new Filter(3, 2)), p5);
        int n5 = Split(net, "model.21", x, 384, 256, 1, shortcut: false);
        net.Output("y", Heads(net, "model.22", [(n3, 64, 8), (n4Again, 128, 16), (n5, 256, 32)]));
    }

    static int Conv(NetWriter net, string module, int x, int from, int to, Filter filter)
    {
        x = net.Conv($"{module}.conv", x, from, to, filter, bias: false);
        return net.Each($"{module}.act", "silu", net.BatchNorm($"{module}.bn", x, to));
    }

    static int Stage(NetWriter net, int index, int x, int from, int to, int depth)
    {
        x = Conv(net, $"model.{index}", x, from, to, new Filter(3, 2));
        return Split(net, $"model.{index + 1}", x, to, to, depth, shortcut: true);
    }

    static int Split(NetWriter net, string module, int x, int from, int to, int depth, bool shortcut)
    {
        int half = to / 2;
        x = Conv(net, $"{module}.cv1", x, from, to, new Filter(1));
        var (first, second) = net.Halves(module, x, 1);
        int[] parts = new int[2 + depth];
        (parts[0], parts[1]) = (first, second);
        for (int i = 0; i < depth; i++)
        {
            int y = Conv(net, $"{module}.m.{i}.cv1", parts[1 + i], half, half, new Filter(3));
            y = Conv(net, $"{module}.m.{i}.cv2", y, half, half, new Filter(3));
            parts[2 + i] = shortcut ? net.Add($"{module}.m.{i}", parts[1 + i], y) : y;
        }
        return Conv(net, $"{module}.cv2", net.Cat(module, 1, parts), half * (2 + depth), to, new Filter(1));
    }

    static int Pools(NetWriter net, string module, int x, int channels)
    {
        x = Conv(net, $"{module}.cv1", x, channels, channels / 2, new Filter(1));
        int y = Pool(x), z = Pool(y);
        return Conv(
            net, $"{module}.cv2", net.Cat(module, 1, x, y, z, Pool(z)), 2 * channels, channels, new Filter(1));

        int Pool(int image) => net.Call($"{module}.m", "max_pool2d", NetWriter.V(image), NetWriter.Ints(5, 5),
            NetWriter.Ints(1, 1), NetWriter.Ints(2, 2), NetWriter.Ints(1, 1), Argument.Of(false));
    }

    static int Twice(NetWriter net, string module, int x, int stride) => net.Call(module, "upsample_nearest2d",
        NetWriter.V(x), NetWriter.Ints(Height / stride, Width / stride), Argument.None);

    static int Heads(NetWriter net, string module, (int Image, int Channels, int Stride)[] levels)
    {
        int[] found = new int[levels.Length];
        int places = 0;
        for (int i = 0; i < levels.Length; i++)
        {
            var (image, channels, stride) = levels[i];
            int box = Head($"{module}.cv2.{i}", 64, 4 * Bins), kind = Head($"{module}.cv3.{i}", 80, Classes);
            int count = Height / stride * (Width / stride);
            found[i] = net.Reshape(module, net.Cat(module, 1, box, kind), 1, (4 * Bins) + Classes, count);
            places += count;

            int Head(string head, int hidden, int results)
            {
                int x = Conv(net, $"{head}.0", image, channels, hidden, new Filter(3));
                x = Conv(net, $"{head}.1", x, hidden, hidden, new Filter(3));
                return net.Conv($"{head}.2", x, hidden, results, new Filter(1));
            }
        }
        var parts = net.Calls(module, "split_with_sizes", 2, NetWriter.V(net.Cat(module, 2, found)),
            NetWriter.Ints(4 * Bins, Classes), Argument.Of(1));
        // Each side of a box is the mean of its bins.
        int sides = net.Reshape($"{module}.dfl", parts[0], 1, 4, Bins, places);
        sides = net.Call($"{module}.dfl", "softmax", NetWriter.V(net.Permute($"{module}.dfl", sides, 0, 2, 1, 3)),
            Argument.Of(1), Argument.None);
        sides = net.Conv($"{module}.dfl.conv", sides, Bins, 1, new Filter(1), bias: false);
        return net.Cat(module, 1, net.Reshape($"{module}.dfl", sides, 1, 4, places),
            net.Each(module, "sigmoid", parts[1]));
    }
}
