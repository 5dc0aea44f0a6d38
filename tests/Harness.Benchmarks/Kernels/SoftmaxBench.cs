using System.Numerics;
using BenchmarkDotNet.Attributes;
using Harness.Executor.Cpu.Kernels;

namespace Harness.Benchmarks.Kernels;

/// <summary>Rows that are normalized each on its own: (rows, length), or (length, inner) where neighbours along an
/// inner axis share registers.</summary>
public sealed record Rows(string Name, int Count, int Length, int Inner = 1)
{
    /// <summary>All elements.</summary>
    public int Elements => Count * Length * Inner;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Softmax on one thread, warm.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public unsafe class SoftmaxBench<E> where E : unmanaged, IBinaryFloatingPointIeee754<E>
{
    readonly LaneWidth _lanes = LaneWidths.Choose();
    KernelMemory<E> _memory = null!;
    SoftmaxShape _shape;
    E* _x, _y;

    /// <summary>The shape.</summary>
    [ParamsSource(nameof(Shapes))]
    public Rows Shape { get; set; } = null!;

    /// <summary>A classifier, ViT-B/16's attention, a segmentation over channels that lie outside the plane.</summary>
    public static IEnumerable<Rows> Shapes =>
        [new("1x1000", 1, 1000), new("2364x197", 12 * 197, 197), new("21 of 56x56", 1, 21, 56 * 56)];

    /// <summary>Fills.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _memory = new KernelMemory<E>();
        _shape = SoftmaxShape.Contiguous(Shape.Count, Shape.Length, Shape.Inner);
        _x = _memory.Values(Shape.Elements, 5);
        _y = _memory.Zeros(Shape.Elements);
    }

    /// <summary>Frees.</summary>
    [GlobalCleanup]
    public void Cleanup() => _memory.Dispose();

    /// <summary>Plain loops.</summary>
    [Benchmark(Baseline = true)]
    public void Naive()
    {
        for (int outer = 0; outer < Shape.Count; outer++)
            for (int inner = 0; inner < Shape.Inner; inner++)
            {
                int at = (outer * Shape.Length * Shape.Inner) + inner;
                E max = E.NegativeInfinity, sum = E.Zero;
                for (int i = 0; i < Shape.Length; i++) max = E.Max(max, _x[at + (i * Shape.Inner)]);
                for (int i = 0; i < Shape.Length; i++)
                    sum += _y[at + (i * Shape.Inner)] = E.Exp(_x[at + (i * Shape.Inner)] - max);
                for (int i = 0; i < Shape.Length; i++) _y[at + (i * Shape.Inner)] /= sum;
            }
    }

    /// <summary>Ours.</summary>
    [Benchmark]
    public void Softmax() => Executor.Cpu.Kernels.Softmax.Run(_lanes, _shape, 0, Shape.Count, _x, _y, logarithm: false);
}
