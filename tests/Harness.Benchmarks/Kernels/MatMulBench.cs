using System.Numerics;
using BenchmarkDotNet.Attributes;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks.Kernels;

/// <summary>Products of matrices that are both computed while running, the right one packed as it comes; one thread,
/// warm.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public unsafe class MatMulBench<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    KernelMemory<E> _memory = null!;
    MatrixProduct<E> _product = null!;
    E* _a, _b, _y, _scratch;

    /// <summary>The product.</summary>
    [ParamsSource(nameof(Products))]
    public Product Product { get; set; } = null!;

    /// <summary>One head of ViT-B/16: queries by keys, probabilities by values.</summary>
    public static IEnumerable<Product> Products => [new("197x64x197", 197, 64, 197), new("197x197x64", 197, 197, 64)];

    /// <summary>Fills.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _memory = new KernelMemory<E>();
        _product = new MatrixProduct<E>(LaneWidths.Choose(), Product.M, Product.K, Product.N);
        _a = _memory.Values(Product.M * Product.K);
        _b = _memory.Values(Product.K * Product.N);
        _y = _memory.Zeros(Product.M * Product.N);
        _scratch = _memory.Zeros(_product.ScratchElements);
        KernelPeaks.Measure<E>(Product.Name);
    }

    /// <summary>Frees.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        KernelPeaks.Measure<E>(Product.Name);
        _memory.Dispose();
    }

    /// <summary>Plain loops.</summary>
    [Benchmark(Baseline = true)]
    public void Naive()
    {
        for (int m = 0; m < Product.M; m++)
            for (int n = 0; n < Product.N; n++)
            {
                E sum = E.Zero;
                for (int k = 0; k < Product.K; k++) sum += _a[(m * Product.K) + k] * _b[(k * Product.N) + n];
                _y[(m * Product.N) + n] = sum;
            }
    }

    /// <summary>Ours.</summary>
    [Benchmark]
    public void MatMul()
    {
        var operands = new MatrixOperands<E>((nint)_a, Product.K, (nint)_b, Product.N, 1, (nint)_y, Product.N);
        var epilogue = Epilogue<E>.None(LaneWidths.Choose());
        for (int panel = 0; panel < _product.Panels; panel++)
            _product.Run(operands, panel, _scratch, epilogue, default);
    }
}
