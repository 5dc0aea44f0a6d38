using Harness.Executor.Model;

namespace Harness.Formats.Architectures;

/// <summary>What GoogLeNet and Inception share. Source: torchvision/models/googlenet.py and inception.py.</summary>
static class BasicConv
{
    /// <summary>Convolution without bias, batch norm with epsilon 0.001, ReLU: torchvision's
    /// <c>BasicConv2d</c>.</summary>
    public static Signal Write(
        Network net, string module, Signal x, int channels, Extents kernel, Window window = default)
    {
        x = net.BatchNorm($"{module}.bn", net.Conv($"{module}.conv", x, channels, kernel, window), 0.001);
        return net.ReLU(module, x);
    }

    /// <summary>From an image normalised as torchvision's presets do to one from -1 to 1, which the weights were
    /// trained on: <c>transform_input=True</c>, as torchvision builds the model for its published weights.</summary>
    public static Signal TransformInput(Network net, Signal x)
    {
        return net.Cat("", Channel(0, 0.229, 0.485), Channel(1, 0.224, 0.456), Channel(2, 0.225, 0.406));

        Signal Channel(int index, double deviation, double mean)
        {
            var y = net.Call("", "select", 1, Network.Of(x), Argument.Of(1), Argument.Of((long)index));
            y = net.Call("", "unsqueeze", 1, Network.Of(y), Argument.Of(1));
            y = net.Call("", "mul", 1, Network.Of(y), Argument.Of(deviation / 0.5));
            return net.Call("", "add", 1, Network.Of(y), Argument.Of((mean - 0.5) / 0.5));
        }
    }
}
