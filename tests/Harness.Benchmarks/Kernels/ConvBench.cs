using System.Numerics;
using BenchmarkDotNet.Attributes;

namespace Harness.Benchmarks.Kernels;

/// <summary>Direct convolutions, one thread, warm.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ConvBench<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    ConvCase<E> _case = null!;

    /// <summary>The layer.</summary>
    [ParamsSource(nameof(Layers))]
    public ConvLayer Layer { get; set; } = null!;

    /// <summary>Layers of ResNets, MobileNets, and odd sizes.</summary>
    public static IEnumerable<ConvLayer> Layers =>
    [
        new("3x3 64-64 @56", 56, 64, 64, 3),
        new("3x3 128-128 @28", 28, 128, 128, 3),
        new("3x3 256-256 @14", 14, 256, 256, 3),
        new("3x3 512-512 @7", 7, 512, 512, 3),
        new("3x3 s2 64-128 @56", 56, 64, 128, 3, 2),
        new("7x7 s2 3-64 @224", 224, 3, 64, 7, 2),
        new("1x1 64-64 @56", 56, 64, 64, 1),
        new("1x1 64-256 @56", 56, 64, 256, 1),
        new("1x1 256-64 @56", 56, 256, 64, 1),
        new("1x1 1024-256 @14", 14, 1024, 256, 1),
        new("1x1 32-16 @112", 112, 32, 16, 1),
        new("3x3 64-64 @57", 57, 64, 64, 3),
        new("3x3 256-256 @5", 5, 256, 256, 3),
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
    public void Conv() => _case.Direct();
}
