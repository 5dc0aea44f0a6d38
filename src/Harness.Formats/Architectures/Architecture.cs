using Harness.Executor.Model;
using Harness.Formats.Weights;

namespace Harness.Formats.Architectures;

/// <summary>A known architecture: what <c>arch:NAME</c> stands for.</summary>
/// <param name="Name">torchvision's name: <c>resnet50</c>.</param>
/// <param name="Input">The shape of the image it was published for, as PyTorch states it; others may be fed.</param>
/// <param name="Write">Writes its modules in the order of <c>forward</c>, and its outputs; takes the image.</param>
public sealed record Architecture(string Name, Shape Input, Action<Network, Signal> Write)
{
    /// <summary>One with a single output.</summary>
    /// <param name="name">torchvision's name.</param>
    /// <param name="input">The shape of the image it was published for.</param>
    /// <param name="write">Takes the image, gives the output.</param>
    public Architecture(string name, Shape input, Func<Network, Signal, Signal> write)
        : this(name, input, (net, x) => net.Output("0", write(net, x)))
    {
    }

    /// <summary>How published files differ from the state dict that inference reads.</summary>
    public PublishedKeys Published { get; init; } = PublishedKeys.Same;

    /// <summary>The program, with the keys and shapes of PyTorch's state dict.</summary>
    public Graph Build()
    {
        var network = new Network(ModelName.OfArchitecture(Name).Text);
        Write(network, network.Image("x", Input));
        return network.Finish();
    }

    /// <summary>How many bytes its weights take; none is made for it.</summary>
    public long WeightBytes => WeightSlots.Of(Build()).Sum(slot => slot.Shape!.Value.Elements * slot.Type.Size());

    /// <summary>One square image in colour.</summary>
    internal static Shape Square(int side) => [1, 3, side, side];
}
