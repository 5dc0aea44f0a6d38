namespace Harness.Formats.Architectures;

/// <summary>U-Net with batch norm and 32 channels to begin with: names and shapes of the brain segmentation model on
/// torch.hub (mateuszbuda/brain-segmentation-pytorch, unet.py). Height and width are multiples of 16.</summary>
static class UNet
{
    public static readonly Architecture[] All = [new("unet", Architecture.Square(256), Write)];

    const int Features = 32, Depth = 4;

    static Signal Write(Network net, Signal x)
    {
        var skips = new Stack<Signal>();
        for (int i = 1; i <= Depth; i++)
        {
            x = Block(net, $"encoder{i}", $"enc{i}", x, Features << (i - 1));
            skips.Push(x);
            x = net.MaxPool($"pool{i}", x, kernel: 2, stride: 2);
        }
        x = Block(net, "bottleneck", "bottleneck", x, Features << Depth);
        for (int i = Depth; i >= 1; i--)
        {
            x = net.Upscale($"upconv{i}", x, Features << (i - 1), kernel: 2);
            x = Block(net, $"decoder{i}", $"dec{i}", net.Cat($"decoder{i}", x, skips.Pop()), Features << (i - 1));
        }
        return net.Activate("", net.Conv("conv", x, 1, 1, bias: true), "sigmoid");
    }

    static Signal Block(Network net, string module, string name, Signal x, int channels)
    {
        for (int i = 1; i <= 2; i++)
        {
            x = net.Conv($"{module}.{name}conv{i}", x, channels, 3, new Window(1, Padding: 1));
            x = net.ReLU($"{module}.{name}relu{i}", net.BatchNorm($"{module}.{name}norm{i}", x));
        }
        return x;
    }
}
