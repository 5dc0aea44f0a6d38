using System.Numerics;
using BenchmarkDotNet.Attributes;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks.Kernels;

/// <summary>Layer norm on one thread, warm.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public unsafe class LayerNormBench<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    const double Eps = 1e-6;

    readonly LaneWidth _lanes = LaneWidths.Choose();
    KernelMemory<E> _memory = null!;
    E* _x, _y, _scale, _shift;

    /// <summary>The shape.</summary>
    [ParamsSource(nameof(Shapes))]
    public Rows Shape { get; set; } = null!;

    /// <summary>ViT-B/16's tokens, ConvNeXt-T's first and last stage.</summary>
    public static IEnumerable<Rows> Shapes =>
        [new("197x768", 197, 768), new("3136x96", 3136, 96), new("49x768", 49, 768)];

    /// <summary>Fills.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _memory = new KernelMemory<E>();
        _x = _memory.Values(Shape.Elements, 5);
        _y = _memory.Zeros(Shape.Elements);
        _scale = _memory.Values(Shape.Length);
        _shift = _memory.Values(Shape.Length);
    }

    /// <summary>Frees.</summary>
    [GlobalCleanup]
    public void Cleanup() => _memory.Dispose();

    /// <summary>Plain loops.</summary>
    [Benchmark(Baseline = true)]
    public void Naive()
    {
        E count = E.CreateTruncating(Shape.Length);
        for (int row = 0; row < Shape.Count; row++)
        {
            E* x = _x + (row * Shape.Length), y = _y + (row * Shape.Length);
            E mean = E.Zero, variance = E.Zero;
            for (int i = 0; i < Shape.Length; i++) mean += x[i];
            mean /= count;
            for (int i = 0; i < Shape.Length; i++) variance += (x[i] - mean) * (x[i] - mean);
            E factor = E.One / E.Sqrt((variance / count) + E.CreateTruncating(Eps));
            for (int i = 0; i < Shape.Length; i++) y[i] = ((x[i] - mean) * factor * _scale[i]) + _shift[i];
        }
    }

    /// <summary>Ours.</summary>
    [Benchmark]
    public void LayerNorm()
    {
        nint zero = 0;
        var runs = new BlockRuns(1, Shape.Length, &zero, &zero);
        for (int row = 0; row < Shape.Count; row++)
        {
            int at = row * Shape.Length;
            BlockNorm.Run(_lanes, runs, _x + at, _y + at, _scale, _shift, E.CreateTruncating(Eps));
        }
    }
}
