using System.Numerics;
using BenchmarkDotNet.Attributes;

namespace Harness.Benchmarks.Kernels;

/// <summary>Depthwise convolutions, one thread, warm.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class DepthwiseBench<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    ConvCase<E> _case = null!;

    /// <summary>The layer.</summary>
    [ParamsSource(nameof(Layers))]
    public ConvLayer Layer { get; set; } = null!;

    /// <summary>Layers of MobileNets, EfficientNets and ConvNeXts.</summary>
    public static IEnumerable<ConvLayer> Layers =>
    [
        new("3x3 96 @112", 112, 96, 96, 3, 1, 96),
        new("3x3 s2 144 @56", 56, 144, 144, 3, 2, 144),
        new("3x3 960 @7", 7, 960, 960, 3, 1, 960),
        new("3x3 64 @7", 7, 64, 64, 3, 1, 64),
        new("3x3 64 @28", 28, 64, 64, 3, 1, 64),
        new("5x5 120 @28", 28, 120, 120, 5, 1, 120),
        new("7x7 96 @56", 56, 96, 96, 7, 1, 96),
    ];

    /// <summary>Packs.</summary>
    [GlobalSetup]
    public void Setup() => _case = new ConvCase<E>(Layer.Name, Layer.Geometry);

    /// <summary>Frees.</summary>
    [GlobalCleanup]
    public void Cleanup() => _case.Dispose();

    /// <summary>Plain loops.</summary>
    [Benchmark(Baseline = true)]
    public void Naive() => _case.Naive();

    /// <summary>Ours.</summary>
    [Benchmark]
    public void Depthwise() => _case.Direct();
}
