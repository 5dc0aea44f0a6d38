using Harness.Executor.Model;
using Harness.Formats.Weights;

namespace Harness.Formats.Architectures;

/// <summary>A known architecture: what <c>arch:NAME</c> stands for.</summary>
/// <param name="Name">torchvision's name: <c>resnet50</c>.</param>
/// <param name="Input">The shape of the image it was published for, as PyTorch states it; others may be fed.</param>
/// <param name="Write">Writes its modules in the order of <c>forward</c>; takes the image, gives the output.</param>
public sealed record Architecture(string Name, Shape Input, Func<Network, Signal, Signal> Write)
{
    /// <summary>The program, with the keys and shapes of PyTorch's state dict.</summary>
    public Graph Build()
    {
        var network = new Network(ModelName.OfArchitecture(Name).Text);
        return network.Finish(Write(network, network.Image("x", Input)));
    }

    /// <summary>How many bytes its weights take; none is made for it.</summary>
    public long WeightBytes => WeightSlots.Of(Build()).Sum(slot => slot.Shape!.Value.Elements * slot.Type.Size());
}
