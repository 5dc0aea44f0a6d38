using System.Numerics;
using BenchmarkDotNet.Attributes;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks.Kernels;

/// <summary>(m, k) × (k, n).</summary>
public sealed record Product(string Name, int M, int K, int N) : IWork
{
    /// <inheritdoc/>
    public double Flops => 2.0 * M * K * N;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Linear layers: products with packed weights, one thread, warm.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GemmBench<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    ConvCase<E> _case = null!;

    /// <summary>The product.</summary>
    [ParamsSource(nameof(Products))]
    public Product Product { get; set; } = null!;

    /// <summary>Layers of ViT-B/16 and ConvNeXt-T, and ResNet-50's classifier.</summary>
    public static IEnumerable<Product> Products =>
    [
        new("197x768x2304", 197, 768, 2304),
        new("197x768x3072", 197, 768, 3072),
        new("197x3072x768", 197, 3072, 768),
        new("3136x96x384", 3136, 96, 384),
        new("196x384x1536", 196, 384, 1536),
        new("1x2048x1000", 1, 2048, 1000),
    ];

    /// <summary>Packs.</summary>
    [GlobalSetup]
    public void Setup() => _case = new ConvCase<E>(Product.Name, new ConvGeometry(
        new BufferLayout(1, 1, Product.M, Product.K), new BufferLayout(1, 1, Product.M, Product.N), 1, 1));

    /// <summary>Frees.</summary>
    [GlobalCleanup]
    public void Cleanup() => _case.Dispose();

    /// <summary>Plain loops.</summary>
    [Benchmark(Baseline = true)]
    public void Naive() => _case.Naive();

    /// <summary>Ours.</summary>
    [Benchmark]
    public void Gemm() => _case.Direct();
}
