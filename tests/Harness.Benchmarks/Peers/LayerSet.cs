using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Formats;

namespace Harness.Benchmarks.Peers;

/// <summary>Single convolutions of the sizes that models are made of.</summary>
static class LayerSet
{
    static readonly (int Channels, int Size)[] s_planes = [(64, 56), (128, 28), (256, 14), (512, 7)];

    /// <summary>Every layer as a model of one call.</summary>
    public static IEnumerable<Subject> Subjects()
    {
        foreach (int window in new[] { 3, 1 })
            foreach (var (channels, size) in s_planes)
                yield return Convolution($"{window}x{window} {channels}@{size}", channels, size, window, groups: 1);
        foreach (int window in new[] { 3, 5 })
            foreach (var (channels, size) in s_planes)
                yield return Convolution($"depthwise {window}x{window} {channels}@{size}", channels, size, window,
                    channels);
    }

    static Subject Convolution(string name, int channels, int size, int window, int groups)
    {
        var builder = new GraphBuilder();
        int x = builder.Input("x", [1, channels, size, size]);
        int weight = builder.Parameter("conv.weight", [channels, channels / groups, window, window]);
        int bias = builder.Parameter("conv.bias", [channels]);
        int y = builder.Call("aten::conv2d",
            [
                Argument.Value(x), Argument.Value(weight), Argument.Value(bias), Both(1), Both(window / 2), Both(1),
                Argument.Of((long)groups),
            ],
            [], 1, SourcePlace.Unknown, "conv")[0];
        builder.Output("y", y);
        var graph = builder.Build();
        return Subject.Of(name, new TorchModel(graph, WeightsFile.Open("seed:0", graph), "layer"),
            [[1, channels, size, size]]);
    }

    static Argument Both(long value) => Argument.Of(ImmutableArray.Create(Argument.Of(value), Argument.Of(value)));
}
