using System.Numerics;
using BenchmarkDotNet.Attributes;

namespace Harness.Benchmarks.Kernels;

/// <summary>3 × 3 convolutions by Winograd's transform against the direct kernel, one thread, warm. Operations are
/// those of the definition, so a share of peak may exceed 100 %.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class WinogradBench<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    ConvCase<E> _case = null!;

    /// <summary>The layer.</summary>
    [ParamsSource(nameof(Layers))]
    public ConvLayer Layer { get; set; } = null!;

    /// <summary>Layers of ResNets, VGG and U-Net.</summary>
    public static IEnumerable<ConvLayer> Layers =>
    [
        new("3x3 64-64 @56", 56, 64, 64, 3),
        new("3x3 128-128 @28", 28, 128, 128, 3),
        new("3x3 256-256 @14", 14, 256, 256, 3),
        new("3x3 512-512 @7", 7, 512, 512, 3),
        new("3x3 64-64 @224", 224, 64, 64, 3),
        new("3x3 256-256 @5", 5, 256, 256, 3),
    ];

    /// <summary>Packs.</summary>
    [GlobalSetup]
    public void Setup() => _case = new ConvCase<E>(Layer.Name, Layer.Geometry);

    /// <summary>Frees.</summary>
    [GlobalCleanup]
    public void Cleanup() => _case.Dispose();

    /// <summary>The direct kernel.</summary>
    [Benchmark(Baseline = true)]
    public void Direct() => _case.Direct();

    /// <summary>The transform.</summary>
    [Benchmark]
    public void Winograd() => _case.Winograd();
}
